/*
 * What the visitor has chosen, and the controls that show it. Nothing here calls the server.
 */
/* global props, find, make, fillOptions, check */

const SOURCES = {
  mixture: ["the mixture", "Where the mixture found that real digits lie."],
  normal: ["N(0, I)", "Where the network was told to put them: no digit can be asked for."],
};

const chosen = {
  reader: props.readers[0],
  labels: [], // none: all of them
  component: null, // of the one label that is chosen
  temperature: 1,
  isSure: false,
  source: "mixture",
  seed: props.first_seed,
};
const DEFAULTS = Object.freeze({ ...chosen });

const isFromMixture = () => chosen.source === "mixture";
/** The one label whose components can be told apart, or undefined. */
const onlyLabel = () => (isFromMixture() && chosen.labels.length === 1 ? chosen.labels[0] : undefined);

/** What the server is asked for. */
function makeQuestion() {
  const { reader, labels, component, temperature, isSure, source, seed } = chosen;
  const all = labels.length > 0 ? labels : reader.labels; // in balance
  return {
    model: reader.name,
    labels: isFromMixture() && component === null ? all : [],
    components: component === null ? [] : [component],
    temperature,
    is_sure: isSure,
    source,
    seed,
  };
}

/** Show what is chosen. */
function showChoices() {
  if (find("generate-readers")) check(find("generate-readers"), chosen.reader.name);
  for (const input of find("generate-labels").querySelectorAll("input")) {
    input.checked = chosen.labels.includes(Number(input.value));
    input.disabled = !isFromMixture();
  }
  check(find("generate-sources"), chosen.source);
  find("generate-source-words").textContent = SOURCES[chosen.source][1];
  find("generate-temperature").value = chosen.temperature;
  find("generate-heat").querySelector("output").textContent = chosen.temperature.toFixed(2);
  find("generate-sure").checked = chosen.isSure;
}

/** The digits of the model that is chosen: any number of them can be on. */
function listLabels(take) {
  const labels = chosen.reader.labels.map((label) => {
    const input = Object.assign(make("input"), { type: "checkbox", value: label });
    input.addEventListener("change", () => {
      const others = chosen.labels.filter((one) => one !== label);
      chosen.labels = input.checked ? [...others, label].sort((a, b) => a - b) : others;
      chosen.component = null;
      take();
    });
    const node = make("label");
    node.append(input, make("span", "", label));
    return node;
  });
  const row = find("generate-labels");
  row.replaceChildren(row.querySelector("legend"), ...labels);
}

/** Another model; what it does not know is no longer chosen. */
function chooseReader(name) {
  chosen.reader = props.readers.find((one) => one.name === name) ?? props.readers[0];
  chosen.labels = chosen.labels.filter((label) => chosen.reader.labels.includes(label));
  chosen.component = null;
}

/** Hear of every change but that of the model, which `takeReader` hears of. */
function listenToChoices(take, takeReader) {
  if (find("generate-readers")) {
    const names = props.readers.map(({ name }) => [name, name]);
    fillOptions(find("generate-readers"), names, (name) => {
      chooseReader(name);
      takeReader();
    });
  }
  const sources = Object.entries(SOURCES).map(([source, [name]]) => [source, name]);
  fillOptions(find("generate-sources"), sources, (source) => {
    Object.assign(chosen, { source, component: null });
    take();
  });
  find("generate-temperature").addEventListener("input", ({ target }) => {
    chosen.temperature = Number(target.value);
    take();
  });
  find("generate-sure").addEventListener("change", ({ target }) => {
    chosen.isSure = target.checked;
    take();
  });
}
