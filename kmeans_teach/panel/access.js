// Adds, inside one panel (the element of class kmeans-panel around us), what ipywidgets 8 and ipympl 0.10 leave out:
// - slider handles have no accessible name: they get their label's;
// - the canvas has no role and no text alternative: it gets the current sentence;
// - the canvas swallows Tab and Escape (a keyboard trap): they reach the page again;
// - Jupyter's one-key shortcuts (Enter, arrows, d d ...) would act on the notebook while a control has the focus.
const named = (root, selector, name) =>
  root.querySelectorAll(selector).forEach(e => { if (name(e) && e.getAttribute("aria-label") !== name(e)) e.setAttribute("aria-label", name(e)); });

const labelOf = e => {
  const label = e.closest(".jupyter-widgets")?.querySelector(".widget-label");
  return label ? label.textContent.trim() : "";
};

function addNames(root, sentence) {
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "K-means panel");
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  named(root, ".noUi-handle", labelOf);
  named(root, ".widget-readout", e => (labelOf(e) ? labelOf(e) + ", value" : ""));
  root.querySelectorAll(".widget-readout[contenteditable]").forEach(e => e.setAttribute("role", "textbox"));
  root.querySelectorAll(".jupyter-matplotlib-canvas-div").forEach(canvas => {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", sentence);
    if (canvas.dataset.hasNames) return;
    canvas.dataset.hasNames = "yes";
    // in the capture phase: before ipympl's own listener, which passes no key on
    canvas.addEventListener("keydown", e => { if (e.key === "Tab" || e.key === "Escape") e.stopImmediatePropagation(); }, true);
  });
}

function render({ model, el }) {
  const line = document.createElement("p");
  line.className = "kmeans-sentence";
  line.setAttribute("role", "status");
  line.setAttribute("aria-live", "polite");
  el.append(line);
  let root = null, room = null, sizes = null, changes = null, waiting = 0;
  const refresh = () => {
    waiting = 0;
    if (line.textContent !== model.get("sentence")) line.textContent = model.get("sentence");
    if (!root) return;
    addNames(root, model.get("sentence"));
    const now = root.querySelector(".kmeans-room") ?? root;
    if (now !== room) { sizes.disconnect(); sizes.observe(room = now); }
  };
  const soon = () => { waiting ||= requestAnimationFrame(refresh); };
  const reportWidth = () => {
    const width = Math.round(room.clientWidth);
    if (width > 0 && width !== model.get("width")) { model.set("width", width); model.save_changes(); }
  };
  const attach = () => {
    root = el.closest(".kmeans-panel");
    if (!root) { waiting = requestAnimationFrame(attach); return; }
    changes = new MutationObserver(soon);
    changes.observe(root, { childList: true, subtree: true });
    sizes = new ResizeObserver(reportWidth);
    refresh();
  };
  model.on("change:sentence", soon);
  refresh();
  attach();
  return () => { cancelAnimationFrame(waiting); changes?.disconnect(); sizes?.disconnect(); model.off("change:sentence", soon); };
}

export default { render };
