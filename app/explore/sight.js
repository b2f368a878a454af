/*
 * What the probe sees: asked for while it moves, one call under way and the newest place next, and
 * shown beside the map. Others (a drawing) may show what they see there, too.
 */
/* global server, LiveAnswer, find, make, paint, percentage, chosen, makeQuestion, isChosen, askWith, refreshMarks, view, map, sayOnMap, LOST, restProbe */

const QUIET_MS = 600; // a probe on its way is not announced
const REST_MS = 400; // that a probe must stand still for others to hear of it

const sight = { place: null, answer: null }; // of the probe
let announcement = null;
let resting = null;

const sightLive = new LiveAnswer({
  ask: () => askWith(makeQuestion({ place: sight.place }), server.look_at_place),
  show: takeSight,
  lose: () => sayOnMap(LOST),
});

/** Move the probe to a place of the map, once it is there. */
function moveProbe(place) {
  if (!map) return;
  sight.place = view.clamp(place);
  refreshMarks();
  sightLive.refresh();
}

function takeSight(answer, isNewest) {
  if (!isChosen(answer.question)) return; // of the map before
  sayOnMap(answer.error ?? "");
  if (answer.error) return;
  sight.answer = answer;
  showSight(answer, "Under the pointer");
  clearTimeout(resting);
  if (isNewest) resting = setTimeout(restProbe, REST_MS);
}

/* ---- The picture and the bars ---- */

function showSight(answer, title) {
  find("sight-title").textContent = title;
  paint(find("sight-picture"), answer.picture);
  find("sight-label").textContent = answer.is_outlier ? "?" : answer.label;
  const words = describeSight(answer);
  find("sight-words").textContent = words;
  for (const row of find("sight-bars").children) {
    const probability = answer.probabilities[row.dataset.label];
    row.querySelector(".sight-bar").style.transform = `scaleX(${probability})`;
    row.querySelector(".sight-percent").textContent = percentage(probability);
    row.classList.toggle("is-best", row.dataset.label === String(answer.label));
  }
  clearTimeout(announcement);
  announcement = setTimeout(() => {
    find("sight-spoken").textContent = `${title}: ${words}`;
  }, QUIET_MS);
}

const nameDigit = (label) => `${label === 8 ? "an" : "a"} ${label}`;

function describeSight({ label, probabilities, is_outlier: isOutlier }) {
  const noun = nameDigit(label);
  if (isOutlier) return `Like no digit it knows; the nearest is ${noun}`;
  return `Reads as ${noun}, ${percentage(probabilities[label])} sure`;
}

/** A row for each digit of the model. */
function makeBars() {
  const rows = chosen.reader.labels.map((label) => {
    const row = make("li", "sight-row");
    row.dataset.label = label;
    const track = make("span", "sight-track");
    track.ariaHidden = "true";
    track.append(make("span", "sight-bar"));
    row.append(make("span", "sight-digit", label), track, make("span", "sight-percent"));
    return row;
  });
  find("sight-bars").replaceChildren(...rows);
}
