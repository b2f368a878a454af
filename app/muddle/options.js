/*
 * What the visitor has chosen, and the rows of options that show it. Nothing here calls the server.
 */
/* global props, find, fillOptions, check */

const NEAREST = "nearest";
const DRAWN = "drawn";

// `mix` is the percentage of the digit; a partner of null is the nearest; `drawing` is a data URL.
const chosen = {
  reader: props.readers[0],
  digit: null, // until a model is chosen
  partner: null,
  seed: props.first.seed,
  mix: 50,
  method: props.methods[0],
  isDrawn: false,
  drawing: "",
};

/** One muddle as the server is asked for it: the chosen one, but for some changes. */
function makeWish(changes = {}) {
  const { digit, partner, mix, seed, method } = { ...chosen, ...changes };
  return { digit, partner, mix: mix / 100, seed, method };
}

function makeQuestion(wishes) {
  const drawing = chosen.isDrawn ? chosen.drawing : null;
  return { model: chosen.reader.name, drawing, wishes };
}

/** The rows of digits, for the model that is chosen. */
function listDigits(take) {
  const digits = chosen.reader.labels.map((label) => [label, String(label)]);
  fillOptions(find("muddle-digits"), [...digits, [DRAWN, "Draw one"]], (value) => {
    chosen.isDrawn = value === DRAWN;
    if (!chosen.isDrawn) chosen.digit = value;
    if (!chosen.isDrawn && chosen.partner === value) chosen.partner = null;
    take();
  });
  fillOptions(find("muddle-partners"), [[NEAREST, "nearest"], ...digits], (value) => {
    chosen.partner = value === NEAREST ? null : value;
    take();
  });
}

function listReaders(take) {
  const row = find("muddle-readers");
  if (!row) return;
  const names = props.readers.map(({ name }) => [name, name]);
  fillOptions(row, names, (name) => {
    chooseReader(name);
    take();
  });
}

/** Another model; what it does not know is no longer chosen. */
function chooseReader(name) {
  chosen.reader = props.readers.find((one) => one.name === name) ?? props.readers[0];
  const { labels } = chosen.reader;
  if (!labels.includes(chosen.digit)) {
    chosen.digit = labels.includes(props.first.digit) ? props.first.digit : labels[0];
  }
  if (!labels.includes(chosen.partner) || chosen.partner === chosen.digit) chosen.partner = null;
}

/** Show what is chosen. The own digit is no partner. */
function showOptions() {
  if (find("muddle-readers")) check(find("muddle-readers"), chosen.reader.name);
  check(find("muddle-digits"), chosen.isDrawn ? DRAWN : chosen.digit);
  const isOwn = (value) => !chosen.isDrawn && value === String(chosen.digit);
  check(find("muddle-partners"), chosen.partner ?? NEAREST, isOwn);
  find("muddle-slot").hidden = !chosen.isDrawn;
  find("muddle-first").hidden = chosen.isDrawn; // the pad shows it
}
