// Adds, inside one panel (the element of class kmeans-panel around us), what ipywidgets 8 and ipympl 0.10 leave out:
// - slider handles have no accessible name: they get their label's;
// - a slider reports 0.28999999999999998 for 0.29, as if a person had moved it: its values have two digits;
// - End goes to the first maximum that a slider ever had, and PageUp moves by 5 of a thousand steps: see moveSlider;
// - the canvas has no role and no text alternative: it gets the current sentence;
// - a screen reader is told what changes, and not more than it can speak: see addVoice;
// - the canvas swallows Tab and Escape (a keyboard trap): they reach the page again;
// - Jupyter's one-key shortcuts (d d, x, arrows ...) would act on the notebook, and Ctrl+S not work: see keyPressed;
// - a mouse that leaves the picture is lost there, and a finger does nothing: see followMouse and followFinger;
// - a button that has the focus and is turned off takes the keyboard with it: Play gets the focus;
// - whether the page is dark, and whether a person wants motion, is told to the kernel, which draws the picture;
// - all pages that show a panel share one figure: the page that was used last decides how large it is, the others scale it.
const named = (root, selector, name) =>
  root.querySelectorAll(selector).forEach(e => { if (name(e) && e.getAttribute("aria-label") !== name(e)) e.setAttribute("aria-label", name(e)); });

const CANVAS = ".jupyter-matplotlib-canvas-div", FINGER = 22;  // CSS pixels: as near to a centroid counts as on it
const SPOKEN = 1000;  // milliseconds between two sentences that are spoken

const TEXT = "input:not([type=checkbox], [type=range]), [contenteditable=true]";  // what one writes in

const twoDigits = value => Number(value.toFixed(2));

const labelOf = e => {
  const label = e.closest(".jupyter-widgets")?.querySelector(".widget-label");
  return label ? label.textContent.trim() : "";
};

function addNames(root, sentences) {
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "K-means panel");
  named(root, ".noUi-handle", labelOf);
  root.querySelectorAll(".noUi-target").forEach(slider => {
    if (slider.noUiSlider.options.format.to === twoDigits) return;
    slider.noUiSlider.options.format.to = twoDigits;
    slider.noUiSlider.set(slider.noUiSlider.get(), false);
  });
  named(root, ".widget-readout", e => (labelOf(e) ? labelOf(e) + ", value" : ""));
  root.querySelectorAll(".widget-readout[contenteditable]").forEach(e => e.setAttribute("role", "textbox"));
  root.querySelectorAll(".kmeans-opener").forEach(e => e.setAttribute("aria-expanded", e.classList.contains("mod-active")));
  root.querySelectorAll(".kmeans-told, .kmeans-card").forEach(e => e.setAttribute("role", "status"));
  root.querySelectorAll(".widget-toggle-buttons button").forEach(e => e.setAttribute("aria-pressed", e.matches(".mod-active")));
  // ipywidgets' mark for a kernel that has gone: nothing plays any more, and nobody is left to say so
  root.querySelectorAll(".kmeans-play.mod-active.jupyter-widgets-disconnected").forEach(play => {
    play.classList.remove("mod-active");
    play.textContent = "Play";
  });
  root.querySelectorAll(CANVAS).forEach((canvas, i) => {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", sentences[i] ?? "");
  });
}

// What a screen reader speaks: the newest text, at most one in a second, however fast the run plays. Afterwards it is empty, for one
// who reads the page to find each sentence once.
function addVoice(el) {
  el.insertAdjacentHTML("beforeend", '<p class="kmeans-voice" role="status" aria-live="polite"></p>');
  const voice = el.lastElementChild;
  let last = -SPOKEN, text = "", waiting = 0, emptying = 0;
  const speak = () => {
    [waiting, last] = [0, performance.now()];
    voice.textContent = text;
    clearTimeout(emptying);
    emptying = setTimeout(() => { voice.textContent = ""; }, 8 * SPOKEN);
  };
  return {
    say: now => { text = now; waiting ||= setTimeout(speak, Math.max(0, last + SPOKEN - performance.now())); },
    end: () => [waiting, emptying].forEach(clearTimeout),
  };
}

// as ipympl does it: once, when the page is loaded
const ratio = window.devicePixelRatio || 1;

// Keys with Ctrl, Cmd or Alt belong to the notebook, and so does Shift+Enter, which runs a cell wherever one is. All others belong
// to the control that has the focus. In a text, so do the keys that edit it.
function belongsToNotebook(e) {
  if (e.target.matches(TEXT))
    return (e.ctrlKey || e.metaKey) && !e.altKey && !/^([acvxyz]|Enter|Backspace|Delete|Home|End|Arrow.*)$/i.test(e.key);
  return e.ctrlKey || e.metaKey || e.altKey || (e.shiftKey && e.key === "Enter");
}

// Called for each key before anything else on the page.
function keyPressed(root, e) {
  if (e.target === root || !root.contains(e.target)) return;
  if ((e.ctrlKey || e.metaKey) && e.key === "z" && !e.target.matches(TEXT)) {
    root.querySelector(".kmeans-undo").click();
    e.preventDefault();
    e.stopImmediatePropagation();
    return;
  }
  const away = belongsToNotebook(e);
  // Jupyter looks at the element with the focus first, then at those around it, up to the first one with this attribute
  e.target.toggleAttribute("data-lm-suppress-shortcuts", !away);
  const canvas = e.target.matches(CANVAS);
  if (canvas && ["Tab", "Escape"].includes(e.key)) e.stopPropagation();
  else if (away && (canvas || e.target.matches("input:not([type=checkbox], [type=range])"))) {
    // ipympl and ipywidgets let no key pass from here: the notebook gets a copy
    if (!root.dispatchEvent(new KeyboardEvent("keydown", e))) e.preventDefault();
    e.stopPropagation();
  } else if (!away && e.target.matches(".noUi-handle") && moveSlider(e.target.closest(".noUi-target"), e.key)) {
    e.preventDefault();
    e.stopPropagation();
  }
}

// The keys for which noUiSlider 15 is wrong or slow. Returns whether the key was one of them.
function moveSlider(slider, key) {
  const { range: { min, max }, step } = slider.noUiSlider.options, far = Math.max(5, Math.round((max - min) / step / 20)) * step;
  const now = Number(slider.noUiSlider.get());
  const to = { Home: min, End: max, PageUp: Math.min(max, now + far), PageDown: Math.max(min, now - far) }[key];
  if (to === undefined || slider.hasAttribute("disabled")) return false;
  slider.noUiSlider.set(to);
  return true;
}

// Light letters are on a dark page, whatever the front end calls its theme.
const isDark = root => getComputedStyle(root).color.match(/\d+(\.\d+)?/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) > 384;

const QUERIES = ["(prefers-color-scheme: dark)", "(prefers-reduced-motion: reduce)"].map(text => window.matchMedia(text));

// The canvas keeps a mouse whose button was pressed on it until it is released, wherever that is.
function followMouse(e) {
  if (e.pointerType === "mouse" && e.target.matches(`${CANVAS} canvas`)) e.target.setPointerCapture(e.pointerId);
}

// A finger put on a centroid moves it, as a mouse does, and anywhere else it scrolls the page. One with a brush does what a mouse
// does. Returns the listener.
function followFinger(model) {
  let dragging = false;
  return e => {
    const touch = e.changedTouches[0], canvas = e.target;
    const send = (type, { clientX, clientY }) =>
      canvas.dispatchEvent(new MouseEvent(type, { clientX, clientY, buttons: type === "mouseup" ? 0 : 1, bubbles: true }));
    if (e.type === "touchstart" && e.touches.length === 1 && canvas.matches(`${CANVAS} canvas`)
        && !canvas.closest(".kmeans-second")) {  // the second picture is only looked at
      const box = canvas.getBoundingClientRect();
      const away = ([x, y]) => Math.hypot(box.left + x * box.width - touch.clientX, box.top + (1 - y) * box.height - touch.clientY);
      const [x, y] = model.get("places").reduce((one, other) => (away(one) <= away(other) ? one : other), [9, 9]);
      const brush = model.get("brush");
      if (!(dragging = brush || away([x, y]) <= FINGER)) return;
      send("mousedown", brush ? touch : { clientX: box.left + x * box.width, clientY: box.top + (1 - y) * box.height });
    } else if (!dragging) return;
    else if (e.type === "touchmove") send("mousemove", touch);
    else dragging = send("mouseup", touch) && false;
    if (e.cancelable) e.preventDefault();
  };
}

function render({ model, el }) {
  const endStrip = addStrip(model, el);
  const line = document.createElement("p");
  line.className = "kmeans-sentence";
  el.append(line);
  const voice = addVoice(el);
  let heard = null, root = null, room = null, sizes = null, changes = null, waiting = 0;
  const onKey = e => root && keyPressed(root, e), finger = followFinger(model);
  const refresh = () => {
    waiting = 0;
    const names = model.get("names") ?? [], sentences = [model.get("sentence"), ...(names.length ? [model.get("other_sentence")] : [])];
    sentences.forEach((text, i) => {
      const part = line.children[i] ?? line.appendChild(document.createElement("span")), all = names.length ? `${names[i]}. ${text}` : text;
      if (part.textContent !== all) part.textContent = all;
    });
    while (line.children.length > sentences.length) line.lastChild.remove();
    const all = [...line.children].map(part => part.textContent);
    if (heard !== null && all.join(" ") !== heard) voice.say(all.join(" "));
    heard = all.join(" ");
    if (!root) return;
    addNames(root, all);
    const now = root.querySelector(".kmeans-room") ?? root;
    if (now !== room) { sizes.disconnect(); sizes.observe(room = now); }
  };
  const soon = () => { waiting ||= requestAnimationFrame(refresh); };
  let told = null; // what this page told last
  const others = () => told && Object.entries(told).some(([name, value]) => value !== model.get(name));
  const tell = () => {
    const width = Math.round(room?.clientWidth ?? 0);
    if (!width || document.hidden) return;
    told = { width, height: window.innerHeight, ratio, dark: isDark(root), still: QUERIES[1].matches };
    if (others()) { model.set(told); model.save_changes(); }
  };
  const resized = () => { if (!others()) tell(); }; // two visible pages must not take turns for ever
  let moved = -Infinity;
  const used = e => {
    if (e.type === "pointermove") {  // without a movement, the panel moved and not the mouse; and to tell costs a layout
      if (!(e.movementX || e.movementY) || e.timeStamp - moved < 500) return;
      moved = e.timeStamp;
    }
    tell();
  };
  const uses = [[document, "visibilitychange"]], seen = [[window, "resize"], ...QUERIES.map(query => [query, "change"])];
  const themes = new MutationObserver(resized);
  let focused = null;
  const changed = records => {
    if (records.every(({ target }) => el.contains(target))) return;
    if (focused?.disabled && [document.body, focused].includes(document.activeElement)) root.querySelector(".kmeans-play")?.focus();
    soon();
  };
  const focus = e => { focused = e.target; };
  const attach = () => {
    root = el.closest(".kmeans-panel");
    if (!root) { waiting = requestAnimationFrame(attach); return; }
    changes = new MutationObserver(changed);
    changes.observe(root, { childList: true, subtree: true, attributeFilter: ["disabled", "class"] });
    themes.observe(document.body, { attributes: true });
    sizes = new ResizeObserver(resized);
    uses.push([root, "pointermove"], [root, "pointerdown"], [root, "focusin"]);
    uses.forEach(([target, event]) => target.addEventListener(event, used));
    seen.forEach(([target, event]) => target.addEventListener(event, resized));
    root.addEventListener("focusin", focus);
    window.addEventListener("keydown", onKey, true);
    root.addEventListener("pointerdown", followMouse);
    for (const type of ["touchstart", "touchmove", "touchend", "touchcancel"]) root.addEventListener(type, finger, { passive: false });
    refresh();
  };
  const second = () => showPictures(model, "second_canvas"), told_of = "change:sentence change:other_sentence change:names";
  model.on(told_of, soon);
  model.on("change:second_canvas", second);
  refresh();
  attach();
  showPictures(model, "canvas");
  second();
  return () => {
    window.removeEventListener("keydown", onKey, true);
    uses.forEach(([target, event]) => target.removeEventListener(event, used));
    seen.forEach(([target, event]) => target.removeEventListener(event, resized));
    cancelAnimationFrame(waiting);
    [changes, sizes, themes].forEach(observer => observer?.disconnect());
    model.off(told_of, soon);
    model.off("change:second_canvas", second);
    voice.end();
    endStrip();
  };
}

export default { render };
