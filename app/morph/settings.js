/*
 * How the morph goes and how it is shown: what the visitor has chosen, and the controls for it.
 * Nothing here calls the server.
 */
/* global props, find, fillOptions, check */

const PATHS = {
  geodesic: ["Geodesic", "The shortest way through what the model knows: digits all along."],
  linear: ["Straight line", "Straight from one code to the other, whatever lies between."],
  slerp: ["Arc", "On a great circle about the origin, as for codes on a sphere."],
};

const chosen = {
  reader: props.readers[0],
  path: "geodesic",
  frames: 60, // one way, both ends included
  eases: false,
  keeps: true, // the pictures themselves at the ends
  // What follows changes no frame: the server is not asked again.
  fps: 30,
  size: 280, // pixels, of a saved file's height
  ink: "#ffffff",
  paper: "#000000",
  returns: true,
};
const DEFAULTS = Object.freeze({ ...chosen });

const UNITS = { frames: (n) => n, fps: (n) => n, size: (n) => `${n} px` };
const TEXTS = ["ink", "paper"];
const SWITCHES = ["returns", "eases", "keeps"];
const ASKING = ["frames", "eases", "keeps"]; // others change how the frames are shown

const control = (name) => find(`setting-${name}`);

/** Show what is chosen. */
function showSettings() {
  check(find("settings-path"), chosen.path);
  find("settings-words").textContent = PATHS[chosen.path][1];
  for (const [name, say] of Object.entries(UNITS)) {
    control(name).value = chosen[name];
    control(name).nextElementSibling.textContent = say(chosen[name]);
  }
  for (const name of TEXTS) control(name).value = chosen[name];
  for (const name of SWITCHES) control(name).checked = chosen[name];
  if (find("morph-readers")) check(find("morph-readers"), chosen.reader.name);
}

/** Hear of every change: `remake` where other frames are needed, `reshow` where they are not. */
function listenToSettings({ remake, reshow }) {
  const paths = Object.entries(PATHS).map(([path, [name]]) => [path, name]);
  takePath = (path) => take({ path }, remake);
  fillOptions(find("settings-path"), paths, (path) => takePath(path));
  const readers = [
    ...Object.keys(UNITS).map((name) => [name, (node) => Number(node.value)]),
    ...TEXTS.map((name) => [name, (node) => node.value]),
    ...SWITCHES.map((name) => [name, (node) => node.checked]),
  ];
  for (const [name, read] of readers) {
    control(name).addEventListener("input", ({ target }) => {
      take({ [name]: read(target) }, ASKING.includes(name) ? remake : reshow);
    });
  }
}

function take(changes, tell) {
  Object.assign(chosen, changes);
  showSettings();
  tell();
}

function chooseReader(name) {
  chosen.reader = props.readers.find((one) => one.name === name) ?? props.readers[0];
}

function listReaders(tell) {
  const row = find("morph-readers");
  if (!row) return;
  const names = props.readers.map(({ name }) => [name, name]);
  fillOptions(row, names, (name) => {
    chooseReader(name);
    tell();
  });
}
