/*
 * The visitor's own digit: a pad that is a component of its own, and the mark of its drawing on the
 * map, which follows the hand.
 */
/* global element, props, find, chosen, refreshMarks, showSight */

const own = { answer: null, words: "" };

/** The pad is a component of its own; it stands here once it is there. */
function adoptPad() {
  const pad = document.getElementById(props.pad_id);
  if (pad && !find("explore-slot").contains(pad)) find("explore-slot").append(pad);
}

find("explore-own").addEventListener("toggle", adoptPad);
document.addEventListener("pad:ready", ({ detail: { pad } }) => {
  if (pad !== props.pad_id) return;
  adoptPad();
  changeOwnReader(); // a link may have chosen another than the pad's first
});

document.addEventListener("pad:answer", ({ detail: { pad, answer } }) => {
  if (pad !== props.pad_id || answer.error || answer.reader !== chosen.reader.name) return;
  own.answer = answer.is_blank ? null : answer;
  own.words = own.answer && (answer.is_outlier ? "You: ?" : `You: ${answer.label}`);
  if (own.answer) showSight(answer, "Your drawing, redrawn");
  refreshMarks();
});

/** Another model reads the drawing. */
function changeOwnReader() {
  own.answer = null;
  const detail = { pad: props.pad_id, reader: chosen.reader.name };
  document.dispatchEvent(new CustomEvent("pad:reader", { detail }));
}
