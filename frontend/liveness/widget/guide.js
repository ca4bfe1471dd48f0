// The page's end of the worker: questions out, answers back by their number.

import { Fault } from "./camera.js";

export class Guide {
  #worker;
  #waiting = new Map();
  #asked = 0;
  #ready;

  /** Starts to load wasm and nets from `base`; a worker must come from the page's own origin. */
  constructor(base) {
    this.#worker = new Worker(new URL("worker.js", base), { type: "module" });
    this.#ready = new Promise((done, failed) => {
      this.#waiting.set(undefined, { done, failed });
    });
    this.#ready.catch(() => {});
    this.#worker.onmessage = ({ data }) => this.#answered(data);
    this.#worker.onerror = () => this.#answered({ type: "failed", error: "the worker did not start" });
    this.#worker.postMessage({ type: "open" });
  }

  async ready() {
    try {
      await this.#ready;
    } catch (fault) {
      throw fault.code === "no-wasm" ? fault : new Fault("not-loaded");
    }
  }

  async begin(challenge) {
    await this.#ask({ type: "begin", challenge: JSON.stringify(challenge) });
  }

  /** `image` is an ImageBitmap; it belongs to the worker afterwards. `oval` is the view's. */
  async see(frame, at, image, polled, oval) {
    return (await this.#ask({ type: "frame", frame, at, image, polled, oval }, [image])).told;
  }

  async finish(about) {
    return (await this.#ask({ type: "finish", about: JSON.stringify(about) })).pack;
  }

  async reset() {
    await this.#ask({ type: "reset" });
  }

  close() {
    this.#worker.terminate();
    this.#waiting.clear();
  }

  #ask(question, transfer = []) {
    const id = ++this.#asked;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#worker.postMessage({ id, ...question }, transfer);
    });
  }

  #answered(answer) {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    const failed = answer.type === "failed";
    if (failed) console.warn(`senim-liveness: ${answer.error}`);
    if (!waiting) return;
    if (failed) {
      waiting.failed(new Fault(answer.wasm ? "no-wasm" : "broken"));
    } else {
      waiting.done(answer);
    }
  }
}
