/*
 * The address of new digits: "#generate=3,8&seed=5&variety=0.8&sure=1", with the component, the
 * source and the model's name where they are not as usual. What a visitor draws has none.
 */
/* global props, chosen, DEFAULTS, SOURCES, isFromMixture, chooseReader, updateAddress */

const LINK_START = "#generate=";

function writeLink() {
  const { labels, component, temperature, isSure, source, seed, reader } = chosen;
  const parts = new URLSearchParams({ generate: labels.join(","), seed });
  if (temperature !== DEFAULTS.temperature) parts.set("variety", temperature);
  if (isSure) parts.set("sure", 1);
  if (component !== null) parts.set("component", component);
  if (source !== DEFAULTS.source) parts.set("from", source);
  if (reader !== props.readers[0]) parts.set("model", reader.name);
  return `#${parts}`.replaceAll("%2C", ",");
}

/** Choose what the address says; tell whether it says anything. The server refuses nonsense. */
function followLink() {
  if (!location.hash.startsWith(LINK_START)) return false;
  const parts = new URLSearchParams(location.hash.slice(1));
  chooseReader(parts.get("model"));
  const asked = parts.get("generate").split(",").filter(Boolean).map(Number);
  chosen.labels = chosen.reader.labels.filter((label) => asked.includes(label));
  const variety = Number(parts.get("variety") ?? DEFAULTS.temperature);
  chosen.temperature = Math.min(2, Math.max(0, variety || 0));
  chosen.isSure = parts.get("sure") === "1";
  chosen.source = Object.hasOwn(SOURCES, parts.get("from")) ? parts.get("from") : DEFAULTS.source;
  const hasComponent = isFromMixture() && parts.has("component");
  chosen.component = hasComponent ? Number(parts.get("component")) : null;
  chosen.seed = Number(parts.get("seed") ?? DEFAULTS.seed);
  return true;
}

/** Keep the address up to date while the tab is seen, and clean while it is not. */
function showAddress(isSeen) {
  updateAddress(isSeen ? writeLink() : "", LINK_START);
}
