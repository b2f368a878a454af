/*
 * What the visitor has chosen, and the rows of options that show it. Nothing here calls the server.
 */
/* global props, find, fillOptions, check */

const KINDS = {
  full: "any ellipse",
  tied: "one for all",
  diag: "upright",
  spherical: "circles",
};

const chosen = { ...props.first, isTruth: false };

function listOptions(take) {
  const numbers = props.numbers.map((n) => [n, String(n)]);
  fillOptions(find("em-numbers"), numbers, (n_components) => take({ n_components }));
  const kinds = props.kinds.map((kind) => [kind, KINDS[kind] ?? kind]);
  fillOptions(find("em-kinds"), kinds, (covariance_type) => take({ covariance_type }));
}

function showOptions() {
  check(find("em-numbers"), chosen.n_components);
  check(find("em-kinds"), chosen.covariance_type);
}

function makeQuestion() {
  const { n_components, seed, covariance_type } = chosen;
  return { n_components, seed, covariance_type };
}
