/*
 * "What digit is this?": some muddles, the visitor's answer to each, and how the judges voted.
 */
/* global server, askUntilFree, find, make, makeCanvas, paint, chosen, randomSeed */

const N_ROUNDS = 5;
const GAME_MIXES = [40, 45, 50, 55, 60];
const RULES = "Five muddles. Say what you see, then see how the judges voted.";
const GAME_LOST = "The connection is lost. Try again in a moment.";

const game = find("game");
const nextButton = find("game-next");
let rounds = []; // {muddle, answer, verdict of the judges}
let round = 0;

function pick(items) {
  return items[Math.floor(Math.random() * items.length)];
}

/** Digits in a random order, again from the start where the model knows too few. */
function pickDigits(labels) {
  const rest = [];
  return Array.from({ length: N_ROUNDS }, () => {
    if (rest.length === 0) rest.push(...labels);
    return rest.splice(Math.floor(Math.random() * rest.length), 1)[0];
  });
}

async function startGame() {
  const { name, labels } = chosen.reader;
  const wishes = pickDigits(labels).map((digit) => ({
    digit,
    partner: null,
    mix: pick(GAME_MIXES) / 100,
    seed: randomSeed(),
    method: "balanced",
  }));
  nextButton.disabled = true;
  const question = { model: name, drawing: null, wishes };
  const answer = await askUntilFree(() => server.make_muddles(question), sayGame);
  nextButton.disabled = false;
  if (!answer?.muddles) return sayGame(answer?.error ?? GAME_LOST);
  rounds = answer.muddles.map((muddle) => ({ muddle, labels }));
  round = 0;
  askRound();
}

function askRound() {
  const { muddle, labels } = rounds[round];
  game.dataset.state = "asking";
  find("game-score").hidden = true;
  paint(find("game-picture"), muddle.picture);
  sayGame(`Picture ${round + 1} of ${N_ROUNDS}: which digit do you see?`);
  const buttons = labels.map((label) => {
    const button = Object.assign(make("button", "", label), { type: "button" });
    button.addEventListener("click", () => takeAnswer(label));
    return button;
  });
  find("game-answers").replaceChildren(...buttons);
  buttons[0].focus({ preventScroll: true });
}

function takeAnswer(label) {
  const one = rounds[round];
  const { judges, verdict, a, b } = one.muddle;
  one.answer = label;
  one.vote = judges.indexOf(Math.max(...judges));
  const side = label === one.vote ? "You side with them." : "You see it differently.";
  sayGame(`You say ${label}. ${verdict} ${side} It was made of ${a} and ${b}.`);
  game.dataset.state = "answered";
  for (const button of find("game-answers").children) {
    button.disabled = true;
    button.classList.toggle("is-answer", button.textContent === String(label));
  }
  round += 1;
  nextButton.textContent = round < N_ROUNDS ? "Next" : "How did I do?";
  nextButton.focus({ preventScroll: true });
}

function endGame() {
  const agreed = rounds.filter(({ answer, vote }) => answer === vote).length;
  game.dataset.state = "ended";
  sayGame(`You sided with the judges ${agreed} of ${N_ROUNDS} times.`);
  find("game-answers").replaceChildren();
  const score = rounds.map(({ muddle, answer, vote }) => {
    const item = make("li", answer === vote ? "is-agreed" : "");
    item.append(makeCanvas(muddle.picture), make("span", "", `you ${answer}, judges ${vote}`));
    return item;
  });
  find("game-score").replaceChildren(...score);
  find("game-score").hidden = false;
  nextButton.textContent = "Play again";
}

function sayGame(words) {
  find("game-words").textContent = words;
}

nextButton.addEventListener("click", () => {
  if (game.dataset.state === "start" || game.dataset.state === "ended") return startGame();
  if (round < N_ROUNDS) return askRound();
  return endGame();
});
sayGame(RULES);
