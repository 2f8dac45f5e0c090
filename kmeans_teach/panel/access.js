// Adds, inside one panel (the element of class kmeans-panel around us), what ipywidgets 8 and ipympl 0.10 leave out:
// - slider handles have no accessible name: they get their label's;
// - the canvas has no role and no text alternative: it gets the current sentence;
// - the canvas swallows Tab and Escape (a keyboard trap): they reach the page again;
// - Jupyter's one-key shortcuts (Enter, arrows, d d ...) would act on the notebook while a control has the focus;
// - all pages that show a panel share one figure: the page that was used last decides how large it is, the others scale it.
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

// as ipympl does it: once, when the page is loaded
const ratio = window.devicePixelRatio || 1;

// The picture may be made for a page with another ratio of pixels; ipympl would show a part of it, or leave a part empty.
async function fitPictures(model) {
  const canvas = await model.widget_manager?.get_model(model.get("canvas").slice("IPY_MODEL_".length));
  canvas?.image.addEventListener("load", () => {  // after ipympl's own
    const { image, offscreen_canvas: { width, height } } = canvas;
    if (Math.abs(image.width - width) < 2 || canvas.disabled) return;
    canvas.offscreen_context.drawImage(image, 0, 0, width, height);
    Object.values(canvas.views).forEach(async view => (await view).update_canvas());
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
  let told = null; // what this page told last
  const others = () => told && (told.width !== model.get("width") || told.ratio !== model.get("ratio"));
  const tell = () => {
    const width = Math.round(room?.clientWidth ?? 0);
    if (!width || document.hidden) return;
    told = { width, ratio };
    if (others()) { model.set(told); model.save_changes(); }
  };
  const resized = () => { if (!others()) tell(); }; // two visible pages must not take turns for ever
  const used = e => { if (e.type !== "pointermove" || e.movementX || e.movementY) tell(); }; // else the panel moved, not the mouse
  const uses = [[document, "visibilitychange"]];
  const attach = () => {
    root = el.closest(".kmeans-panel");
    if (!root) { waiting = requestAnimationFrame(attach); return; }
    changes = new MutationObserver(soon);
    changes.observe(root, { childList: true, subtree: true });
    sizes = new ResizeObserver(resized);
    uses.push([root, "pointermove"], [root, "pointerdown"], [root, "focusin"]);
    uses.forEach(([target, event]) => target.addEventListener(event, used));
    refresh();
  };
  model.on("change:sentence", soon);
  refresh();
  attach();
  fitPictures(model);
  return () => { uses.forEach(([target, event]) => target.removeEventListener(event, used)); cancelAnimationFrame(waiting); changes?.disconnect(); sizes?.disconnect(); model.off("change:sentence", soon); };
}

export default { render };
