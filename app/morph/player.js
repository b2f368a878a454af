/*
 * Plays a film in the large picture, at the chosen pace, and lets a visitor move through it and
 * through its strip. Every frame is here already: nothing below calls the server.
 */
/* global element, find, make, chosen, orderFrames, makeRamp, paintFrame, paintPaths */

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const scrubber = find("player-scrubber");
const playButton = find("player-play");

let film = null; // {places, looks: frames of the strip, readings: of each look}
let order = [0]; // the frames, as they are played
let ramp = makeRamp(chosen.paper, chosen.ink);
let wantsToPlay = !calm.matches; // the visitor; a hidden tab stands still all the same
let isPlaying = wantsToPlay; // not while the visitor moves through the frames
let shownFrame = 0;
let startedAt = 0; // when the first of `order` was shown, or would have been
let animation = null;

/** Show another film, from its first frame. */
function showFilm(next) {
  const isLonger = film?.places.length !== next.places.length;
  film = next;
  find("player-sheet").style.setProperty("--places", film.places.length);
  find("strip").style.setProperty("--places", film.places.length);
  find("strip").dataset.places = film.places.length;
  scrubber.max = countFrames() - 1;
  if (isLonger) find("strip").replaceChildren();
  shownFrame = 0;
  isPlaying = wantsToPlay;
  reshowFilm();
}

/** The same frames, but in other colours or at another pace. */
function reshowFilm() {
  if (!film) return;
  order = orderFrames(countFrames(), chosen.fps, chosen.returns);
  ramp = makeRamp(chosen.paper, chosen.ink);
  showStrip();
  showFrame(shownFrame);
  restart(shownFrame);
}

const countFrames = () => film.places[0].length / N_PIXELS;

function showFrame(frame) {
  shownFrame = Math.min(frame, countFrames() - 1);
  paintFrame(find("player-picture"), film.places, shownFrame, ramp);
  scrubber.value = shownFrame;
  scrubber.setAttribute("aria-valuetext", `frame ${shownFrame + 1} of ${countFrames()}`);
  find("player-frame").textContent = `${shownFrame + 1} / ${countFrames()}`;
  paintPaths();
  const nearest = film.looks.findLastIndex((look) => look <= shownFrame);
  [...find("strip").children].forEach((node, i) => node.classList.toggle("is-now", i === nearest));
}

/* ---- The strip ---- */

function showStrip() {
  const nodes = [...find("strip").children];
  while (nodes.length > film.looks.length) nodes.pop().remove();
  while (nodes.length < film.looks.length) nodes.push(addLook());
  film.looks.forEach((look, i) => {
    const reading = film.readings[i];
    paintFrame(nodes[i].querySelector("canvas"), film.places, look, ramp);
    nodes[i].querySelector("span").textContent = reading || "–";
    nodes[i].dataset.frame = look;
    nodes[i].ariaLabel = `Frame ${look + 1} of ${countFrames()}: ${reading || "nothing"}`;
  });
}

function addLook() {
  const node = Object.assign(make("button", "look"), { type: "button" });
  node.append(Object.assign(make("canvas"), { height: PICTURE_SIDE }), make("span"));
  node.addEventListener("click", () => scrubTo(Number(node.dataset.frame)));
  find("strip").append(node);
  return node;
}

/* ---- Playing ---- */

/** Go on from a frame, if anything is to move at all. */
function restart(frame) {
  startedAt = performance.now() - (order.indexOf(frame) / chosen.fps) * 1000;
  cancelAnimationFrame(animation);
  const isSeen = element.offsetParent !== null && !document.hidden;
  if (isPlaying && isSeen && !playButton.disabled) animation = requestAnimationFrame(advance);
  playButton.textContent = isPlaying ? "❚❚" : "▶";
  playButton.ariaLabel = isPlaying ? "Pause" : "Play";
}

function advance(now) {
  const step = Math.max(0, Math.floor(((now - startedAt) / 1000) * chosen.fps));
  const frame = order[step % order.length];
  if (frame !== shownFrame) showFrame(frame);
  animation = requestAnimationFrame(advance);
}

function scrubTo(frame) {
  isPlaying = false;
  showFrame(frame);
  restart(frame);
}

function play(wanted) {
  wantsToPlay = isPlaying = wanted;
  restart(shownFrame);
}

/** Stand still without a morph to play, and go on with one. */
function enablePlayer(isEnabled) {
  scrubber.disabled = playButton.disabled = !isEnabled || !film;
  if (film) restart(shownFrame);
}

scrubber.addEventListener("input", () => scrubTo(Number(scrubber.value)));
playButton.addEventListener("click", () => play(!isPlaying));
calm.addEventListener("change", () => play(!calm.matches));
document.addEventListener("visibilitychange", () => film && restart(shownFrame));
