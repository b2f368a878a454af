/*
 * The address of a muddle: "#muddle=4&with=9&seed=123&mix=55&method=balanced", with the model's
 * name where it is not the first. A drawing has none: it never leaves the page but to be read.
 */
/* global props, chosen, chooseReader, updateAddress */

const LINK_START = "#muddle=";

function writeLink() {
  const { digit, partner, seed, mix, method, reader } = chosen;
  const parts = new URLSearchParams({ muddle: digit });
  if (partner !== null) parts.set("with", partner);
  for (const [name, value] of Object.entries({ seed, mix, method })) parts.set(name, value);
  if (reader !== props.readers[0]) parts.set("model", reader.name);
  return `#${parts}`;
}

/** Choose what the address says; tell whether it says anything. The server refuses nonsense. */
function followLink() {
  if (!location.hash.startsWith(LINK_START)) return false;
  const parts = new URLSearchParams(location.hash.slice(1));
  chooseReader(parts.get("model"));
  chosen.isDrawn = false;
  chosen.digit = Number(parts.get("muddle"));
  chosen.partner = parts.has("with") ? Number(parts.get("with")) : null;
  chosen.seed = Number(parts.get("seed") ?? props.first.seed);
  chosen.mix = Math.min(70, Math.max(30, 5 * Math.round(Number(parts.get("mix") ?? 50) / 5) || 50));
  chosen.method = parts.get("method") ?? props.methods[0];
  return true;
}

/** Keep the address up to date while the tab is seen, and clean while it is not. */
function showAddress(isSeen) {
  updateAddress(isSeen && !chosen.isDrawn ? writeLink() : "", LINK_START);
}
