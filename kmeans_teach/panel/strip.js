// The strip under the picture: the inertia of each half-step, filled after an update and hollow after an assign, and as a dashed line
// the best end that is known. It is the scrubber: a slider of the page lies over it, so mouse, finger, keys and screen readers move it.
const HIGH = 46, EDGE = 10;  // CSS pixels; the slider's handle is as wide as both edges

const inertiaText = x => (x >= 999.5 && x < 999500 ? `${Math.round(x)}` : Number(x.toPrecision(3)).toLocaleString("en"));  // as in the sentence

// Draws the strip in `el`, and again when something changes. Returns a function that ends that.
function addStrip(model, el) {
  if (!model.get("inertias").length) return () => {};  // the widgets of lessons have no run
  el.insertAdjacentHTML("beforeend", `<div class="kmeans-strip"><p><span class="kmeans-one"></span><span class="kmeans-other"></span><span class="kmeans-best"></span><span></span></p>
    <div><svg aria-hidden="true" height="${HIGH}"><g></g><g></g></svg><input type="range" min="0" step="1" aria-label="Half-step"></div></div>`);
  const [left, other, known, right] = el.querySelectorAll("span"), [curve, marks] = el.querySelectorAll("svg g"), input = el.querySelector("input");
  let waiting = 0, wide = 0, drawn = [];
  const draw = () => {
    waiting = 0;
    const inertias = model.get("inertias"), others = model.get("other_inertias") ?? [], names = model.get("names") ?? [], best = model.get("best") ?? null, at = Number(input.value);
    const both = [...inertias, ...others], last = Math.max(inertias.length, others.length) - 1;
    if (!wide || at > last) return;
    const low = Math.min(...both, best ?? Infinity), high = Math.max(...both), far = (wide - 2 * EDGE) / Math.max(1, last);
    const x = i => (EDGE + i * far).toFixed(1), y = value => (high > low ? 8 + (high - value) / (high - low) * (HIGH - 16) : HIGH / 2).toFixed(1);
    const line = values => `<polyline points="${values.map((value, i) => `${x(i)},${y(value)}`).join(" ")}"/>` + (far < 6 ? ""
      : values.map((value, i) => `<circle cx="${x(i)}" cy="${y(value)}" r="3" class="${i % 2 ? "update" : "assign"}"/>`).join(""));
    const here = values => Math.min(at, values.length - 1), mark = values => `<circle class="now" cx="${x(here(values))}" cy="${y(values[here(values)])}" r="7"/>`;
    const inertia = (values, i) => (names.length ? names[i] + ": " : "") + `inertia ${inertiaText(values[here(values)])}`;
    const now = [inertias, others, best, wide];
    if (now.some((value, i) => value !== drawn[i])) {  // else only the place in the run is another
      curve.innerHTML = (best === null ? "" : `<line class="best" x1="0" x2="${wide}" y1="${y(best)}" y2="${y(best)}"/>`)
        + line(inertias) + (others.length ? `<g class="other">${line(others)}</g>` : "");
      drawn = now;
    }
    marks.innerHTML = `<line class="now" x1="${x(at)}" x2="${x(at)}" y1="0" y2="${HIGH}"/>`
      + (others.length ? `<g class="other">${mark(others)}</g>` : "") + mark(inertias);
    left.textContent = inertia(inertias, 0);
    other.textContent = others.length && names.length ? inertia(others, 1) : "";
    known.textContent = best === null ? "" : `${/^K =/.test(names[0]) ? names[0] + ": " : ""}best of 100 starts ${inertiaText(best)}`;
    right.textContent = `${at} of ${last}${model.get("over") ? "" : " so far"}`;
    input.setAttribute("aria-valuetext", [right, left, other].map(e => e.textContent).filter(Boolean).join(", "));
  };
  const soon = () => { waiting ||= requestAnimationFrame(draw); };
  const follow = () => {
    input.max = Math.max(1, model.get("inertias").length - 1, (model.get("other_inertias") ?? []).length - 1);
    input.value = model.get("cursor");
    soon();
  };
  input.addEventListener("input", () => {
    model.set("cursor", Number(input.value));
    model.save_changes();
    soon();
  });
  const events = "change:cursor change:inertias change:other_inertias change:names change:best change:over";
  const size = new ResizeObserver(([entry]) => { wide = entry.contentRect.width; soon(); });  // to ask for it would cost a layout
  model.on(events, follow);
  size.observe(input.parentElement);
  follow();
  return () => { model.off(events, follow); size.disconnect(); cancelAnimationFrame(waiting); };
}
