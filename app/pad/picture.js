/*
 * From a picture file to one that fills a pad, `aspect` times as wide as high. The picture keeps its
 * own aspect; what is left of the pad takes the colour of the picture's border, because the server
 * tells ink from paper by the border.
 */

const MAX_FILE_BYTES = 8e6;
const PICTURE_HEIGHT = 1024;
const FLAT_RANGE = 24; // levels out of 255

class PictureError extends Error {}

/**
 * Read a file. `openOnServer(file)` is the second opinion for what the browser cannot decode or
 * shows as one flat grey: TIFF, or a 16-bit PNG that uses a small part of its range (a canvas has
 * 8 bits, and such a picture is gone before it can be stretched).
 */
async function openPicture(file, openOnServer, aspect) {
  refuse(file);
  let picture = null;
  try {
    picture = fitPicture(await createImageBitmap(file), aspect);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // anything else is a bug: let it surface
  }
  if (picture && !isFlat(picture.image)) return picture;
  return openDataUrl(await openOnServer(file), aspect);
}

/** Read a file of which the server returns the ink alone, white on black. */
async function openInk(file, openOnServer, aspect) {
  refuse(file);
  return openDataUrl(await openOnServer(file), aspect);
}

/** Refuse what the server would not take anyway. */
function refuse(file) {
  if (!file.type.startsWith("image/")) {
    throw new PictureError("This is not a picture. Choose a PNG or JPEG file.");
  }
  if (file.size > MAX_FILE_BYTES) {
    throw new PictureError("This picture is larger than 8 MB. Choose a smaller one.");
  }
}

async function openDataUrl(url, aspect) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return fitPicture(image, aspect);
}

/** {image: a canvas of that aspect, ink: the colour that stands out from the picture's paper}. */
function fitPicture(source, aspect) {
  const fullWidth = aspect * PICTURE_HEIGHT;
  const scale = Math.min(fullWidth / source.width, PICTURE_HEIGHT / source.height);
  const width = Math.max(1, Math.round(source.width * scale));
  const height = Math.max(1, Math.round(source.height * scale));
  const fitted = blankCanvas(width, height, "#fff"); // transparent pictures lie on white paper
  fitted.drawImage(source, 0, 0, width, height);

  const paper = borderColour(fitted, width, height);
  const full = blankCanvas(fullWidth, PICTURE_HEIGHT, `rgb(${paper.join(" ")})`);
  full.drawImage(fitted.canvas, (fullWidth - width) / 2, (PICTURE_HEIGHT - height) / 2);
  return { image: full.canvas, ink: luminance(paper) > 127 ? "#000" : "#fff" };
}

function blankCanvas(width, height, colour) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  return context;
}

/** The median of the border's pixels, channel by channel: a digit that touches an edge cannot sway it. */
function borderColour(context, width, height) {
  const edges = [
    [0, 0, width, 1],
    [0, height - 1, width, 1],
    [0, 0, 1, height],
    [width - 1, 0, 1, height],
  ].map(([x, y, w, h]) => context.getImageData(x, y, w, h).data);
  return [0, 1, 2].map((channel) => {
    const values = edges.flatMap((edge) => [...edge.filter((_, i) => i % 4 === channel)]);
    return values.sort((a, b) => a - b)[values.length >> 1];
  });
}

function isFlat(image) {
  const side = 112;
  const context = blankCanvas(side, side, "#000");
  context.drawImage(image, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  let [lightest, darkest] = [0, 255];
  for (let i = 0; i < data.length; i += 4) {
    const level = luminance(data.subarray(i, i + 3));
    lightest = Math.max(lightest, level);
    darkest = Math.min(darkest, level);
  }
  return lightest - darkest < FLAT_RANGE;
}

function luminance([red, green, blue]) {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
