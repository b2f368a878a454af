/*
 * The Explore tab's behaviour: what happens when something is chosen. Gradio runs this as the body of
 * a function with these arguments; the files that it uses stand above it in the same body.
 */
/* global element, server, LiveAnswer, find, chosen, choose, makeQuestion, isChosen, askWith, showChoices, listenToChoices, view, map, theme, readTheme, openMap, takeFog, refreshMap, mapCanvas, marksCanvas, showLegend, sight, sightLive, moveProbe, makeBars, pins, setPins, pin, relocate, relocatePins, showFilm, openSliders, emptySliders, isSlid, changeOwnReader, followLink, writeLink, showAddress, isSeen, copyAddress, sayPins */

const LOST = "The connection is lost. Trying again…";

let toPin = []; // places of a link, until its map is there

const mapLive = new LiveAnswer({
  ask: () => askWith(makeQuestion(), server.open_map),
  show: takeMap,
  lose: () => sayOnMap(LOST),
});
const fogLive = new LiveAnswer({
  ask: () => askWith(makeQuestion(), server.shade_map),
  show: (answer) => answer.levels && isChosen(answer.question) && takeFog(answer),
  lose: () => sayOnMap(LOST),
});

function sayOnMap(words) {
  find("map-note").textContent = words;
}

/* ---- Another map ---- */

/** Nothing can be asked of a map that is not there; what was asked of the one before is dropped. */
function closeMap() {
  map = null;
  find("explore").dataset.state = "waiting";
  for (const live of [mapLive, fogLive, sightLive]) live.settle({});
}

function takeMap(answer) {
  if (!isChosen(answer.question)) return;
  sayOnMap(answer.error ?? "");
  if (answer.error) return;
  openMap(answer);
  find("explore").dataset.state = "shown";
  if (chosen.hesitation) fogLive.refresh();
  if (!sight.place) moveProbe(findMiddle(answer)); // so that there is something to see
  for (const place of toPin.splice(0)) pin(view.clamp(place));
}

/** The middle of the digits of the model's first label. */
function findMiddle({ places, labels }) {
  const own = places.filter((_, i) => labels[i] === chosen.reader.labels[0]);
  return [0, 1].map((axis) => own.reduce((sum, place) => sum + place[axis], 0) / own.length);
}

/** Another model: what was pinned means nothing to it. */
function changeReader(name) {
  choose(name, chosen.map);
  toPin = [];
  Object.assign(sight, { place: null, answer: null });
  showReader();
  setPins([]);
  changeOwnReader();
  mapLive.refresh();
}

function showReader() {
  closeMap();
  emptySliders();
  makeBars();
  showLegend();
  showChoices();
}

/** Another map of the same latents: what is on the map finds its new place. */
async function changeMap(name) {
  choose(chosen.reader.name, name);
  toPin = []; // their latents are not known
  sight.place = null;
  closeMap();
  showChoices();
  const question = makeQuestion();
  await Promise.all([sight.answer && relocate(sight), relocatePins()]);
  if (!isChosen(question)) return; // whoever chose another map goes on
  mapLive.refresh();
  showAddress();
}

function redraw() {
  if (chosen.hesitation && map && !map.fog) fogLive.refresh();
  refreshMap();
}

/* ---- What others begin with ---- */

/** What the visitor has made with the sliders stays. */
function restProbe() {
  if (pins.length === 0 && !isSlid()) openSliders(sight.answer);
}

function pinAnswered(answer) {
  openSliders(answer);
}

find("pins-link").addEventListener("click", async () => {
  showAddress();
  sayPins(await copyAddress(), "");
});

/* ---- Size and colours ---- */

/** One canvas pixel per screen pixel, at any size and zoom. */
function resize() {
  const { clientWidth, clientHeight } = marksCanvas;
  if (clientWidth === 0) return;
  [view.width, view.height] = [clientWidth, clientHeight];
  for (const canvas of [mapCanvas, marksCanvas]) {
    canvas.width = Math.round(clientWidth * devicePixelRatio);
    canvas.height = Math.round(clientHeight * devicePixelRatio);
  }
  refreshMap();
}

function recolour() {
  theme = readTheme();
  showLegend();
  refreshMap();
}

/* ---- The beginning ---- */

function begin() {
  toPin = followLink() ?? [];
  showReader();
  setPins([]);
  mapLive.refresh();
}

addEventListener("hashchange", () => {
  if (location.hash === writeLink() || !location.hash.startsWith("#explore=")) return;
  Object.assign(sight, { place: null, answer: null });
  begin();
  changeOwnReader();
});
new ResizeObserver(resize).observe(marksCanvas);
// Hidden with its tab, the film stands still and the tab takes its address away.
let wasSeen = isSeen();
new ResizeObserver(() => {
  showAddress();
  if (wasSeen !== isSeen()) showFilm();
  wasSeen = isSeen();
}).observe(element);
new MutationObserver(recolour).observe(document.body, { attributeFilter: ["class"] });
listenToChoices({ changeReader, changeMap, redraw });
begin();
