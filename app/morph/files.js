/*
 * Saving the morph: the server makes a file of the very frames that are shown.
 */
/* global props, server, askUntilFree, find, make, saveFile, chosen, listKnown, wanted, waiting, SLOW_MS, endProgress, numbers, sayNote */

const FORMAT_NAMES = { gif: "GIF", webp: "WebP", mp4: "MP4", avi: "AVI", png: "PNG strip" };
let slowFile = null;
const FILE_LOST = "The connection is lost. Try again in a moment.";

async function saveAs(format) {
  const { frames, fps, size, ink, paper, returns } = chosen;
  const places = listKnown(wanted);
  if (places.length === 0) return sayNote("Give two numbers first.");
  if (places.includes(undefined)) return sayNote("One moment: the morph is still being made.");
  const name = `morph-${numbers.map((one) => one.name.replaceAll("?", "x")).join("-")}.${format}`;
  const settings = { n_frames: frames, format, fps, size, ink, paper, returns };
  const question = { ...settings, frames: places.map((one) => one.frames) };
  sayNote(`Making the ${FORMAT_NAMES[format]}…`);
  setSaving(true);
  const answer = await askUntilFree(() => server.pack_file(question), sayNote);
  setSaving(false);
  if (answer?.file) saveFile(answer.file, name);
  sayNote(answer?.file ? `Saved as ${name}.` : (answer?.error ?? FILE_LOST));
}

/** Nobody knows how long a file takes: a bar without a value, if it takes long. */
function setSaving(isSaving) {
  if (isSaving) {
    find("player-progress").removeAttribute("value");
    slowFile = setTimeout(() => find("player-progress").classList.add("is-there"), SLOW_MS);
  } else {
    clearTimeout(slowFile);
    if (waiting === null) endProgress(); // else a morph is being made
  }
  for (const button of find("morph-save").children) button.disabled = isSaving;
}

const saveButtons = props.formats.map((format) => {
  const button = make("button", "", FORMAT_NAMES[format] ?? format);
  button.addEventListener("click", () => saveAs(format));
  return Object.assign(button, { type: "button" });
});
find("morph-save").replaceChildren(...saveButtons);
