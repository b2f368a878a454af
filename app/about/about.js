/*
 * What the page runs on: facts at once, figures when the tab is first seen. Gradio runs this as the
 * body of a function with these arguments; the files that it uses stand above it in the same body.
 */
/* global element, props, server, LiveAnswer, find, make, fillOptions, check, makeChart, showConfusion, showErrors, showRebuilt, showSupply, watchSupply */

const EXAM_MS = 30_000; // the first visitor waits until every digit is read
const chosen = { reader: props.readers[0] };
let isAsked = false;

const live = new LiveAnswer({
  ask: () => server.describe_model({ model: chosen.reader.name }),
  show: showAnswer,
  lose: () => say("The connection is lost. Trying again…"),
  timeoutMs: EXAM_MS,
});

function say(words, state = "waiting") {
  find("about").dataset.state = state;
  find("about-note").textContent = words;
}

/** Figures of another model than the one that is chosen: they stay until there are others, and no more. */
function putAside(areOld) {
  for (const name of ["about-exam", "about-training"]) find(name).inert = areOld;
}

function showFacts() {
  const rows = chosen.reader.facts.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]);
  find("about-facts").replaceChildren(...rows);
  if (find("about-readers")) check(find("about-readers"), chosen.reader.name);
}

function showAnswer({ exam, words, training, error }, isNewest) {
  if (!isNewest) return;
  if (error) return say(error, "error");
  say(words, "shown");
  putAside(false);
  find("about-exam").hidden = !exam;
  showTraining(training);
  if (exam) showExam(exam);
  document.dispatchEvent(new CustomEvent("about:shown")); // what stands below has moved down
}

function showExam(exam) {
  find("about-measured").textContent =
    `Measured just now, on ${exam.n_images.toLocaleString("en")} digits of MNIST's test part.`;
  find("about-figures").replaceChildren(...exam.figures.map(makeFigure));
  showConfusion(exam);
  showErrors(exam);
  showRebuilt();
}

function makeFigure([name, value, meaning]) {
  const node = make("div");
  node.append(make("dt", "", name), make("dd", "about-value", value), make("dd", "about-meaning", meaning));
  return node;
}

function showTraining({ words, groups }) {
  find("about-training").hidden = false;
  find("training-words").textContent = words;
  find("training-words").hidden = !words;
  find("training-groups").replaceChildren(...groups.map(makeGroup));
}

function makeGroup({ title, kept, charts }) {
  const node = make("section");
  const row = make("div", "training-charts");
  row.append(...charts.map((chart) => makeTrainingChart(chart, kept)));
  node.append(make("h3", "", title), row);
  return node;
}

/** Training in orange, validation in blue, as in the pictures of a run's folder. */
function makeTrainingChart({ title, series }, kept) {
  const colours = [props.colours[1], props.colours[0]];
  const coloured = series.map((one, i) => ({ ...one, colour: colours[i] }));
  const chart = makeChart({ title: `${title}, nats`, series: coloured, first: 1, unit: "epoch" });
  if (kept !== null) chart.mark(kept);
  return chart.node;
}

/* ---- The beginning ---- */

function changeReader() {
  showFacts();
  putAside(true);
  say("Every digit is being read and rebuilt…");
  live.refresh();
}

if (find("about-readers")) {
  const names = props.readers.map(({ name }) => [name, name]);
  fillOptions(find("about-readers"), names, (name) => {
    chosen.reader = props.readers.find((one) => one.name === name);
    changeReader();
  });
}
find("about-em").addEventListener("click", () => {
  const target = document.querySelector(".em h2");
  target?.scrollIntoView({ behavior: "instant", block: "start" });
  target?.focus({ preventScroll: true });
});
showFacts();
showSupply({ ...props.supply, shown: props.state });
// Nobody is made to wait for figures that nobody looks at.
let isSeen = false;
new ResizeObserver(() => {
  const wasSeen = isSeen;
  isSeen = element.offsetParent !== null;
  if (isSeen && !wasSeen) watchSupply();
  if (isAsked || !isSeen) return;
  isAsked = true;
  changeReader();
}).observe(element);
