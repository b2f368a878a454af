/*
 * Mouse, fingers, wheel and keys on the map. A mouse moves the probe, drags the map and pins with a
 * click; one finger moves the probe and pins with a tap, two fingers move and zoom the map.
 */
/* global find, view, map, refreshMap, marksCanvas, moveProbe, sight, pin, setPins, pins, calm */

const CLICK_SLOP = 5; // pixels that a click may move
const WHEEL_SPEED = 0.0016; // of the zoom's logarithm, per pixel that is scrolled
const BUTTON_FACTOR = 1.6;
const GLIDE_MS = 160;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ARROW_STEP = 0.015; // of the map's width
const LONG_STEP = 0.08; // with Shift

const fingers = new Map(); // pointers that are down: their last points
let moved = 0; // pixels since the pointer went down
let pinsBefore = []; // before the first click of two

const pointOf = ({ clientX, clientY }) => {
  const box = marksCanvas.getBoundingClientRect();
  return [clientX - box.left, clientY - box.top];
};
const middle = () => [view.width / 2, view.height / 2];

/* ---- Pointers ---- */

function press(event) {
  if (event.button !== 0) return;
  marksCanvas.setPointerCapture(event.pointerId);
  if (fingers.size === 0) moved = 0;
  fingers.set(event.pointerId, pointOf(event));
  if (fingers.size > 1) moved = Infinity; // no tap
  else if (event.pointerType !== "mouse") moveProbe(view.toPlace(pointOf(event)));
}

function move(event) {
  const point = pointOf(event);
  const before = fingers.get(event.pointerId);
  if (!before) return void (event.pointerType === "mouse" && moveProbe(view.toPlace(point)));
  const [dx, dy] = [point[0] - before[0], point[1] - before[1]];
  moved += Math.hypot(dx, dy);
  if (fingers.size === 1 && event.pointerType !== "mouse") moveProbe(view.toPlace(point));
  else if (fingers.size === 1) drag(dx, dy);
  else pinch(event.pointerId, point);
  fingers.set(event.pointerId, point);
}

function drag(dx, dy) {
  if (moved <= CLICK_SLOP) return;
  marksCanvas.classList.add("is-dragged");
  view.pan(dx, dy);
  refreshMap();
}

/** Keep the map under both fingers. */
function pinch(id, point) {
  const [other] = [...fingers].filter(([key]) => key !== id).map(([, at]) => at);
  const before = fingers.get(id);
  const distance = (a, b) => Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1]));
  view.pan((point[0] - before[0]) / 2, (point[1] - before[1]) / 2);
  const centre = [(point[0] + other[0]) / 2, (point[1] + other[1]) / 2];
  view.zoomAt(centre, distance(point, other) / distance(before, other));
  refreshMap();
}

function release(event) {
  fingers.delete(event.pointerId);
  if (fingers.size === 0) marksCanvas.classList.remove("is-dragged");
}

/** A click pins; the second of two zooms instead, and takes back the first one's pin. */
function click(event) {
  if (!map || moved > CLICK_SLOP) return;
  const point = pointOf(event);
  if (event.detail < 2) {
    pinsBefore = pins;
    return void pin(view.clamp(view.toPlace(point)));
  }
  if (event.detail > 2) return;
  setPins(pinsBefore);
  glide(point, 2);
}

/* ---- Zoom ---- */

/** Zoom over a few frames, so that the eye can follow. */
function glide(point, factor) {
  if (calm.matches) {
    view.zoomAt(point, factor);
    return refreshMap();
  }
  const start = performance.now();
  let done = 0;
  const step = (now) => {
    const share = Math.min(1, Math.max(0, (now - start) / GLIDE_MS));
    view.zoomAt(point, factor ** (share - done));
    done = share;
    refreshMap();
    if (share < 1) requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

function turnWheel(event) {
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
  view.zoomAt(pointOf(event), Math.exp(-event.deltaY * lines * WHEEL_SPEED));
  moveProbe(view.toPlace(pointOf(event)));
  refreshMap();
}

function showAll() {
  view.reset();
  refreshMap();
}

/* ---- Keys ---- */

function pressKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !sight.place) return;
  const at = view.toScreen(sight.place);
  const actions = {
    Enter: () => pin(sight.place),
    "+": () => glide(at, BUTTON_FACTOR),
    "=": () => glide(at, BUTTON_FACTOR),
    "-": () => glide(at, 1 / BUTTON_FACTOR),
    0: showAll,
    Escape: () => setPins([]),
  };
  const arrow = ARROWS[event.key];
  if (!arrow && !Object.hasOwn(actions, event.key)) return;
  event.preventDefault();
  if (!arrow) return actions[event.key]();
  const step = view.width * (event.shiftKey ? LONG_STEP : ARROW_STEP);
  moveProbe(view.toPlace([at[0] + arrow[0] * step, at[1] + arrow[1] * step]));
  view.reveal(sight.place);
  refreshMap();
}

marksCanvas.addEventListener("pointerdown", press);
marksCanvas.addEventListener("pointermove", move);
marksCanvas.addEventListener("pointerup", release);
marksCanvas.addEventListener("pointercancel", release);
marksCanvas.addEventListener("click", click);
marksCanvas.addEventListener("wheel", turnWheel, { passive: false });
marksCanvas.addEventListener("keydown", pressKey);
find("map-in").addEventListener("click", () => glide(middle(), BUTTON_FACTOR));
find("map-out").addEventListener("click", () => glide(middle(), 1 / BUTTON_FACTOR));
find("map-all").addEventListener("click", showAll);
