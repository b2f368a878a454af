/*
 * Digits with words below: errors, and digits above what they are rebuilt as.
 */
/* global server, LiveAnswer, find, make, makeCanvas, percentage, randomSeed, chosen */

/** One digit as an item of a list; `words` are [tag, text] each. */
function makeDigit({ picture, truth, answer, confidence }, words) {
  const item = make("li");
  const canvas = makeCanvas(picture);
  canvas.setAttribute("role", "img");
  canvas.ariaLabel = `a ${truth}, read as ${answer}, ${percentage(confidence)} sure`;
  item.append(canvas, ...words.map(([tag, text]) => make(tag, "", text)));
  return item;
}

function showErrors({ n_errors, errors }) {
  const wrong = n_errors === 1 ? "One digit is read wrongly" : `${n_errors} digits are read wrongly`;
  const more = n_errors > errors.length ? `; here are the ${errors.length} of which it is surest` : "";
  find("errors-words").textContent = n_errors === 0 ? "None: every digit is read rightly." : `${wrong}${more}.`;
  const items = errors.map((one) => {
    const words = [["b", `${one.truth}, read ${one.answer}`], ["span", `${percentage(one.confidence)} sure`]];
    return makeDigit(one, words);
  });
  find("errors-digits").replaceChildren(...items);
}

/* ---- Rebuilt ---- */

let rebuiltSeed = 1;
const rebuiltLive = new LiveAnswer({
  ask: () => server.rebuild_digits({ model: chosen.reader.name, seed: rebuiltSeed }),
  show: ({ pairs }) => find("rebuilt-digits").replaceChildren(...(pairs ?? []).map(makePair)),
  lose: () => {}, // the note above says so
});

function makePair({ label, picture, rebuilt }) {
  const item = make("li");
  const pictures = [picture, rebuilt].map(makeCanvas);
  ["a", "rebuilt, the"].forEach((words, i) => {
    pictures[i].setAttribute("role", "img");
    pictures[i].ariaLabel = `${words} ${label}`;
  });
  item.append(...pictures);
  return item;
}

function showRebuilt() {
  const { latent_dim: n } = chosen.reader;
  find("rebuilt-words").textContent =
    `Above, what is written; below, what the network draws of it from the ${n} numbers that it keeps.`;
  rebuiltLive.refresh();
}

find("rebuilt-more").addEventListener("click", () => {
  rebuiltSeed = randomSeed();
  rebuiltLive.refresh();
});
