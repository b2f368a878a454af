/*
 * The new digits, and the ways in which one of them is written: the mixture's components. Choosing
 * a digit takes it further; choosing a way leaves only that.
 */
/* global props, server, LiveAnswer, PICTURE_SIDE, find, make, makeCanvas, paint, save, percentage, chosen, makeQuestion, onlyLabel, isFromMixture */

const SCALE = 4; // of a saved picture
const N_COLUMNS = 8;
const LOST = "The connection is lost. Trying again…";

const grid = find("generate-digits");
const styles = find("generate-styles");
let takeDigit = () => {};
let takeStyle = () => {};

const digitsLive = new LiveAnswer({
  ask: () => server.make_digits(makeQuestion()),
  show: showDigits,
  lose: () => sayDigits(LOST, "error"),
});
const stylesLive = new LiveAnswer({ ask: askForStyles, show: showStyles, lose: () => {} });

/** Ask for digits as they are chosen now, and for the ways to write them if there is one digit. */
function refreshDigits() {
  digitsLive.refresh();
  if (onlyLabel() === undefined) stylesLive.settle({});
  else stylesLive.refresh();
}

function sayDigits(words, kind = "") {
  find("generate-words").textContent = words;
  find("generate-words").dataset.kind = kind;
}

function showDigits({ pictures, labels, n_drawn, error }) {
  find("generate").dataset.state = pictures ? "shown" : "error";
  if (error) return sayDigits(error, "error");
  fillTiles(grid, pictures, (i) => `A new ${labels[i]}`, (picture) => takeDigit(picture));
  sayDigits(describeDigits(pictures.length, n_drawn));
}

/** How many there are, and how many it took. */
function describeDigits(n, nDrawn) {
  if (!chosen.isSure) return `${n} digits that nobody ever wrote. Choose one to take it further.`;
  return `The model was sure of ${n} of the ${nDrawn} that it drew (${percentage(n / nDrawn)}).`;
}

/** Tiles keep their elements while pictures change under a slider: the focus stays. */
function fillTiles(row, pictures, name, take) {
  while (row.children.length > pictures.length) row.lastChild.remove();
  while (row.children.length < pictures.length) {
    const tile = Object.assign(make("button", "tile"), { type: "button" });
    tile.append(makeCanvas());
    row.append(tile);
  }
  pictures.forEach((picture, i) => {
    const tile = row.children[i];
    paint(tile.firstChild, picture);
    tile.ariaLabel = name(i);
    tile.onclick = () => take(picture, i);
  });
}

/* ---- The components of one digit ---- */

function askForStyles() {
  return server.show_components({ model: chosen.reader.name, label: onlyLabel() });
}

function showStyles({ pictures = [], components = [], shares = [] }) {
  styles.hidden = pictures.length < 2;
  const name = (i) => `Component ${components[i]}, ${percentage(shares[i])} of these digits`;
  fillTiles(styles, pictures, name, (_, i) => takeStyle(components[i]));
  components.forEach((component, i) => showShare(styles.children[i], component, shares[i]));
}

/** Below a way to write a digit, how common it is. */
function showShare(tile, component, share) {
  if (tile.children.length < 2) tile.append(make("span"));
  tile.lastChild.textContent = percentage(share);
  tile.ariaPressed = String(component === chosen.component);
}

/* ---- Files ---- */

/** All digits that are shown in one picture, enlarged without blur; nothing where none are. */
function saveGrid(name) {
  const canvases = [...grid.querySelectorAll("canvas")];
  if (canvases.length === 0) return;
  const step = SCALE * PICTURE_SIDE;
  const size = { width: N_COLUMNS * step, height: Math.ceil(canvases.length / N_COLUMNS) * step };
  const sheet = Object.assign(make("canvas"), size);
  const context = sheet.getContext("2d");
  context.imageSmoothingEnabled = false;
  canvases.forEach((canvas, i) => {
    context.drawImage(canvas, (i % N_COLUMNS) * step, Math.floor(i / N_COLUMNS) * step, step, step);
  });
  sheet.toBlob((blob) => save(blob, name), "image/png");
}

/** "digits-3-c12-5": what is drawn and the seed; of another model than the first, what it knows. */
function nameFile() {
  const { reader, labels, component, seed } = chosen;
  const known = reader === props.readers[0] ? "" : reader.labels.join("");
  const what = isFromMixture() ? labels.join("") || "all" : "normal";
  const way = component === null ? "" : `-c${component}`;
  return `digits${known}-${what}${way}-${seed}`;
}
