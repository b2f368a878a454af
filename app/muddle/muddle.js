/*
 * The Muddle tab's behaviour: what happens when something is chosen. Gradio runs this as the body
 * of a function with these arguments; the files that it uses stand above it in the same body.
 */
/* global element, props, server, askUntilFree, find, chosen, chooseReader, listReaders, listDigits, showOptions, randomSeed, followLink, writeLink, showAddress, copyAddress, refreshStage, showStep, refreshMethods, refreshGallery, markTile, listGallery, makeWish, makeQuestion, savePng, saveFile, MIXES, steps, slider, methods */

const isSeen = () => element.offsetParent !== null;

function say(name, words) {
  find(`${name}-note`).textContent = words;
}

/** The stage shows another muddle; the gallery stays. */
function changeMuddle() {
  say("muddle", "");
  refreshStage();
  refreshMethods();
  markTile();
  showAddress(isSeen());
}

/** Other digits, or another way to mix them: all pictures change. */
function changeDigits() {
  showOptions();
  changeMuddle();
  refreshGallery({ isWithChosen: true });
}

function changeReader() {
  listDigits(changeDigits);
  changeDigits();
}

/* ---- The drawing ---- */

/** The pad is a component of its own; here it stands where it is needed. */
function adoptPad() {
  const pad = document.getElementById(props.pad_id);
  if (pad && !find("muddle-slot").contains(pad)) find("muddle-slot").append(pad);
}

document.addEventListener("pad:value", ({ detail: { pad, value } }) => {
  if (pad !== props.pad_id) return;
  chosen.drawing = value;
  changeDigits();
});
document.addEventListener("pad:ready", adoptPad);
find("muddle-digits").addEventListener("change", adoptPad);

/* ---- Tools ---- */

slider.addEventListener("input", () => {
  chosen.mix = 100 - Number(slider.value);
  showStep();
  refreshMethods();
});
slider.addEventListener("change", () => showAddress(isSeen()));

find("muddle-another").addEventListener("click", () => {
  chosen.seed = randomSeed();
  changeMuddle();
});

find("muddle-compare").addEventListener("click", () => {
  methods.hidden = !methods.hidden;
  find("muddle-compare").ariaExpanded = String(!methods.hidden);
  refreshMethods();
});

find("muddle-link").addEventListener("click", async () => {
  if (chosen.isDrawn) return say("muddle", "A drawing has no link: it is not stored.");
  showAddress(true);
  say("muddle", await copyAddress());
});

find("muddle-png").addEventListener("click", () => {
  if (steps.length > 0) savePng(find("muddle-picture"), `${nameFile()}.png`);
});

function nameFile() {
  const { a, b, seed } = steps[0];
  return `muddle-${a}-${b}-${seed}`;
}

async function saveNpz(note, wishes, name) {
  const question = makeQuestion(wishes);
  const answer = await askUntilFree(() => server.pack_npz(question), (words) => say(note, words));
  if (answer?.file) saveFile(answer.file, `${name}.npz`);
  say(note, answer?.file ? "" : (answer?.error ?? "The connection is lost. Try again in a moment."));
}

find("muddle-npz").addEventListener("click", () => {
  if (steps.length > 0) saveNpz("muddle", [makeWish()], nameFile());
});
find("gallery-npz").addEventListener("click", () => {
  if (steps.length > 0) saveNpz("gallery", listGallery(), "muddles");
});
find("gallery-more").addEventListener("click", () => refreshGallery({ isWithChosen: false }));

takeTile = changeMuddle;
takeMethod = () => {
  changeMuddle();
  refreshGallery({ isWithChosen: true });
};

/* ---- The beginning ---- */

function begin() {
  if (!followLink()) chooseReader(props.readers[0].name);
  changeReader();
}

addEventListener("hashchange", () => {
  if (location.hash !== writeLink() && followLink()) changeReader();
});
// Hidden with its tab, the muddle takes its address away; shown again, it brings it back.
new ResizeObserver(() => showAddress(isSeen())).observe(element);
listReaders(changeReader);
begin();
