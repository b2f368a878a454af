/*
 * Keeping an answer in step with a drawing that changes faster than a server can answer: one call
 * under way at a time, the newest drawing next, and never an older answer over a newer one. A call
 * that takes too long is no longer waited for, and a server that does not answer is asked ever less
 * often; what it answers late is shown all the same: a slow server would else be asked for ever. One
 * that answers {busy: true} says so to the visitor, and is asked again in a moment.
 */

const CALL_TIMEOUT_MS = 5000; // unless a tab says otherwise
const FIRST_RETRY_MS = 2000; // doubled with every retry
const LAST_RETRY_MS = 32000;
const BUSY_RETRY_MS = [1000, 3000]; // between these, so that a crowd does not come back as one

class LiveAnswer {
  #version = 0; // of the drawing
  #asked = 0; // the version last sent
  #shown = 0; // the version last answered
  #isCalling = false;
  #retry = null;
  #retryMs = FIRST_RETRY_MS;

  /**
   * `ask()` resolves to an answer for the drawing as it is now, or to undefined when the server
   * cannot be reached; `show(answer, isNewest)` takes it; `lose()` is told of a lost call.
   */
  constructor({ ask, show, lose, timeoutMs = CALL_TIMEOUT_MS }) {
    Object.assign(this, { ask, show, lose, timeoutMs });
  }

  /** The drawing has changed: ask about it as soon as no call is under way. */
  async refresh() {
    this.#version += 1;
    clearTimeout(this.#retry);
    if (this.#isCalling) return;
    this.#isCalling = true;
    try {
      while (this.#asked < this.#version) {
        const version = this.#version;
        this.#asked = version;
        const call = this.ask();
        const answer = await withinTime(call, this.timeoutMs);
        this.#take(answer, version);
        if (answer === undefined) call.then((late) => late !== undefined && this.#take(late, version));
      }
    } finally {
      this.#isCalling = false;
    }
  }

  /** The drawing has changed to one whose answer is known without asking. */
  settle(answer) {
    this.#version += 1;
    this.#asked = this.#shown = this.#version;
    clearTimeout(this.#retry);
    this.show(answer, true);
  }

  #take(answer, version) {
    if (version <= this.#shown) return;
    if (answer === undefined) {
      this.lose();
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => {
        this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
        this.refresh();
      }, this.#retryMs);
      return;
    }
    if (version === this.#version) clearTimeout(this.#retry); // else it is for a newer drawing
    this.#retryMs = FIRST_RETRY_MS;
    this.#shown = version;
    this.show(answer, version === this.#version);
    if (answer.busy && version === this.#version) this.#askAgain();
  }

  #askAgain() {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.refresh(), pickBusyRetry());
  }
}

/**
 * Resolve to the answer to a question that is asked once, as a click does; a busy server, of which
 * `sayBusy(words)` is told, is asked again until it has a place.
 */
async function askUntilFree(ask, sayBusy = () => {}) {
  let answer = await ask();
  while (answer?.busy) {
    sayBusy(answer.error);
    await new Promise((resume) => setTimeout(resume, pickBusyRetry()));
    answer = await ask();
  }
  return answer;
}

function pickBusyRetry() {
  const [first, last] = BUSY_RETRY_MS;
  return first + Math.random() * (last - first);
}

function withinTime(promise, limitMs) {
  const timeout = new Promise((resolve) => setTimeout(resolve, limitMs));
  return Promise.race([promise, timeout]);
}
