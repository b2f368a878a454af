/*
 * The drawing pad's behaviour: pointer, keyboard, pictures, and the call to the server while a
 * stroke is being drawn. Gradio runs this as the body of a function with these arguments; the
 * files drawing.js, picture.js, live.js and files.js stand above it in the same body.
 *
 * Every answer is told to the page as a "pad:answer" event, {pad, answer, isSettled}, with the name
 * of its reader; a "pad:reader" event, {pad, reader}, changes who answers. A "pad:value" event,
 * {pad, value}, tells of the drawing itself once it rests. A "pad:ready" event, {pad}, says that the
 * pad is there: it may come later than those that need it.
 */
/* global element, props, server, watch, Drawing, LiveAnswer, askUntilFree, PictureError, openDataUrl, openInk, openPicture, receiveFiles */

const HINT = props.hint ?? defaultHint();
const OPENERS = { picture: openPicture, ink: openInk };
const root = element.querySelector(".pad");
const canvas = root.querySelector(".pad-canvas");
const context = canvas.getContext("2d");
const note = root.querySelector(".pad-note");
const fileInput = root.querySelector(".pad-file");
const [undoButton, clearButton, uploadButton, exampleButton] = [
  ...["undo", "clear", "upload", "example"].map((name) => root.querySelector(`.pad-${name}`)),
];

// What the server is sent: painted from the strokes, so it is the same on every screen.
const smallContext = Object.assign(document.createElement("canvas"), {
  width: props.aspect * props.side,
  height: props.side,
}).getContext("2d", { willReadFrequently: true });
smallContext.imageSmoothingQuality = "high";

const drawing = new Drawing(props.aspect);
const live = new LiveAnswer({ ask, show, lose });
let strokePointer = null; // the pointer that draws; null between strokes
let frame = null; // the animation frame that will paint the latest points
let lastExample = null;
let reader = props.reader; // the name of who answers
let changes = 0; // to the drawing; a picture that took long to come must not replace a newer one

function defaultHint() {
  return matchMedia("(hover: none)").matches
    ? "A photo of a handwritten digit works too."
    : "You can also paste a picture, or drop one here.";
}

function encode() {
  drawing.paint(smallContext, props.side);
  return smallContext.canvas.toDataURL("image/png");
}

function repaint() {
  drawing.paint(context, canvas.height);
  root.classList.toggle("is-blank", drawing.isBlank);
  undoButton.ariaDisabled = !drawing.canUndo;
  clearButton.ariaDisabled = drawing.isBlank;
}

/* ---- The answer ---- */

async function ask() {
  const asked = reader;
  const answer = await server.read_drawing([encode(), asked]);
  return answer && { ...answer, reader: asked };
}

function show(answer, isNewest) {
  if (note.dataset.kind === "lost") say("");
  tell("pad:answer", { answer, isSettled: isNewest && strokePointer === null });
}

function tell(name, words) {
  const detail = { pad: props.pad_id, ...words };
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}

function lose() {
  say("The connection is lost. Trying again…", "lost");
}

function refreshAnswer() {
  if (!reader) return;
  if (drawing.isBlank) live.settle({ is_blank: true, reader });
  else live.refresh();
}

/** A message under the pad; an empty one brings back the hint. */
function say(message, kind = "") {
  if (note.textContent !== (message || HINT)) note.textContent = message || HINT;
  note.dataset.kind = kind;
}

/** The drawing rests: give its value to Gradio and ask for the settled answer. */
function settle() {
  strokePointer = null;
  cancelAnimationFrame(frame);
  frame = null;
  repaint();
  props.value = drawing.isBlank ? "" : encode();
  tell("pad:value", { value: props.value });
  refreshAnswer();
}

/* ---- Strokes ---- */

function position(event) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) / box.height, (event.clientY - box.top) / box.height];
}

function beginStroke(event) {
  if (event.button !== 0 || !event.isPrimary) return;
  canvas.setPointerCapture(event.pointerId);
  strokePointer = event.pointerId;
  changes += 1;
  say("");
  drawing.beginStroke(position(event));
  scheduleFrame();
}

function extendStroke(event) {
  if (event.pointerId !== strokePointer) return;
  const moves = event.getCoalescedEvents?.() ?? [];
  drawing.extendStroke((moves.length > 0 ? moves : [event]).map(position));
  scheduleFrame();
}

function endStroke(event) {
  if (event.pointerId === strokePointer) settle();
}

function scheduleFrame() {
  frame ??= requestAnimationFrame(() => {
    frame = null;
    repaint();
    refreshAnswer();
  });
}

function undo() {
  changes += 1;
  say("");
  drawing.undo();
  settle();
}

function clear() {
  changes += 1;
  say("");
  drawing.clear();
  settle();
}

/* ---- Pictures ---- */

/** Put the picture that is being opened on the pad, unless the drawing changes meanwhile. */
async function putPicture(opening) {
  changes += 1;
  const ours = changes;
  const picture = await opening;
  if (ours !== changes || !picture) return;
  drawing.putPicture(picture);
  say(picture.caption);
  settle();
}

async function tryToPut(opening) {
  try {
    await putPicture(opening);
  } catch (error) {
    if (!(error instanceof PictureError)) throw error;
    say(error.message, "error");
  }
}

function putFile(file) {
  say("Opening the picture…"); // a large one may have to wait its turn on the server
  tryToPut(OPENERS[props.upload](file, openOnServer, props.aspect));
}

async function openOnServer(file) {
  const answer = await askUntilFree(() => server.open_file({ binary: true, data: { file } }), say);
  if (answer === undefined) throw new PictureError("The connection is lost. Try again in a moment.");
  if (answer.error) throw new PictureError(answer.error);
  return answer.picture;
}

async function openExample() {
  const answer = await askUntilFree(() => server.pick_example([lastExample, reader]), say);
  if (answer === undefined) return lose();
  if (answer.error) throw new PictureError(answer.error);
  lastExample = answer.index;
  return { ...(await openDataUrl(answer.picture, props.aspect)), caption: answer.caption };
}

/* ---- Events ---- */

canvas.addEventListener("pointerdown", beginStroke);
canvas.addEventListener("pointermove", extendStroke);
canvas.addEventListener("pointerup", endStroke);
canvas.addEventListener("pointercancel", endStroke);
root.addEventListener("keydown", (event) => {
  const isUndo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
  const isClear = event.key === "Delete" || event.key === "Escape";
  if (!isUndo && !isClear) return;
  event.preventDefault();
  if (isUndo) undo();
  else clear();
});
undoButton.addEventListener("click", undo);
clearButton.addEventListener("click", clear);
uploadButton.addEventListener("click", () => fileInput.click());
exampleButton?.addEventListener("click", () => tryToPut(openExample()));
fileInput.addEventListener("change", () => {
  if (fileInput.files.length > 0) putFile(fileInput.files[0]);
  fileInput.value = ""; // so that the same file can be chosen again
});
document.addEventListener("pad:reader", ({ detail }) => {
  if (detail.pad !== props.pad_id) return;
  reader = detail.reader;
  lastExample = null;
  refreshAnswer();
});
receiveFiles(root, putFile);

// Gradio's events may set the value too; `watch` hears of those only.
watch("value", () => {
  if (props.value) return putPicture(openDataUrl(props.value, props.aspect));
  drawing.clear();
  settle();
});

// One canvas pixel per screen pixel, at any size and zoom.
new ResizeObserver(() => {
  canvas.height = Math.round((canvas.clientWidth / props.aspect) * devicePixelRatio) || 1;
  canvas.width = props.aspect * canvas.height;
  repaint();
}).observe(canvas);

say("");
repaint();
tell("pad:ready");
