// Shows the kernel's pictures in ipympl's canvas. ipympl decodes each as an <img>, and then encodes the canvas for the notebook file:
// together that takes twice as long as all the rest. Here a picture is decoded once, and the canvas is encoded when it rests.
async function showPictures(model, name) {
  if (!model.get(name)) return;  // a picture of a lesson, which is no canvas
  const canvas = await model.widget_manager?.get_model(model.get(name).slice("IPY_MODEL_".length));
  if (!canvas || canvas.pictures !== undefined) return;  // another view of the panel has done it
  let shown = 0, resting = 0;
  canvas.pictures = 0;  // how many have come
  const show = picture => {
    const { offscreen_canvas: { width, height }, offscreen_context } = canvas;
    canvas.image = picture;  // ipympl draws it again when the size changes
    // a picture that was made for a page with another ratio of pixels is scaled: ipympl would show a part, or leave a part empty
    const fits = Math.abs(picture.width - width) < 2;
    offscreen_context.drawImage(picture, 0, 0, fits ? picture.width : width, fits ? picture.height : height);
    Object.values(canvas.views ?? {}).forEach(async view => (await view).update_canvas());
  };
  const { image } = canvas, first = image.onload;
  image.onload = () => {  // of a picture that came before
    if (shown) return;
    first();
    show(image);
  };
  // Each message has JupyterLab draw its own page again. So while something is dragged, at most three places of the mouse are on their
  // way: the newest is told when a picture has come, or when none comes.
  const tell = canvas.send_message.bind(canvas);
  let told = 0, newest = null, late = 0;
  const next = () => {
    clearTimeout(late);
    if (!newest) return;
    tell("motion_notify", { ...newest, paced: true });
    [told, newest, late] = [told + 1, null, setTimeout(() => { told = 0; next(); }, 200)];
  };
  canvas.send_message = (type, event) => {
    const moves = type === "motion_notify" && event.buttons && !model.get("brush");
    if (moves) newest = event;
    if (moves ? told < 3 : type !== "draw") next();  // a button is released where the mouse was last
    if (!moves) tell(type, event);
  };
  canvas.handle_binary = async (_, [data]) => {
    const mine = ++canvas.pictures;
    canvas.waiting_for_image = false;
    const picture = await createImageBitmap(new Blob([data], { type: "image/png" }));
    if (mine < shown) return picture.close();
    if (shown) canvas.image.close();
    shown = mine;
    show(picture);
    told = Math.max(0, told - 1);
    next();
    clearTimeout(resting);
    resting = setTimeout(() => canvas.set("_data_url", canvas.offscreen_canvas.toDataURL()), 1000);
  };
}
