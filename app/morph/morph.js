/*
 * The Morph tab's behaviour: what happens when something is chosen. Gradio runs this as the body of
 * a function with these arguments; the files that it uses stand above it in the same body.
 */
/* global element, props, find, chosen, listReaders, listenToSettings, showSettings, NumberInput, followLink, writeLink, showAddress, isDrawn, copyAddress, refreshMorph, reshowFilm, restart, film, shownFrame, pathTiles, isComparing */

const TITLES = ["From", "To"];

const isSeen = () => element.offsetParent !== null;
const numbers = props.sides.map(
  (side, i) => new NumberInput(find(`is-${side}`), TITLES[i], props.pad_ids[i], changeFrames),
);

function sayNote(words) {
  find("morph-note").textContent = words;
}

/** Other frames are needed. */
function changeFrames() {
  sayNote("");
  refreshMorph();
  showAddress(isSeen());
}

/** The same frames, shown otherwise. */
function changeShowing() {
  sayNote("");
  reshowFilm();
  showAddress(isSeen());
}

/** Another model: what is typed is written anew, and what it does not know it says. */
function changeReader() {
  showSettings();
  for (const number of numbers) number.change();
}

document.addEventListener("pad:value", ({ detail: { pad, value } }) => {
  for (const number of numbers) number.takeDrawing(pad, value);
});

document.addEventListener("pad:ready", ({ detail: { pad } }) => {
  for (const number of numbers) number.adoptPad(pad);
});

find("number-swap").addEventListener("click", () => numbers[0].swap(numbers[1]));

find("morph-link").addEventListener("click", async () => {
  if (isDrawn()) return sayNote("A drawing has no link: it is not stored.");
  showAddress(true);
  sayNote(await copyAddress());
});

find("settings-compare").addEventListener("click", ({ target }) => {
  pathTiles.hidden = !pathTiles.hidden;
  target.ariaExpanded = String(isComparing());
  changeFrames();
});

/* ---- The beginning ---- */

function begin() {
  if (!followLink()) {
    const { first } = chosen.reader;
    numbers.forEach((number, i) => Object.assign(number.state, { text: first[i], style: i + 1 }));
  }
  changeReader();
}

addEventListener("hashchange", () => {
  if (location.hash !== writeLink() && followLink()) changeReader();
});
// Hidden with its tab, the morph stands still and takes its address away.
let wasSeen = isSeen();
new ResizeObserver(() => {
  showAddress(isSeen());
  if (film && wasSeen !== isSeen()) restart(shownFrame);
  wasSeen = isSeen();
}).observe(element);
listReaders(changeReader);
listenToSettings({ remake: changeFrames, reshow: changeShowing });
begin();
