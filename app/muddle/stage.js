/*
 * The large muddle between its two digits, and what is said of it. All places between the two come
 * with one answer: the slider moves without asking again.
 */
/* global server, LiveAnswer, find, paint, makeBars, showBars, countVotes, percentage, chosen, makeWish, makeQuestion */

const MIXES = [70, 65, 60, 55, 50, 45, 40, 35, 30]; // percent of a, as the slider has them
const QUIET_MS = 600; // a slider that is being moved is announced once
const LOST = "The connection is lost. Trying again…";
const INVITATION = "Draw a digit above, and it will be muddled.";

const slider = find("muddle-slider");
let steps = []; // what the slider moves through
let announcement = null;

const stage = new LiveAnswer({
  ask: () => server.make_muddles(makeQuestion(MIXES.map((mix) => makeWish({ mix })))),
  show: showAnswer,
  lose: () => sayVerdict(LOST),
});

function refreshStage() {
  slider.value = 100 - chosen.mix;
  if (chosen.isDrawn && !chosen.drawing) stage.settle({ invitation: INVITATION });
  else stage.refresh();
}

function showAnswer({ muddles, error, invitation }) {
  steps = muddles ?? [];
  find("muddle").dataset.state = muddles ? "shown" : error ? "error" : "undrawn";
  slider.disabled = !isMixed();
  if (muddles) showStep();
  else showNothing(error ?? invitation);
}

function showNothing(words) {
  for (const name of ["muddle-a", "muddle-picture", "muddle-b"]) paint(find(name));
  for (const name of ["caption-a", "caption-b", "share-a", "share-b"]) {
    find(`muddle-${name}`).textContent = "";
  }
  for (const name of ["opinion-judges", "opinion-model"]) {
    showBars(find(name).querySelector("ol"), [[""], [""], [""]]);
  }
  sayVerdict(words);
}

/** A series has one place only, whatever the mix. */
function isMixed() {
  return steps.length > 0 && steps[0].method !== "series";
}

/** Show the place that the slider stands at. */
function showStep() {
  const step = steps[MIXES.indexOf(chosen.mix)];
  if (!step) return;
  const { a, b } = step;
  paint(find("muddle-a"), step.picture_a);
  paint(find("muddle-picture"), step.picture);
  paint(find("muddle-b"), step.picture_b);
  find("muddle-a").ariaLabel = `A real ${a}`;
  find("muddle-b").ariaLabel = `A real ${b}`;
  find("muddle-picture").ariaLabel = `A muddle of ${a} and ${b}`;
  find("muddle-caption-a").textContent = chosen.isDrawn ? `your ${a}` : a;
  find("muddle-caption-b").textContent = b;
  find("muddle-share-a").textContent = isMixed() ? `${chosen.mix}% ${a}` : a;
  find("muddle-share-b").textContent = isMixed() ? `${100 - chosen.mix}% ${b}` : b;
  slider.setAttribute("aria-valuetext", `${chosen.mix}% ${a}, ${100 - chosen.mix}% ${b}`);
  for (const name of ["judges", "model"]) {
    showBars(find(`opinion-${name}`).querySelector("ol"), countVotes(step[name], step));
  }
  find("muddle").classList.toggle("is-strange", !step.is_digit);
  sayVerdict(step.verdict);
}

function sayVerdict(words) {
  find("muddle-verdict").textContent = words;
  clearTimeout(announcement);
  announcement = setTimeout(() => {
    find("muddle-spoken").textContent = words;
  }, QUIET_MS);
}

for (const name of ["opinion-judges", "opinion-model"]) {
  makeBars(find(name).querySelector("ol"));
}
