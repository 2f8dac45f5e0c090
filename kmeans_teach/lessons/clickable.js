// A picture with an alternative text. A click on it goes to the kernel as fractions of its width and height.
function render({ model, el }) {
  const image = document.createElement("img");
  image.style.maxWidth = "100%";
  const draw = () => {
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
    image.alt = model.get("alt");
    image.style.cursor = model.get("clickable") ? "crosshair" : "auto";
  };
  image.addEventListener("click", (event) => {
    const box = image.getBoundingClientRect();
    model.set("position", [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);
    model.save_changes();
  });
  model.on("change:png", draw);
  draw();
  el.append(image);
  return () => URL.revokeObjectURL(image.src);
}
export default { render };
