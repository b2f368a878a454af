/*
 * The map itself, drawn on its canvas: shading, components, and a dot or a picture for every digit.
 * Drawn once a frame at most, and only when something has changed.
 */
/* global element, props, find, make, decodeBytes, View, chosen, takeSheet, locate, PICTURE_SIDE, paintMarks */

const PICTURE_ZOOM = 3; // from which on digits are drawn as pictures
const NAME_GAP = 20; // pixels between two components' names
const MOST_FOG = 150; // of 255: the shade where all digits are alike to the model

const mapCanvas = find("map-picture");
const mapContext = mapCanvas.getContext("2d");
const view = new View();
let map = null; // {places, colours, ellipses, fog} of the model and map that are chosen, once it is there
let mapFrame = null;
let sprites = { key: "" }; // {dots, names}: each painted once and copied many times

/* ---- Colours ---- */

const isDark = () => element.closest(".dark") !== null;
const palette = () => props.palettes[isDark() ? "dark" : "light"];
let theme = readTheme();

function readTheme() {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: read("background-fill-primary"),
    ink: read("body-text-color"),
    pin: read("button-primary-background-fill"),
    onPin: read("button-primary-text-color"),
  };
}

const colourOf = (label) => chosen.reader.labels.indexOf(label) % palette().length;

/* ---- What the server sends, made ready to be drawn ---- */

function openMap({ square, places, labels, ellipses }) {
  map = { places: Float64Array.from(places.flat()), colours: labels.map(colourOf) };
  map.ellipses = [...ellipses].sort((one, other) => other.weight - one.weight);
  view.open(square);
  refreshMap();
}

function takeFog({ levels, square }) {
  const image = new ImageData(props.n_cells, props.n_cells);
  const fog = make("canvas");
  [fog.width, fog.height] = [props.n_cells, props.n_cells];
  decodeBytes(levels).forEach((level, i) => image.data.set(fogAt(level), 4 * i));
  fog.getContext("2d").putImageData(image, 0, 0);
  map.fog = { canvas: fog, square };
  refreshMap();
}

/** Grey that can be seen on light and dark paper; doubt of a third of the most is seen well. */
const fogAt = (level) => [128, 128, 140, Math.min(1, level / 170) * MOST_FOG];

/* ---- Drawing ---- */

function refreshMap() {
  mapFrame ??= requestAnimationFrame(() => {
    mapFrame = null;
    paintMap();
    paintMarks();
  });
}

function paintMap() {
  if (!map) return; // the one before stays until there is another
  mapContext.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  mapContext.clearRect(0, 0, view.width, view.height);
  if (chosen.hesitation && map.fog) paintFog();
  const sheet = view.zoom >= PICTURE_ZOOM / 2 ? takeSheet(map) : null;
  if (sheet && view.zoom >= PICTURE_ZOOM) paintPictures(sheet);
  else paintDots();
  if (chosen.components) paintEllipses();
}

function paintFog() {
  const [x, y, side] = map.fog.square;
  const [left, top] = view.toScreen([x, y + side]);
  mapContext.drawImage(map.fog.canvas, left, top, side * view.scale, side * view.scale);
}

/** Call `draw(i, px, py)` for every digit that is seen, from its middle on. */
function forEachSeen(margin, draw) {
  const { scale, width, height } = view;
  const [left, top] = view.toScreen([0, 0]);
  for (let i = 0; i < map.colours.length; i += 1) {
    const px = left + map.places[2 * i] * scale;
    const py = top - map.places[2 * i + 1] * scale;
    if (px < -margin || py < -margin || px > width + margin || py > height + margin) continue;
    draw(i, px, py);
  }
}

/** In half pixels, so that few sizes are ever made. */
function dotRadius() {
  const radius = Math.min(6, (view.width / 240) * Math.sqrt(view.zoom));
  return Math.max(2, Math.round(2 * radius) / 2);
}

function paintDots() {
  const { dots } = makeSprites(dotRadius());
  forEachSeen(8, (i, px, py) => stamp(dots[map.colours[i]], px, py));
}

/** Copy a sprite pixel by pixel, its middle at a point: between pixels it takes twice as long. */
function stamp(sprite, px, py) {
  const left = Math.round(px * devicePixelRatio - sprite.width / 2);
  const top = Math.round(py * devicePixelRatio - sprite.height / 2);
  const side = sprite.width / devicePixelRatio;
  mapContext.drawImage(sprite, left / devicePixelRatio, top / devicePixelRatio, side, side);
}

function makeSprites(radius) {
  const { name, labels } = chosen.reader;
  const key = [radius, devicePixelRatio, isDark(), name].join();
  if (sprites.key === key) return sprites;
  const dots = palette().map((colour) =>
    makeSprite(2 * radius + 2, (context, middle) => {
      context.fillStyle = colour;
      context.globalAlpha = 0.72;
      context.arc(middle, middle, radius, 0, 2 * Math.PI);
      context.fill();
    }),
  );
  // What can be read on anything.
  const names = labels.map((label) =>
    makeSprite(24, (context, middle) => {
      Object.assign(context, { font: "600 13px system-ui, sans-serif", lineJoin: "round", lineWidth: 4 });
      Object.assign(context, { textAlign: "center", textBaseline: "middle" });
      Object.assign(context, { strokeStyle: theme.paper, fillStyle: theme.ink });
      context.strokeText(label, middle, middle);
      context.fillText(label, middle, middle);
    }),
  );
  sprites = { key, dots, names };
  return sprites;
}

function makeSprite(side, draw) {
  const pixels = Math.ceil(side * devicePixelRatio);
  const sprite = Object.assign(make("canvas"), { width: pixels, height: pixels });
  const context = sprite.getContext("2d");
  context.scale(devicePixelRatio, devicePixelRatio);
  draw(context, pixels / devicePixelRatio / 2);
  return sprite;
}

function paintPictures(sheet) {
  const side = Math.min(64, (view.width / 600) * (9 + 3.5 * view.zoom));
  forEachSeen(side, (i, px, py) => {
    const from = [...locate(i), PICTURE_SIDE, PICTURE_SIDE];
    mapContext.drawImage(sheet, ...from, px - side / 2, py - side / 2, side, side);
  });
}

function paintEllipses() {
  mapContext.lineWidth = 1.5;
  for (const { label, weight, centre, radii, angle } of map.ellipses) {
    mapContext.globalAlpha = 0.1 + 0.55 * weight; // the digits count, not the lines
    const [px, py] = view.toScreen(centre);
    const [a, b] = radii.map((radius) => radius * view.scale);
    mapContext.strokeStyle = palette()[colourOf(label)];
    mapContext.beginPath();
    mapContext.ellipse(px, py, a, b, -angle, 0, 2 * Math.PI);
    mapContext.stroke();
  }
  mapContext.globalAlpha = 1;
  nameEllipses();
}

/** Write each component's label where there is room for it, of the heavy ones first. */
function nameEllipses() {
  const { names } = makeSprites(dotRadius());
  const written = [];
  for (const { label, centre } of map.ellipses) {
    const at = view.toScreen(centre);
    const isNear = (other) => Math.hypot(other[0] - at[0], other[1] - at[1]) < NAME_GAP;
    if (written.some(isNear)) continue;
    written.push(at);
    stamp(names[chosen.reader.labels.indexOf(label)], ...at);
  }
}
