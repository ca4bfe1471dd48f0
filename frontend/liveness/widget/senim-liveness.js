// <senim-liveness>: proves before the camera that a live person is there, and hands the server's answer to the page.
//
// What it says and hears is described in README.md and typed in senim-liveness.d.ts. It decides nothing: core does,
// in the worker's wasm, and the server believes none of it.

import { Fault, cameras } from "./camera.js";
import { Check, Stopped } from "./check.js";
import { Endpoint } from "./endpoint.js";
import { Guide } from "./guide.js";
import { View } from "./view.js";

export const LANGUAGES = ["kk", "ru", "en"];
/** Kept for the browser's session: who can't move must not have to say so four times. */
const WISHES = "senim-liveness-wishes";

/** Why the server said no, by its code; every name has a sentence in words.json. */
const REFUSED = {
  "identity.blocked": "blocked",
  "identity.ended": "signed-out",
  "identity.expired": "signed-out",
  "identity.no-match": "no-match",
  "identity.no-session": "signed-out",
  "identity.not-live": "not-live",
  "identity.source-photo": "photo",
  "rate.limited": "busy",
  busy: "busy",
};

/** A server that renders the page has no elements. */
const Element = globalThis.HTMLElement ?? class {};

export class SenimLiveness extends Element {
  static observedAttributes = ["lang", "no-movement", "no-flashing"];

  #view;
  #guide;
  #check;
  /** The id of the camera that the client has chosen. */
  #camera;
  /** What the bank's app says of its device (Play Integrity, App Attest); at most 8 KB, passed through. */
  attestation = null;
  /** As the server last told; null before the first challenge. */
  checksLeft = null;
  /** How long the worker took for each of the last frames, in milliseconds. */
  frameTimes = [];
  /** What it had left to do of the frame before each of them, while nobody waited. */
  settleTimes = [];

  constructor() {
    super();
    this.#view = new View(this.attachShadow({ mode: "open", delegatesFocus: true }), {
      onstart: () => this.start(),
      onstop: () => this.stop(),
      onwish: () => this.#remember(),
      oncamera: (id) => this.#choose(id),
    });
  }

  connectedCallback() {
    this.#view.speak(this.#language());
    this.#view.wishes = this.#wished();
    // Early: what the client reads first takes longer than loading.
    this.#guide ??= this.#loading();
  }

  disconnectedCallback() {
    this.stop();
    this.#guide?.close();
    this.#guide = undefined;
  }

  attributeChangedCallback(name) {
    if (name === "lang") this.#view.speak(this.#language());
    else this.#view.wishes = this.#wished();
  }

  get running() {
    return this.#check !== undefined;
  }

  /** Opens the camera and goes through one check. Resolves when it is over, however it ends. */
  async start() {
    if (this.#check || !this.isConnected) return;
    this.#guide ??= this.#loading();
    const check = new Check({
      view: this.#view,
      guide: this.#guide,
      endpoint: new Endpoint(this.getAttribute("endpoint") ?? "", this.getAttribute("token")),
      wishes: this.#view.wishes,
      attestation: this.attestation,
      camera: this.#camera,
      opened: (id) => this.#list(id),
      tell: (name, detail) => this.#tell(name, detail),
      count: (left) => (this.checksLeft = left),
      times: [(this.frameTimes = []), (this.settleTimes = [])],
    });
    this.#check = check;
    this.#tell("senim-start", {});
    try {
      const result = await check.run();
      this.#check = undefined;
      const key = result.ok ? null : `refused-${refused(result)}`;
      // A page that says itself what the server answered prevents that the widget does.
      const said = !this.#tell("senim-result", { ...result, text: key && this.#view.say(key) });
      this.#view.over(result.ok, said ? null : key);
    } catch (error) {
      if (this.#check === check) this.#check = undefined;
      if (!(error instanceof Stopped)) this.#failed(error instanceof Fault ? error : new Fault("broken"), error);
    }
  }

  /** Turns the camera off. A challenge that was handed out stays counted. */
  stop() {
    const check = this.#check;
    if (!check) return;
    this.#check = undefined;
    check.stop();
    this.#view.rest();
  }

  /** Another camera of this device; nothing has been asked of the client yet, so no check is lost. */
  #choose(id) {
    this.#camera = id;
    if (!this.running) return;
    this.stop();
    this.start();
  }

  async #list(current) {
    this.#view.cameras(await cameras(), current ?? this.#camera ?? "");
  }

  #loading() {
    const guide = new Guide(this.#assets());
    guide.ready().then(
      () => this.#tell("senim-ready", {}),
      // Said when the client starts.
      () => {},
    );
    return guide;
  }

  /** Where the worker, wasm and nets lie: beside this module unless told otherwise. */
  #assets() {
    const told = this.getAttribute("assets");
    return told ? new URL(told.replace(/\/*$/, "/"), document.baseURI) : new URL("./", import.meta.url);
  }

  #failed(fault, error) {
    if (!(error instanceof Fault)) console.error(error);
    if (fault.code === "not-loaded" || fault.code === "broken") {
      // The next start tries with a worker of its own.
      this.#guide?.close();
      this.#guide = undefined;
    }
    this.#view.broken(fault.code, fault.values);
    // Another one may do.
    void this.#list();
    const text = this.#view.say(`fault-${fault.code}`, fault.values);
    this.#tell("senim-error", { code: fault.code, text });
  }

  /** False where a listener has prevented the default. */
  #tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  #language() {
    const told = this.getAttribute("lang") ?? this.closest("[lang]")?.getAttribute("lang") ?? "";
    const code = told.slice(0, 2).toLowerCase();
    return LANGUAGES.includes(code) ? code : LANGUAGES[0];
  }

  #wished() {
    let kept = {};
    try {
      kept = JSON.parse(sessionStorage.getItem(WISHES) ?? "{}");
    } catch {
      // A browser that keeps nothing, or a page that put something else there.
    }
    return {
      no_movement: this.hasAttribute("no-movement") || kept.no_movement === true,
      no_flashing: this.hasAttribute("no-flashing") || kept.no_flashing === true,
    };
  }

  #remember() {
    try {
      sessionStorage.setItem(WISHES, JSON.stringify(this.#view.wishes));
    } catch {
      // As above.
    }
  }
}

function refused({ status, body }) {
  const known = REFUSED[body?.code];
  if (known) return known;
  if (status === 401) return "signed-out";
  if (status === 429) return "busy";
  return status >= 500 ? "ours" : "other";
}

const elements = globalThis.customElements;
if (elements && !elements.get("senim-liveness")) elements.define("senim-liveness", SenimLiveness);
