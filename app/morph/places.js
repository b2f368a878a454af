/*
 * The digit places of a morph, asked for one after another: a call stays short, and what is known
 * already is not asked for again. Only the newest numbers and settings are ever asked about.
 */
/* global server, LiveAnswer, find, decodeBytes, chosen, pairDigits, enablePlayer, showFilm, showPaths, isComparing, PATHS, numbers */

const MOST_KNOWN = 24; // places that are kept
const SLOW_MS = 1000; // from which on there is a bar
const PATIENCE_MS = 20000; // a long geodesic on a busy server
const LOST = "The connection is lost. Trying again…";
const INCOMPLETE = "With two numbers, the morph plays here.";

const known = new Map(); // of a place's key: its frames in base64 and as bytes, looks and readings
let wanted = []; // the places of the morph that is to be shown: [key, question] each
let compared = []; // the same of every path, while they are compared: [path, places] each
let shown = ""; // the keys of the morph that is shown
let waiting = null;

const live = new LiveAnswer({
  ask: askForPlace,
  show: takePlace,
  lose: () => sayPlayer(LOST, "error"),
  timeoutMs: PATIENCE_MS,
});

/** Make the morph of the numbers and settings as they are now. */
function refreshMorph() {
  wanted = listPlaces(chosen.path);
  compared = isComparing() ? Object.keys(PATHS).map((path) => [path, listPlaces(path)]) : [];
  if (missing().length === 0) return live.settle({});
  sayPlayer("", ""); // what was missing is here now; the bar says that it is being worked on
  updateProgress();
  waiting ??= setTimeout(() => find("player-progress").classList.add("is-there"), SLOW_MS);
  live.refresh();
}

function listPlaces(path) {
  const [starts, ends] = numbers.map(({ digits }) => digits);
  if (starts.length === 0 || ends.length === 0) return [];
  const settings = {
    model: chosen.reader.name,
    path,
    n_frames: chosen.frames,
    easing: chosen.eases ? "ease-in-out" : "none",
    keep_ends: chosen.keeps,
  };
  return pairDigits(starts, ends).map(([start, end]) => {
    const question = { ...settings, start, end };
    return [JSON.stringify(question), question];
  });
}

/** All places that are to be known: those of the morph first. */
const listAll = () => [...wanted, ...compared.flatMap(([, places]) => places)];
const missing = () => listAll().filter(([key]) => !known.has(key));

async function askForPlace() {
  const [place] = missing();
  if (!place) return {};
  const [key, question] = place;
  const answer = await server.make_place(question);
  return answer && { ...answer, key };
}

/** One place has come: show the morph if it was the last, else ask for the next. */
function takePlace({ key, frames, looks, readings, error }) {
  if (frames) remember(key, { frames, looks, readings, bytes: decodeBytes(frames) });
  updateProgress();
  if (error) return showFailure(error, "error");
  if (wanted.length === 0) return showFailure(INCOMPLETE, "");
  if (listKnown(wanted).every(Boolean)) showMorph();
  if (missing().length > 0) return live.refresh();
  endProgress();
  showPaths(compared.map(([path, places]) => [path, listKnown(places).map(({ bytes }) => bytes)]));
}

function remember(key, place) {
  known.set(key, place);
  const isWanted = (one) => listAll().some(([other]) => other === one);
  for (const old of known.keys()) {
    if (known.size <= MOST_KNOWN) break;
    if (!isWanted(old)) known.delete(old);
  }
}

const listKnown = (places) => places.map(([key]) => known.get(key));

function showMorph() {
  sayPlayer("", "");
  const keys = wanted.map(([key]) => key).join();
  if (keys === shown && find("morph").dataset.state === "shown") return; // it plays already
  find("morph").dataset.state = "shown";
  if (keys !== shown) showFilm(joinPlaces(listKnown(wanted)));
  shown = keys;
  enablePlayer(true);
}

function joinPlaces(places) {
  const { looks } = places[0];
  const readings = looks.map((_, i) => places.map((place) => place.readings[i] ?? "").join(""));
  return { places: places.map(({ bytes }) => bytes), looks, readings };
}

/** What was shown stays in sight, but is not what the numbers say. */
function showFailure(words, kind) {
  endProgress();
  find("morph").dataset.state = "incomplete";
  enablePlayer(false);
  showPaths([]);
  sayPlayer(words, kind);
}

/* ---- What is said meanwhile ---- */

function updateProgress() {
  find("player-progress").max = listAll().length || 1;
  find("player-progress").value = listAll().length - missing().length;
}

function endProgress() {
  clearTimeout(waiting);
  waiting = null;
  find("player-progress").classList.remove("is-there");
}

function sayPlayer(words, kind) {
  find("player-words").textContent = words;
  find("player-words").dataset.kind = kind;
}
