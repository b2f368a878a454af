/*
 * Elements, rows of options and files that are saved: what every tab's scripts are built of. Knows
 * nothing of what is asked.
 */
/* global element, PICTURE_SIDE, paint */

const find = (name) => element.querySelector(`.${name}`);

/** Make an element; `words` become its text, never its markup. */
function make(tag, className, words = "") {
  return Object.assign(document.createElement(tag), { className, textContent: words });
}

function makeCanvas(levels) {
  const canvas = Object.assign(make("canvas"), { width: PICTURE_SIDE, height: PICTURE_SIDE });
  paint(canvas, levels);
  return canvas;
}

/** Fill a fieldset with radio buttons, [value, words] each; `take(value)` hears of a choice. */
function fillOptions(fieldset, options, take) {
  const group = `options-${Math.random()}`; // no two fieldsets of the page may share it
  const labels = options.map(([value, words]) => {
    const input = Object.assign(make("input"), { type: "radio", value, name: group });
    input.addEventListener("change", () => take(value));
    const label = make("label");
    label.append(input, make("span", "", words));
    return label;
  });
  fieldset.replaceChildren(fieldset.querySelector("legend"), ...labels);
}

function check(fieldset, value, isDisabled = () => false) {
  for (const input of fieldset.querySelectorAll("input")) {
    input.checked = input.value === String(value);
    input.disabled = isDisabled(input.value);
  }
}

function randomSeed() {
  return Math.floor(Math.random() * 1e6); // short enough to be read out
}

/** Let the browser save something under a name. */
function save(blob, name) {
  const link = Object.assign(make("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function decodeBytes(base64) {
  return Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
}

/** Save a file that came in base64. */
function saveFile(base64, name) {
  save(new Blob([decodeBytes(base64)]), name);
}
