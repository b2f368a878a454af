/*
 * The Generate tab's behaviour: what happens when something is chosen. Gradio runs this as the body
 * of a function with these arguments; the files that it uses stand above it in the same body.
 */
/* global element, props, server, askUntilFree, find, chosen, listLabels, listenToChoices, showChoices, makeQuestion, followLink, writeLink, showAddress, copyAddress, randomSeed, saveFile, refreshDigits, takeDigit, takeStyle, saveGrid, nameFile, goFurther, refreshFurther, further */

const isSeen = () => element.offsetParent !== null;

function say(words) {
  find("generate-note").textContent = words;
}

/** Other digits are to be drawn. */
function changeDigits() {
  say("");
  showChoices();
  refreshDigits();
  showAddress(isSeen());
}

/** Another model draws, and reads what is taken further. */
function changeReader() {
  listLabels(changeDigits);
  changeDigits();
  refreshFurther();
}

takeDigit = (picture) => {
  goFurther(picture);
  find("further").scrollIntoView({ block: "nearest", behavior: "smooth" });
};
takeStyle = (component) => {
  chosen.component = component === chosen.component ? null : component;
  changeDigits();
};

find("generate-more").addEventListener("click", () => {
  chosen.seed = randomSeed();
  changeDigits();
});
find("generate-link").addEventListener("click", async () => {
  showAddress(true);
  say(await copyAddress());
});
find("generate-png").addEventListener("click", () => saveGrid(`${nameFile()}.png`));
find("generate-npz").addEventListener("click", async ({ currentTarget: button }) => {
  if (button.ariaDisabled === "true") return;
  const name = `${nameFile()}.npz`; // what is chosen may change meanwhile
  say(`Drawing ${props.n_saved} digits…`);
  button.ariaDisabled = "true"; // keeps the focus, which `disabled` would not
  const question = makeQuestion();
  const answer = await askUntilFree(() => server.pack_npz(question), say);
  button.ariaDisabled = "false";
  if (answer?.file) saveFile(answer.file, name);
  const lost = "The connection is lost. Try again in a moment.";
  say(answer?.file ? `Saved as ${name}: images and labels.` : (answer?.error ?? lost));
});

/* ---- The beginning ---- */

addEventListener("hashchange", () => {
  if (location.hash !== writeLink() && followLink()) changeReader();
});
// Hidden with its tab, the component takes its address away; shown again, it brings it back.
new ResizeObserver(() => showAddress(isSeen())).observe(element);
listenToChoices(changeDigits, changeReader);
followLink();
changeReader();
