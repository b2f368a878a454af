/*
 * What the visitor has chosen: model, map, and what is drawn on it. Nothing here calls the server.
 */
/* global props, find, fillOptions, check */

const MAP_WORDS = {
  principal:
    "Every dot is a handwritten digit, where the model has it: the two directions in which its " +
    "digits differ most. Move over the map, and the model draws what lies there.",
  "t-sne":
    "Every dot is a handwritten digit; look-alikes lie beside each other (t-SNE). Move over the " +
    "map, and the model draws a blend of the digits that lie nearest.",
};

const chosen = {
  reader: props.readers[0],
  map: props.readers[0].maps[0],
  hesitation: false, // whether the map is shaded where the model hesitates
  components: true, // whether the mixture's components are drawn
};

const makeQuestion = (rest = {}) => ({ model: chosen.reader.name, map: chosen.map, ...rest });

/** Whether a question's model and map are still those that are chosen. */
const isChosen = (question) => question?.model === chosen.reader.name && question.map === chosen.map;

/** Ask, and keep the question with the answer: it may come when something else is chosen. */
async function askWith(question, call) {
  const answer = await call(question);
  return answer && { ...answer, question };
}

/** Another model or map; one that there is not is the first. */
function choose(reader, map) {
  chosen.reader = props.readers.find(({ name }) => name === reader) ?? props.readers[0];
  chosen.map = chosen.reader.maps.includes(map) ? map : chosen.reader.maps[0];
}

function showChoices() {
  if (find("explore-readers")) check(find("explore-readers"), chosen.reader.name);
  check(find("explore-maps"), chosen.map, (map) => !chosen.reader.maps.includes(map));
  find("explore-words").textContent = MAP_WORDS[chosen.map];
  find("explore-components").disabled = chosen.map !== "principal";
}

/** Hear of another model, another map, and of what is to be drawn otherwise. */
function listenToChoices({ changeReader, changeMap, redraw }) {
  if (find("explore-readers")) {
    const readers = props.readers.map(({ name }) => [name, name]);
    fillOptions(find("explore-readers"), readers, (name) => changeReader(name));
  }
  fillOptions(find("explore-maps"), Object.entries(props.map_names), (map) => changeMap(map));
  for (const name of ["hesitation", "components"]) {
    find(`explore-${name}`).addEventListener("input", ({ target }) => {
      chosen[name] = target.checked;
      redraw();
    });
  }
}
