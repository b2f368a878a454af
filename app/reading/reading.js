/*
 * Shows the answers of one drawing pad: the label, a bar per digit, and the two pictures. Listens
 * for the pad's "pad:answer" events and calls no server. Where there is a choice of readers, tells
 * the pad of it with a "pad:reader" event. Gradio runs this as a function's body.
 *
 * An answer is {is_blank}, {error}, or {label, probabilities, is_outlier, seen, rebuilt}, each with
 * the name of its reader.
 */
/* global element, props, paint, percentage */

const QUIET_MS = 600; // a digit of two strokes is announced once

const find = (name) => element.querySelector(`.reading-${name}`);
const section = element.querySelector(".reading");
const patternRow = element.querySelector(".reading-row").cloneNode(true);
let reader = props.readers[0];
let rows = listRows();
let announcement = null;

function listRows() {
  return [...element.querySelectorAll(".reading-row")].map((row) => ({
    row,
    label: row.dataset.label,
    bar: row.querySelector(".reading-bar"),
    percent: row.querySelector(".reading-percent"),
  }));
}

/** Another reader, with bars for the digits that it knows. */
function choose(name) {
  reader = props.readers.find((one) => one.name === name);
  const fresh = reader.labels.map((label) => {
    const row = patternRow.cloneNode(true);
    row.dataset.label = label;
    row.querySelector(".reading-digit").textContent = label;
    return row;
  });
  find("bars").replaceChildren(...fresh);
  rows = listRows();
  const detail = { pad: props.pad_id, reader: name };
  document.dispatchEvent(new CustomEvent("pad:reader", { detail }));
}

function describe(answer) {
  if (answer.error) return { state: "error", sign: "!", headline: answer.error, detail: "" };
  if (answer.is_blank) {
    return { state: "blank", sign: "?", headline: reader.invitation, detail: props.promise };
  }
  const noun = `${answer.label === 8 ? "an" : "a"} ${answer.label}`;
  if (answer.is_outlier) {
    const detail = `The nearest it knows is ${noun}.`;
    return { state: "outlier", sign: "?", headline: reader.refusal, detail };
  }
  const certainty = `${percentage(answer.probabilities[answer.label])} sure`;
  return { state: "read", sign: answer.label, headline: `This is ${noun}`, detail: certainty };
}

function show(answer) {
  const { state, sign, headline, detail } = describe(answer);
  section.dataset.state = state;
  find("label").textContent = sign;
  find("headline").textContent = headline;
  find("detail").textContent = detail;
  for (const { row, label, bar, percent } of rows) {
    const probability = answer.probabilities?.[label];
    bar.style.transform = `scaleX(${probability ?? 0})`;
    percent.textContent = probability === undefined ? "" : percentage(probability);
    row.classList.toggle("is-best", label === String(answer.label));
  }
  paint(find("seen"), answer.seen);
  paint(find("rebuilt"), answer.rebuilt);
  return [headline, detail].filter(Boolean).join(". ");
}

document.addEventListener("pad:answer", ({ detail: { pad, answer, isSettled } }) => {
  if (pad !== props.pad_id || answer.reader !== reader.name) return; // of the reader before
  const words = show(answer);
  clearTimeout(announcement);
  if (!isSettled) return;
  // Screen readers hear the answer once the hand rests, not every update of a stroke.
  announcement = setTimeout(() => {
    find("spoken").textContent = words;
  }, QUIET_MS);
});

for (const option of element.querySelectorAll(".reading-choice input")) {
  option.name = `${props.pad_id}-reader`; // one group
  option.checked = option.value === reader.name;
  option.addEventListener("change", () => choose(option.value));
}
