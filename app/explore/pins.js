/*
 * Two pinned digits, and the one turning into the other, for as long as both are pinned.
 */
/* global element, server, LiveAnswer, find, paint, nameDigit, decodeBytes, map, chosen, makeQuestion, isChosen, askUntilFree, withinTime, CALL_TIMEOUT_MS, refreshMarks, orderFrames, makeRamp, paintFrame, N_PIXELS, LOST, roundPlace, showAddress, pinAnswered */

const MORPH_FRAMES = 40;
const FPS = 30;
const PATIENCE_MS = 20000; // a geodesic on a busy server
const PIN_WORDS = [
  "Click the map to pin a digit. Two pins turn into each other.",
  "Pin a second digit, and this one turns into it.",
  "The model draws its way from one to the other.",
];
const RAMP = makeRamp("#000000", "#ffffff");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

let pins = []; // {place, map, answer} each, the older first; no answer while it is under way
let film = null; // the morph's frames, as bytes
let isPlaying = !calm.matches;
let filmStart = 0;
let filmFrame = null;

const morphLive = new LiveAnswer({
  ask: () => server.make_place(makeMorphQuestion()),
  show: takeMorph,
  lose: () => sayPins(LOST, "error"),
  timeoutMs: PATIENCE_MS,
});

/** Pin what lies at a place, as exactly as a link has it; of three pins the oldest goes. */
async function pin(exact) {
  if (!map) return;
  const place = roundPlace(exact);
  const fresh = { place, map: chosen.map, answer: null };
  const question = makeQuestion({ place });
  setPins([...pins, fresh].slice(-2));
  const answer = await askUntilFree(() => server.look_at_place(question), (words) =>
    sayPins(words, "error"),
  );
  if (!pins.includes(fresh)) return;
  if (!answer?.picture) {
    setPins(pins.filter((one) => one !== fresh));
    return sayPins(answer?.error ?? LOST, "error");
  }
  fresh.answer = answer;
  if (!isPlaced(fresh)) await relocatePins();
  if (!pins.includes(fresh)) return;
  setPins(pins);
  pinAnswered(answer);
}

/* ---- Another map ---- */

/** Whether a pin's place is one of the map that is chosen. */
const isPlaced = (one) => one.map === chosen.map;

/** Let pins of another map find their places on this one; those that find none are taken away. */
async function relocatePins() {
  const question = makeQuestion();
  const moved = pins.filter((one) => one.answer && !isPlaced(one));
  await Promise.all(moved.map(relocate));
  const lost = moved.filter((one) => !isPlaced(one));
  if (!isChosen(question) || lost.length === 0) return;
  setPins(pins.filter((one) => !lost.includes(one)));
  sayPins(LOST, "error");
}

/** Find the place of a pin or the probe on the map that is chosen, unless another is chosen since. */
async function relocate(one) {
  const { z } = one.answer;
  const question = makeQuestion({ z });
  const call = askUntilFree(() => server.look_at_latent(question));
  const answer = await withinTime(call, CALL_TIMEOUT_MS);
  const place = answer?.places?.[question.map];
  if (place && isChosen(question) && one.answer?.z === z) Object.assign(one, { place, map: question.map });
}

/* ---- What is shown ---- */

function setPins(next) {
  pins = next;
  find("pins").dataset.pins = pins.length;
  find("pins-clear").disabled = pins.length === 0;
  element.querySelectorAll(".pin-picture").forEach((canvas, i) => {
    const answer = pins[i]?.answer;
    paint(canvas, answer?.picture);
    canvas.parentElement.classList.toggle("is-there", Boolean(answer));
    canvas.nextElementSibling.textContent = answer ? `${i + 1}: ${nameDigit(answer.label)}` : i + 1;
  });
  sayPins(PIN_WORDS[pins.length], "");
  refreshMarks();
  showAddress();
  refreshFilm();
}

function sayPins(words, kind) {
  find("pins-words").textContent = words;
  find("pins-words").dataset.kind = kind;
}

/* ---- The morph ---- */

const isComplete = () => pins.length === 2 && pins.every(({ answer }) => answer);

function makeMorphQuestion() {
  const [start, end] = pins.map(({ answer }) => answer.picture);
  const settings = { path: "geodesic", n_frames: MORPH_FRAMES, easing: "none", keep_ends: true };
  return { model: chosen.reader.name, start, end, ...settings };
}

function refreshFilm() {
  film = null;
  showFilm();
  if (isComplete()) morphLive.refresh();
  else morphLive.settle({});
}

function takeMorph({ frames, error }, isNewest) {
  if (!isNewest) return;
  if (error) return sayPins(error, "error");
  film = frames && isComplete() ? decodeBytes(frames) : null;
  showFilm();
}

/** Play from the start, or stand still. */
function showFilm() {
  cancelAnimationFrame(filmFrame);
  const button = find("pins-play");
  const plays = isPlaying && Boolean(film);
  button.disabled = !film;
  button.textContent = plays ? "❚❚" : "▶";
  button.ariaLabel = plays ? "Pause" : "Play";
  find("pins-film").classList.toggle("is-there", Boolean(film));
  if (!film) return paint(find("pins-morph"));
  filmStart = performance.now();
  paintFrame(find("pins-morph"), [film], isPlaying ? 0 : MORPH_FRAMES / 2, RAMP);
  if (isPlaying && element.offsetParent) filmFrame = requestAnimationFrame(advanceFilm);
}

function advanceFilm(now) {
  const order = orderFrames(film.length / N_PIXELS, FPS, true);
  const step = Math.max(0, Math.floor(((now - filmStart) / 1000) * FPS));
  paintFrame(find("pins-morph"), [film], order[step % order.length], RAMP);
  filmFrame = requestAnimationFrame(advanceFilm);
}

function playFilm(wanted) {
  isPlaying = wanted;
  showFilm();
}

find("pins-clear").addEventListener("click", () => setPins([]));
find("pins-play").addEventListener("click", () => playFilm(!isPlaying));
calm.addEventListener("change", () => playFilm(!calm.matches));
