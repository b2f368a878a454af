/*
 * A slider for each latent dimension of a digit, and above it what it changes. The digit is the last
 * one pinned or, without pins, where the probe has come to rest.
 */
/* global props, server, LiveAnswer, find, make, paint, decodeBytes, PICTURE_SIDE, paintFrame, RAMP, makeQuestion, describeSight, refreshMarks, sight, pins, LOST */

// `z` is what the sliders make, `start` the answer that they began with.
const sliding = { z: null, start: null, places: null, dimensions: [] };

const slidersLive = new LiveAnswer({
  ask: () => server.look_at_latent(makeQuestion({ z: sliding.z })),
  show: takeSlid,
  lose: () => saySliders(LOST),
});
const stripsLive = new LiveAnswer({
  ask: () => server.open_sliders(makeQuestion({ z: sliding.z })),
  show: takeStrips,
  lose: () => saySliders(LOST),
});

/** Begin anew with a digit's latent, if the sliders are seen. */
function openSliders(answer) {
  if (!find("sliders").open || !answer) return;
  Object.assign(sliding, { z: [...answer.z], start: answer });
  slidersLive.settle(answer);
  stripsLive.refresh();
}

/** Another model: its dimensions are others. */
function emptySliders() {
  Object.assign(sliding, { z: null, start: null, places: null, dimensions: [] });
  slidersLive.settle({});
  stripsLive.settle({});
  find("sliders-list").replaceChildren();
  paint(find("sliders-picture"));
  find("sliders-reading").textContent = "";
  find("sliders-back").disabled = true;
  saySliders("");
}

function saySliders(words) {
  find("sliders-words").textContent = words;
}

/* ---- What the sliders make ---- */

function slide({ index, mean, std }, deviations) {
  sliding.z[index] = mean + deviations * std;
  slidersLive.refresh();
}

const isSlid = () => sliding.z?.some((value, i) => value !== sliding.start.z[i]) ?? false;

function takeSlid(answer) {
  if (!sliding.z) return;
  if (answer.error) return saySliders(answer.error);
  sliding.places = isSlid() ? answer.places : null;
  paint(find("sliders-picture"), answer.picture);
  find("sliders-reading").textContent = describeSight(answer);
  find("sliders-back").disabled = !isSlid();
  refreshMarks();
}

/* ---- The rows ---- */

function takeStrips({ dimensions, error }, isNewest) {
  if (!isNewest || !sliding.z) return;
  if (error) return saySliders(error);
  saySliders(
    "Each slider changes one number of the digit's code, the ones that matter most first; the " +
      "strip above it shows what it changes, all others staying as they are.",
  );
  sliding.dimensions = dimensions;
  const list = find("sliders-list");
  if (list.children.length !== dimensions.length) list.replaceChildren(...dimensions.map(makeRow));
  dimensions.forEach((dimension, i) => showRow(list.children[i], dimension));
}

function makeRow(_, i) {
  const row = make("li", "slider");
  const strip = Object.assign(make("canvas", "slider-strip"), { height: PICTURE_SIDE });
  strip.ariaHidden = "true";
  const input = Object.assign(make("input"), { type: "range", step: 0.05 });
  input.addEventListener("input", () => {
    slide(sliding.dimensions[i], input.valueAsNumber);
    showValue(row, sliding.dimensions[i]);
  });
  input.addEventListener("change", () => stripsLive.refresh());
  row.append(make("span", "slider-name"), strip, make("output", "slider-value"), input);
  return row;
}

function showRow(row, dimension) {
  const input = row.querySelector("input");
  const deviations = deviationsOf(dimension);
  row.querySelector(".slider-name").textContent = `z${dimension.index + 1}`;
  input.ariaLabel = `Dimension ${dimension.index + 1}, in standard deviations`;
  // A digit beyond the strip's ends keeps its place.
  input.min = Math.min(-props.reach, Math.floor(deviations));
  input.max = Math.max(props.reach, Math.ceil(deviations));
  input.value = deviations;
  paintFrame(row.querySelector("canvas"), dimension.looks.map(decodeBytes), 0, RAMP);
  showValue(row, dimension);
}

function showValue(row, dimension) {
  const deviations = deviationsOf(dimension);
  const sign = deviations < 0 ? "−" : "+";
  row.querySelector("output").textContent = `${sign}${Math.abs(deviations).toFixed(1)}`;
}

const deviationsOf = ({ index, mean, std }) => (std > 0 ? (sliding.z[index] - mean) / std : 0);

find("sliders").addEventListener("toggle", () => openSliders(pins.at(-1)?.answer ?? sight.answer));
find("sliders-back").addEventListener("click", () => openSliders(sliding.start));
