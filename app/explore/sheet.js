/*
 * The pictures of all digits, in one canvas, each in its label's colour on nothing: what is drawn in
 * place of dots once they are large enough to be seen.
 */
/* global props, server, askUntilFree, make, makeQuestion, chosen, PICTURE_SIDE, palette, refreshMap */

const sheets = new Map(); // by model: the picture of all digits, or null while it is under way
const tinted = new Map(); // by model and palette: the same, coloured

/** The coloured digits of a map, or null until they are there. */
function takeSheet(map) {
  const { name } = chosen.reader;
  if (!sheets.has(name)) openSheet(name);
  const key = `${name} ${palette()[0]} ${palette()[7]}`;
  if (sheets.get(name) && !tinted.has(key)) tinted.set(key, tint(sheets.get(name), map));
  return tinted.get(key) ?? null;
}

async function openSheet(name) {
  sheets.set(name, null);
  const question = makeQuestion(); // what is chosen may change meanwhile
  const answer = await askUntilFree(() => server.open_sheet(question));
  if (!answer?.picture) return sheets.delete(name);
  const picture = Object.assign(new Image(), { src: answer.picture });
  await picture.decode();
  sheets.set(name, picture);
  refreshMap();
}

function tint(picture, map) {
  const canvas = make("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < image.data.length; at += 4) image.data[at + 3] = image.data[at]; // ink
  context.putImageData(image, 0, 0);
  context.globalCompositeOperation = "source-in";
  const cells = make("canvas");
  [cells.width, cells.height] = [canvas.width, canvas.height];
  const colours = cells.getContext("2d");
  map.colours.forEach((colour, i) => {
    colours.fillStyle = palette()[colour];
    colours.fillRect(...locate(i), PICTURE_SIDE, PICTURE_SIDE);
  });
  context.drawImage(cells, 0, 0);
  return canvas;
}

/** Where a digit stands on the sheet. */
function locate(i) {
  return [(i % props.n_columns) * PICTURE_SIDE, Math.floor(i / props.n_columns) * PICTURE_SIDE];
}
