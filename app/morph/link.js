/*
 * The address of a morph: "#morph=32&to=41&style=1&style2=2&path=geodesic", with
 * those of the settings for its frames that are not as usual. A drawing has none: it never leaves the page but to be read.
 */
/* global props, chosen, DEFAULTS, PATHS, TYPED, numbers, chooseReader, updateAddress */

const LINK_START = "#morph=";
const IN_LINK = ["frames", "eases", "keeps", "returns"]; // where they are not as usual

const isDrawn = () => numbers.some(({ state }) => state.way !== TYPED);

function writeLink() {
  const [from, to] = numbers.map(({ state }) => state);
  const parts = { morph: from.text, to: to.text, style: from.style, style2: to.style };
  const query = new URLSearchParams({ ...parts, path: chosen.path });
  for (const name of IN_LINK) {
    if (chosen[name] !== DEFAULTS[name]) query.set(name, Number(chosen[name]));
  }
  if (chosen.reader !== props.readers[0]) query.set("model", chosen.reader.name);
  return `#${query}`;
}

/** Choose what the address says; tell whether it says anything. The server refuses nonsense. */
function followLink() {
  if (!location.hash.startsWith(LINK_START)) return false;
  const query = new URLSearchParams(location.hash.slice(1));
  chooseReader(query.get("model"));
  chosen.path = Object.hasOwn(PATHS, query.get("path")) ? query.get("path") : DEFAULTS.path;
  const frames = Math.round(Number(query.get("frames"))) || DEFAULTS.frames;
  chosen.frames = Math.min(240, Math.max(2, frames));
  for (const name of IN_LINK.slice(1)) {
    chosen[name] = query.has(name) ? query.get(name) === "1" : DEFAULTS[name];
  }
  const [from, to] = numbers;
  from.state = { ...from.state, ...readNumber(query, "morph", "style") };
  to.state = { ...to.state, ...readNumber(query, "to", "style2") };
  return true;
}

function readNumber(query, name, style) {
  return { way: TYPED, text: query.get(name) ?? "", style: Number(query.get(style) ?? 0) };
}

/** Keep the address up to date while the tab is seen, and clean while it is not. */
function showAddress(isSeen) {
  updateAddress(isSeen && !isDrawn() ? writeLink() : "", LINK_START);
}
