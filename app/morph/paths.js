/*
 * The same morph by the three paths, side by side and in step with the large picture. Choosing one
 * puts it there.
 */
/* global find, make, makeCanvas, chosen, PATHS, paintFrame, ramp, shownFrame, film */

const pathTiles = find("paths");
let pathFilms = []; // of the tiles: the places of each
let takePath = () => {};

const isComparing = () => !pathTiles.hidden;

/** Show a tile for each [path, places]; none given: an empty row. */
function showPaths(films) {
  pathFilms = films.map(([, places]) => places);
  if (pathTiles.children.length !== films.length) {
    pathTiles.replaceChildren(...films.map(([path]) => makePathTile(path)));
  }
  films.forEach(([path], i) => {
    pathTiles.children[i].ariaPressed = String(path === chosen.path);
  });
  pathTiles.style.setProperty("--places", film?.places.length ?? 1);
  paintPaths();
}

function makePathTile(path) {
  const tile = Object.assign(make("button", "look"), { type: "button" });
  tile.append(makeCanvas(), make("span", "", PATHS[path][0]));
  tile.addEventListener("click", () => takePath(path));
  return tile;
}

/** Paint the frame that the large picture shows. */
function paintPaths() {
  pathFilms.forEach((places, i) => {
    const canvas = pathTiles.children[i].querySelector("canvas");
    const nFrames = places[0].length / N_PIXELS;
    paintFrame(canvas, places, Math.min(shownFrame, nFrames - 1), ramp);
  });
}
