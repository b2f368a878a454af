/*
 * The address of a map and its pins: "#explore=principal&pins=1.2,-0.5;0.3,2". A drawing has none.
 */
/* global element, props, chosen, choose, pins, isPlaced, toPin, updateAddress */

const LINK_START = "#explore=";

const isSeen = () => element.offsetParent !== null;

const roundPlace = (place) => place.map((value) => Number(value.toFixed(3)));

function writeLink() {
  const query = new URLSearchParams({ explore: chosen.map });
  if (chosen.reader !== props.readers[0]) query.set("model", chosen.reader.name);
  const pinned = pins.filter(isPlaced).map(({ place }) => place);
  const places = [...toPin, ...pinned].map((place) => roundPlace(place).join());
  if (places.length > 0) query.set("pins", places.join(";"));
  return `#${query}`;
}

/** Keep the address up to date while the tab is seen, and clean while it is not. */
function showAddress() {
  updateAddress(isSeen() ? writeLink() : "", LINK_START);
}

/** Choose what the address says; the places to be pinned, or null where it says nothing. */
function followLink() {
  if (!location.hash.startsWith(LINK_START)) return null;
  const query = new URLSearchParams(location.hash.slice(1));
  choose(query.get("model"), query.get("explore"));
  const places = (query.get("pins") ?? "").split(";").map((words) => words.split(",").map(Number));
  return places.filter((place) => place.length === 2 && place.every(Number.isFinite)).slice(0, 2);
}
