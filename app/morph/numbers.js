/*
 * The two numbers: typed or drawn, and the digits that the model sees in them. A number tells of
 * its digits as soon as they are known; who makes a morph of them is no business of its.
 */
/* global element, props, server, LiveAnswer, make, makeCanvas, fillOptions, check, randomSeed, chosen, LOST */

const TYPED = "typed";
const DRAWN = "drawn";
const TYPE_SOMETHING = `Type a number of up to ${props.max_digits} digits.`;
const DRAW_SOMETHING = "The digits that you draw show here.";
const MOST_SURPRISING = 3; // digits

class NumberInput {
  #find;
  #live;
  #tell;
  // What a swap exchanges. `answer` is the last one, of this number or of one before.
  state = { way: TYPED, text: "", style: 0, drawing: "", pad: null, answer: null, isAnswered: false };

  /** `title` names the number; `tell()` hears whenever its digits change. */
  constructor(root, title, pad, tell) {
    this.#find = (name) => root.querySelector(`.number-${name}`);
    this.#tell = tell;
    this.state.pad = pad;
    this.#live = new LiveAnswer({
      ask: () => server.read_number(this.#question()),
      show: (answer, isNewest) => this.#show(answer, isNewest),
      lose: () => this.#say(LOST, "error"),
    });
    root.ariaLabel = title;
    root.querySelector("h2").textContent = title;
    this.#find("text").ariaLabel = `${title}: a number of up to ${props.max_digits} digits`;
    this.#listen();
  }

  /** Base64 of each digit's picture; none where there is no number. */
  get digits() {
    return (this.state.answer?.digits ?? []).map(({ picture }) => picture);
  }

  /** What the model reads; empty where there is no number. */
  get name() {
    return (this.state.answer?.digits ?? []).map(({ label }) => label).join("");
  }

  /** Another number, or the same one for another model. */
  change(changes = {}) {
    Object.assign(this.state, changes, { isAnswered: false });
    this.#showState();
    const { way, text, drawing } = this.state;
    if (way === TYPED && !text) this.#live.settle({ invitation: TYPE_SOMETHING });
    else if (way === DRAWN && !drawing) this.#live.settle({ invitation: DRAW_SOMETHING });
    else this.#live.refresh();
  }

  /** Exchange everything with another number. */
  swap(other) {
    [this.state, other.state] = [other.state, this.state];
    for (const one of [this, other]) {
      one.#showState();
      if (one.state.isAnswered) one.#live.settle(one.state.answer);
      else one.change();
    }
  }

  surprise() {
    const length = 1 + Math.floor(Math.random() * MOST_SURPRISING);
    const { labels } = chosen.reader;
    const digits = Array.from({ length }, () => labels[Math.floor(Math.random() * labels.length)]);
    this.change({ text: digits.join(""), style: randomSeed() });
  }

  takeDrawing(pad, drawing) {
    if (pad === this.state.pad) this.change({ drawing });
  }

  /** The pad is a component of its own; where it is needed it stands here, once it is there. */
  adoptPad(pad) {
    const node = this.state.way === DRAWN && document.getElementById(pad);
    const isOurs = pad === this.state.pad;
    if (isOurs && node && !this.#find("slot").contains(node)) this.#find("slot").append(node);
  }

  #question() {
    const { way, text, style, drawing } = this.state;
    const model = chosen.reader.name;
    return way === TYPED ? { model, text, style } : { model, drawing };
  }

  #listen() {
    const ways = [[TYPED, "Type"], [DRAWN, "Draw"]];
    fillOptions(this.#find("ways"), ways, (way) => this.change({ way }));
    this.#find("text").addEventListener("input", ({ target }) => {
      this.change({ text: target.value.trim() });
    });
    this.#find("surprise").addEventListener("click", () => this.surprise());
    this.#find("other").addEventListener("click", () => this.change({ style: randomSeed() }));
  }

  #showState() {
    const { way, text, pad } = this.state;
    check(this.#find("ways"), way);
    this.#find("typed").hidden = way !== TYPED;
    this.#find("slot").hidden = way !== DRAWN;
    if (this.#find("text").value.trim() !== text) this.#find("text").value = text;
    this.adoptPad(pad);
  }

  #show(answer, isNewest) {
    Object.assign(this.state, { answer, isAnswered: isNewest });
    const tiles = (answer.digits ?? []).map(({ picture, label }) => {
      const tile = make("li");
      tile.append(makeCanvas(picture), make("span", "", label));
      return tile;
    });
    this.#find("digits").replaceChildren(...tiles);
    this.#say(answer.error ?? answer.invitation ?? answer.words, answer.error ? "error" : "");
    this.#tell();
  }

  #say(words, kind) {
    this.#find("note").textContent = words;
    this.#find("note").dataset.kind = kind;
  }
}
