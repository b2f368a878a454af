/*
 * EM step by step: what happens when something is chosen. Gradio runs this as the body of a
 * function with these arguments; the files that it uses stand above it in the same body.
 */
/* global element, props, server, LiveAnswer, find, randomSeed, decodeBytes, chosen, listOptions, showOptions, makeQuestion, followLink, writeLink, showAddress, canvas, paintScatter, showWalk, showNaming, rest, position, isSeen, walk */

const isOpen = () => element.offsetParent !== null;
const ends = new Map(); // the likelihoods that starts have come to, by what else was chosen
let isAsked = false;
let isAddressed = false; // only what a visitor asked for has an address: the tab is about models too

const live = new LiveAnswer({
  ask: () => server.walk_em(makeQuestion()),
  show: showAnswer,
  lose: () => (find("em-note").textContent = "The connection is lost. Trying again…"),
});

function showAnswer(answer, isNewest) {
  if (!isNewest) return;
  find("em-note").textContent = answer.error ?? "";
  if (answer.error) return;
  walk = { ...answer, responsibilities: decodeBytes(answer.responsibilities) };
  compareEnds();
  showWalk();
}

/** The best peak that the visitor has found so far: another start may find a higher one. */
function compareEnds() {
  const key = `${chosen.n_components} ${chosen.covariance_type}`;
  const known = ends.get(key) ?? new Map();
  known.set(chosen.seed, walk.log_likelihood.at(-1));
  ends.set(key, known);
  const [own, best] = [walk.log_likelihood.at(-1), Math.max(...known.values())].map((one) =>
    one.toFixed(3).replace("-", "−"),
  );
  const which = known.size === 1 ? "Try another start: it may end higher." : `The best of your ${known.size} starts: ${best}.`;
  find("em-best").textContent = `This start ends at ${own}. ${which}`;
}

function change(changes) {
  Object.assign(chosen, changes);
  showOptions();
  live.refresh();
  showAddress(isOpen() && isAddressed);
}

function choose(changes) {
  isAddressed = true;
  change(changes);
}

find("em-another").addEventListener("click", () => choose({ seed: randomSeed() }));
find("em-truth").addEventListener("change", ({ target }) => {
  chosen.isTruth = target.checked;
  if (!walk) return;
  showNaming();
  paintScatter(position);
});

/* ---- The beginning ---- */

function begin() {
  isAsked = true;
  isAddressed = followLink();
  change({});
  if (!isAddressed) return;
  const lead = () => element.scrollIntoView({ behavior: "instant", block: "start" });
  document.addEventListener("about:shown", lead, { once: true }); // it grows above
  lead();
}

addEventListener("hashchange", () => {
  if (isAsked && location.hash !== writeLink() && followLink()) choose({});
});
new ResizeObserver(() => {
  if (isOpen() && !isAsked) begin();
  if (isAsked) showAddress(isOpen() && isAddressed);
  paintScatter(position);
}).observe(element);
// It plays only where it is seen.
new IntersectionObserver(([entry]) => {
  isSeen = entry.isIntersecting;
  rest();
}).observe(canvas);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  setTimeout(() => paintScatter(position), 300),
);

const shown = [...new Set(props.labels)].join(", ");
find("em-about").textContent =
  `Each of the ${props.labels.length} points is a handwritten digit, one of ${shown}, where a network has put it that ` +
  "keeps only two numbers of each. EM does not know which is which: it moves Gaussians until they explain the points.";
listOptions(choose);
showOptions();
