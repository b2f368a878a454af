/*
 * One digit taken further: others like it, all digits in its hand, and the digit itself in other
 * hands. It is one that the page has made, or the visitor's own drawing; what comes of it can be
 * taken further in its turn.
 */
/* global props, server, LiveAnswer, find, make, makeCanvas, fillOptions, check, paint, percentage, chosen, randomSeed, fillTiles, LOST */

const MADE = "made";
const DRAWN = "drawn";
const INVITATIONS = {
  [MADE]: "Choose a digit above.",
  [DRAWN]: "Draw a digit: here is what comes of it.",
};

const further = { way: MADE, picture: "", drawing: "", radius: 0.5, seed: props.first_seed };
const furtherLive = new LiveAnswer({
  ask: () => server.take_further(askAbout()),
  show: showFurther,
  lose: () => sayFurther(LOST),
});

function askAbout() {
  const { way, picture, drawing, radius, seed } = further;
  const question = { model: chosen.reader.name, radius, seed };
  return way === MADE ? { ...question, picture } : { ...question, drawing };
}

/** Take a digit that the page has made. */
function goFurther(picture) {
  Object.assign(further, { way: MADE, picture, seed: randomSeed() });
  refreshFurther();
}

function refreshFurther() {
  const { way, picture, drawing, radius } = further;
  check(find("further-ways"), way);
  find("further-radius").value = radius;
  find("further-slot").hidden = way !== DRAWN;
  find("further-picture").hidden = way === DRAWN;
  adoptPad();
  if (way === MADE ? picture : drawing) furtherLive.refresh();
  else furtherLive.settle({ invitation: INVITATIONS[way] });
}

/** The pad is a component of its own; where it is needed it stands here, once it is there. */
function adoptPad() {
  const pad = further.way === DRAWN && document.getElementById(props.pad_id);
  if (pad && !find("further-slot").contains(pad)) find("further-slot").append(pad);
}

function showFurther(answer) {
  const { source, variations = [], hand = [], others = [], hands = [], labels } = answer;
  find("further").dataset.state = source ? "shown" : "empty";
  paint(find("further-picture"), source);
  sayFurther(answer.error ?? (answer.is_blank ? INVITATIONS[DRAWN] : describe(answer)));
  find("further-picture").ariaLabel = source ? `A ${answer.label}` : "No digit yet";
  fillTiles(find("further-variations"), variations, () => `Like it: a ${answer.label}`, goFurther);
  fillTiles(find("further-hand"), hand, (i) => `A ${labels[i]} in this hand`, goFurther);
  fillTiles(find("further-others"), others, () => `A ${answer.label} in another hand`, goFurther);
  hands.forEach((picture, i) => showHand(find("further-others").children[i], picture));
}

/** Below a digit the one whose hand it is in. */
function showHand(tile, picture) {
  if (tile.children.length < 2) tile.append(makeCanvas());
  tile.lastChild.classList.add("further-donor");
  paint(tile.lastChild, picture);
}

function describe({ invitation, label, probability, is_outlier }) {
  if (invitation) return invitation;
  if (is_outlier) return `Unlike any digit that the model knows; the nearest is ${label}.`;
  return `Read as ${label}, ${percentage(probability)} sure.`;
}

function sayFurther(words) {
  find("further-words").textContent = words;
}

const ways = [[MADE, "The chosen one"], [DRAWN, "Draw one"]];
fillOptions(find("further-ways"), ways, (way) => {
  further.way = way;
  refreshFurther();
});
find("further-radius").addEventListener("input", ({ target }) => {
  further.radius = Number(target.value);
  refreshFurther();
});
find("further-other").addEventListener("click", () => {
  further.seed = randomSeed();
  refreshFurther();
});
document.addEventListener("pad:value", ({ detail: { pad, value } }) => {
  if (pad !== props.pad_id) return;
  further.drawing = value;
  if (further.way === DRAWN) refreshFurther();
});
document.addEventListener("pad:ready", adoptPad);
