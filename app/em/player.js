/*
 * Moves through the iterations of a walk: by itself, by the slider and by buttons. Every iteration
 * is here already: nothing below calls the server.
 */
/* global find, chosen, walk, paintScatter, makeChart, locate */

const STEP_MS = 850; // of an iteration that plays
const START_MS = 900; // that the start is shown before it moves
const GLIDE_MS = 450; // of one that was asked for

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const slider = find("em-slider");
const playButton = find("em-play");

let position = 0; // in iterations, between two while something moves
let target = 0; // the iteration that is shown, or moved to
let motion = null; // {from, to, start, ms}
let isPlaying = false;
let isSeen = false;
let animation = null;
let nextStep = null; // timer
let curve = null;

const lastStep = () => walk.means.length - 1;

/** Show another walk from its start; play it, if the visitor likes motion. */
function showWalk() {
  slider.max = lastStep();
  const { log_likelihood: values } = walk;
  // The start is far below all that follows: drawn to scale, it would flatten the rest.
  const range = [Math.min(...values.slice(1)), Math.max(...values)];
  const series = [{ name: "mean log-likelihood", values, colour: "var(--color-accent)" }];
  curve = makeChart({ title: "Mean log-likelihood, nats a point", series, first: 0, range, unit: "iteration" });
  find("em-curve").replaceChildren(curve.node);
  jump(0);
  play(!calm.matches);
}

/* ---- Motion ---- */

function jump(step) {
  motion = null;
  position = target = step;
  showStep();
}

/** Move to an iteration; who wants no motion is there at once. */
function glide(step, ms) {
  const to = Math.min(lastStep(), Math.max(0, step));
  if (calm.matches) return jump(to);
  motion = { from: position, to, start: performance.now(), ms };
  target = to;
  showStep();
  cancelAnimationFrame(animation);
  animation = requestAnimationFrame(advance);
}

function advance(now) {
  if (!motion) return;
  const share = Math.min(1, Math.max(0, (now - motion.start) / motion.ms));
  position = motion.from + (motion.to - motion.from) * share;
  if (share === 1) motion = null;
  showPosition();
  if (motion) animation = requestAnimationFrame(advance);
  else goOn();
}

/** Show what is there for a moment before going on. */
function rest() {
  clearTimeout(nextStep);
  nextStep = setTimeout(goOn, START_MS);
}

/** The next iteration, while it plays. */
function goOn() {
  clearTimeout(nextStep);
  if (!walk || !isPlaying || !isSeen || motion) return;
  if (target === lastStep()) return play(false);
  if (!calm.matches) return glide(target + 1, STEP_MS);
  jump(target + 1); // who wants no motion and plays all the same gets one picture after another
  nextStep = setTimeout(goOn, STEP_MS);
}

function play(wanted) {
  isPlaying = wanted;
  playButton.textContent = isPlaying ? "❚❚" : "▶";
  playButton.ariaLabel = isPlaying ? "Pause" : "Play";
  if (isPlaying && target === lastStep()) jump(0);
  if (target === 0) rest();
  else goOn();
}

function step(by) {
  play(false);
  glide(target + by, GLIDE_MS);
}

/* ---- What is shown ---- */

/** What changes from frame to frame. */
function showPosition() {
  paintScatter(position);
  curve.mark(position);
  const { m, e } = locate(position);
  const isMoving = motion !== null && Math.abs(motion.to - motion.from) <= 1;
  find("is-m").classList.toggle("is-now", isMoving && m < 1);
  find("is-e").classList.toggle("is-now", isMoving && m === 1 && e < 1);
}

/** What changes from iteration to iteration. */
function showStep() {
  slider.value = target;
  const value = walk.log_likelihood[target].toFixed(3).replace("-", "−");
  slider.setAttribute("aria-valuetext", `iteration ${target} of ${lastStep()}, log-likelihood ${value}`);
  // While it plays, a screen reader could not keep up.
  const { m, e } = walk.steps[target];
  if (!isPlaying) find("em-spoken").textContent = `Iteration ${target} of ${lastStep()}. ${m} ${e}`;
  find("em-count").textContent = `${target} / ${lastStep()}`;
  find("is-m").querySelector("span").textContent = m;
  find("is-e").querySelector("span").textContent = e;
  find("em-end").textContent = target === lastStep() ? walk.end : "";
  find("em-canvas").ariaLabel =
    `Points in the plane and ${walk.means[0].length} Gaussians, iteration ${target} of ${lastStep()}`;
  showNaming();
  showPosition();
}

/** How well the Gaussians, named by the digits, would read. */
function showNaming() {
  find("em-naming").hidden = !chosen.isTruth;
  if (!walk.naming) {
    find("em-naming").textContent = "Too few Gaussians to name every digit.";
    return;
  }
  const share = (100 * walk.naming.accuracy[target]).toFixed(1);
  const names = walk.naming.names[target].join(", ");
  find("em-naming").textContent = `Named ${names} by the digits they hold, the Gaussians would read ${share} % rightly.`;
}

playButton.addEventListener("click", () => walk && play(!isPlaying));
find("em-back").addEventListener("click", () => walk && step(-1));
find("em-forth").addEventListener("click", () => walk && step(1));
slider.addEventListener("input", () => {
  if (!walk) return;
  play(false);
  glide(slider.valueAsNumber, GLIDE_MS / 2);
});
find("em-curve").addEventListener("click", ({ clientX }) => {
  if (!curve) return;
  play(false);
  glide(Math.round(curve.read(clientX)), GLIDE_MS);
});
calm.addEventListener("change", () => calm.matches && walk && play(false));
