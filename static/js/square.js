/** Show which part of a picture becomes the photo, before it is sent. The server draws it again (lms/rules/squares.py). */
export function showSquare() {
  const figure = document.querySelector("figure[data-square]");
  if (!figure) return;
  const canvas = figure.querySelector("canvas");
  const { file, size, left, top } = figure.closest("form").elements;
  let picture = null;

  const draw = () => {
    figure.hidden = picture === null;
    if (picture === null) return;
    const side = Math.floor((Math.min(picture.width, picture.height) * size.value) / 100);
    const x = Math.floor(((picture.width - side) * left.value) / 100);
    const y = Math.floor(((picture.height - side) * top.value) / 100);
    canvas.getContext("2d").drawImage(picture, x, y, side, side, 0, 0, canvas.width, canvas.height);
  };

  file.addEventListener("change", async () => {
    picture = await createImageBitmap(file.files[0]).catch(() => null);
    draw();
  });
  for (const line of [size, left, top]) line.addEventListener("input", draw);
}
