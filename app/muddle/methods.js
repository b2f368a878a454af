/*
 * The same muddle by the three methods, side by side. Choosing one puts it on the stage.
 */
/* global props, server, LiveAnswer, find, make, makeCanvas, countVotes, percentage, chosen, makeWish, makeQuestion */

const METHOD_WORDS = {
  balanced: ["Balanced", "where the model itself is as undecided as asked"],
  average: ["Average", "the mix of the two codes, drawn"],
  series: ["Series", "of the steps between, the least like either"],
};

const methods = find("muddle-methods");
const methodsLive = new LiveAnswer({
  ask: () => server.make_muddles(makeQuestion(props.methods.map((method) => makeWish({ method })))),
  show: ({ muddles }) => methods.replaceChildren(...(muddles ?? []).map(makeMethod)),
  lose: () => {}, // the stage says so
});
let takeMethod = () => {};

function makeMethod(muddle) {
  const [name, words] = METHOD_WORDS[muddle.method] ?? [muddle.method, ""];
  const tile = Object.assign(make("button", "tile"), { type: "button" });
  tile.ariaPressed = String(muddle.method === chosen.method);
  tile.append(makeCanvas(muddle.picture), make("b", "", name), make("span", "", words));
  tile.append(make("span", "tile-votes", nameVotes(muddle)));
  tile.addEventListener("click", () => {
    chosen.method = muddle.method;
    for (const other of methods.children) other.ariaPressed = String(other === tile);
    takeMethod();
  });
  return tile;
}

/** What the judges say, as short as a tile needs it. */
function nameVotes(muddle) {
  if (!muddle.is_digit) return "no digit";
  const [[a, first], [b, second]] = countVotes(muddle.judges, muddle);
  return `${percentage(first)} ${a}, ${percentage(second)} ${b}`;
}

function refreshMethods() {
  const isPossible = !chosen.isDrawn || chosen.drawing;
  if (methods.hidden || !isPossible) methods.replaceChildren();
  else methodsLive.refresh();
}
