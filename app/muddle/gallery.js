/*
 * Twelve muddles of the chosen digits at a glance. Choosing one puts it on the stage.
 */
/* global server, LiveAnswer, find, make, makeCanvas, nameVotes, chosen, makeWish, makeQuestion, randomSeed */

const N_TILES = 12;
const GALLERY_MS = 20000; // twelve searches on a busy server

const tiles = find("gallery-tiles");
let gallerySeeds = [];
const galleryLive = new LiveAnswer({
  ask: () => server.make_muddles(makeQuestion(listGallery())),
  show: ({ muddles }) => tiles.replaceChildren(...(muddles ?? []).map(makeTile)),
  lose: () => {}, // the stage says so
  timeoutMs: GALLERY_MS,
});
let takeTile = () => {};

/** Half-way, whatever the slider says: the gallery is for choosing, the slider for looking. */
function listGallery() {
  return gallerySeeds.map((seed) => makeWish({ seed, mix: 50 }));
}

function makeTile(muddle) {
  const { a, b, seed } = muddle;
  const tile = Object.assign(make("button", "tile"), { type: "button" });
  tile.dataset.seed = seed;
  tile.ariaLabel = `${a} or ${b}, the judges say: ${nameVotes(muddle)}`;
  tile.append(makeCanvas(muddle.picture), make("span", "", nameVotes(muddle)));
  tile.addEventListener("click", () => {
    Object.assign(chosen, { seed, mix: 50 });
    takeTile();
  });
  tile.ariaPressed = String(seed === chosen.seed);
  return tile;
}

/** Mark the one that is on the stage. */
function markTile() {
  for (const tile of tiles.children) tile.ariaPressed = String(tile.dataset.seed === String(chosen.seed));
}

/** New pictures; the one on the stage first, if it is to be among them. */
function refreshGallery({ isWithChosen }) {
  gallerySeeds = Array.from({ length: N_TILES }, randomSeed);
  if (isWithChosen) gallerySeeds[0] = chosen.seed;
  const isPossible = !chosen.isDrawn || chosen.drawing;
  if (isPossible) galleryLive.refresh();
  else galleryLive.settle({});
}
