/*
 * The address of a run of EM: "#em=3&start=5&shapes=full". The server refuses nonsense.
 */
/* global props, chosen, updateAddress */

const LINK_START = "#em=";

function writeLink() {
  const { n_components, seed, covariance_type } = chosen;
  return `#${new URLSearchParams({ em: n_components, start: seed, shapes: covariance_type })}`;
}

/** Choose what the address says; tell whether it says anything. */
function followLink() {
  if (!location.hash.startsWith(LINK_START)) return false;
  const parts = new URLSearchParams(location.hash.slice(1));
  chosen.n_components = Number(parts.get("em"));
  chosen.seed = Number(parts.get("start") ?? props.first.seed);
  chosen.covariance_type = parts.get("shapes") ?? props.first.covariance_type;
  return true;
}

/** Keep the address up to date while there is something to say, and clean while there is not. */
function showAddress(isWanted) {
  updateAddress(isWanted ? writeLink() : "", LINK_START);
}
