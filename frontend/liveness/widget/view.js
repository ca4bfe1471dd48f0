// What the widget shows, in its shadow: built by the DOM's own functions, so that no policy has to allow more.

import { icon } from "./icons.js";
import { FADE_MS, sheet } from "./style.js";
import { WORDS } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
/** The oval's drawing, and what it and its path measure. */
const DRAWN = { width: 400, height: 300, left: 110, top: 24, right: 290, bottom: 268 };
const OVAL = "M200 24c-53 0-90 52-90 116s41 128 90 128 90-64 90-128S253 24 200 24z";
const TIPS = {
  "tip-light":
    "M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
  "tip-bare":
    "M3 12c0-2 1.5-3 4-3s4 1 4 3-1.5 3-4 3-4-1-4-3zM13 12c0-2 1.5-3 4-3s4 1 4 3-1.5 3-4 3-4-1-4-3zM11 11.5q1-.8 2 0",
  "tip-alone": "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c.8-4 3.7-5.5 7.5-5.5s6.7 1.5 7.5 5.5",
};

/** One for all elements of the page. */
let looks;

export class View {
  video;
  #language = "kk";
  #at = {};
  /** Elements that say a word of their own, to be said again in another language. */
  #said = new Map();
  #ticking;
  /** The colours of this step come slowly. */
  #fades = false;
  /** Set while the last of them goes. */
  #going;
  /** By id and label. */
  #cameras = [];
  /** A challenge is open: the camera stays. */
  #locked = false;
  #shadow;

  constructor(shadow, { onstart, onstop, onwish, oncamera }) {
    shadow.adoptedStyleSheets = [(looks ??= sheet())];
    const at = this.#at;
    const wish = (name) => {
      at[name] = h("input", { type: "checkbox", "data-test": `wish-${name}`, part: "wish" });
      at[name].addEventListener("change", onwish);
      return h("label", { class: "wish" }, at[name], this.#word("span", `wish-${name}`));
    };
    const button = (name, part, onclick) => {
      at[name] = this.#word("button", name, { type: "button", part: `button ${part}`, class: part });
      at[name].addEventListener("click", onclick);
      return at[name];
    };
    this.video = h("video", { autoplay: "", muted: "", playsinline: "", part: "video" });
    this.video.muted = true;
    at.intro = h(
      "div",
      { part: "intro", class: "intro" },
      this.#word("p", "lead", { part: "lead", class: "lead" }),
      h("ul", { part: "tips", class: "tips" }, ...Object.entries(TIPS).map(([name, path]) => this.#tip(name, path))),
      h(
        "fieldset",
        { part: "wishes", class: "wishes" },
        this.#word("legend", "wishes"),
        wish("no-movement"),
        wish("no-flashing"),
      ),
    );
    at.fault = h("p", { part: "fault", class: "fault", role: "alert", "data-test": "camera-fault", hidden: "" });
    at.over = this.#word("p", "sent", { part: "over", class: "over", role: "status", hidden: "" });
    at.figure = h("span", { class: "figure", part: "figure", "aria-hidden": "true" });
    at.ask = h("span", { id: "ask", class: "ask", part: "ask" });
    at.prompt = h(
      "p",
      { part: "prompt", class: "prompt", "aria-live": "assertive", "aria-atomic": "true", "data-test": "camera-prompt" },
      at.figure,
      at.ask,
    );
    at.bar = h("span", { class: "bar" });
    at.seconds = h("span", { class: "seconds" });
    at.countdown = h("div", { part: "countdown", class: "countdown", "aria-hidden": "true" }, h("span", { class: "track" }, at.bar), at.seconds);
    at.hint = h("p", { part: "hint", class: "hint", role: "status", "aria-live": "polite", "data-test": "camera-hint" });
    at.steps = h("ol", { part: "steps", class: "steps", "data-test": "camera-steps" });
    at.window = h("div", { class: "window", part: "window" }, this.video, oval());
    at.stage = h(
      "div",
      { part: "stage", class: "stage", hidden: "" },
      at.prompt,
      at.window,
      at.countdown,
      at.hint,
      at.steps,
    );
    // Modal while the colours show, and so above all of the page, whatever its styles trap. An element of its own: WebKit
    // falls over where one that stands in the page becomes modal.
    at.screen = h("dialog", { part: "screen", class: "screen", "aria-labelledby": "ask" });
    // Closed by the client: Escape, or Android's back.
    at.screen.addEventListener("close", () => {
      if (at.screen.hasAttribute("data-flash") && !at.screen.open) onstop();
    });
    at.camera = h("select", { id: "camera", part: "camera", "data-test": "camera-choice" });
    at.camera.addEventListener("change", () => oncamera(at.camera.value));
    at.chooser = h(
      "div",
      { part: "chooser", class: "chooser", hidden: "" },
      this.#word("label", "camera", { for: "camera" }),
      at.camera,
    );
    at.percent = h("progress", { max: "100", value: "0", "aria-labelledby": "sending" });
    at.sending = h("p", { id: "sending", role: "status" });
    at.upload = h("div", { part: "upload", class: "upload", "data-test": "camera-progress", hidden: "" }, at.percent, at.sending);
    at.actions = h("div", { class: "actions", part: "actions" }, button("start", "start", onstart), button("stop", "stop", onstop));
    at.start.dataset.test = "camera-start";
    at.stop.dataset.test = "camera-stop";
    shadow.append(h("div", { class: "root", part: "root" }, at.fault, at.over, at.intro, at.stage, at.chooser, at.upload, at.actions, at.screen));
    this.#shadow = shadow;
    this.#mode("rest");
  }

  speak(language) {
    this.#language = language;
    this.#shadow.firstChild.lang = language;
    for (const [element, [key, values]] of this.#said) element.textContent = key && this.say(key, values);
    this.video.setAttribute("aria-label", this.say("preview"));
  }

  say(key, values = {}) {
    const text = WORDS[key]?.[this.#language] ?? key;
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  }

  get wishes() {
    return { no_movement: this.#at["no-movement"].checked, no_flashing: this.#at["no-flashing"].checked };
  }

  set wishes({ no_movement, no_flashing }) {
    this.#at["no-movement"].checked = no_movement;
    this.#at["no-flashing"].checked = no_flashing;
  }

  /** As before the first start. */
  rest() {
    this.#mode("rest");
  }

  /** The cameras to choose among, and the one that runs. */
  cameras(list, current) {
    this.#cameras = list;
    const options = list.map(({ id, label }) => {
      const option = h("option", { value: id });
      option.textContent = label;
      return option;
    });
    this.#at.camera.replaceChildren(...options);
    this.#at.camera.value = current;
    this.#choosable();
  }

  lockCamera() {
    this.#locked = true;
    this.#choosable();
  }

  #choosable() {
    const { chooser, upload, over } = this.#at;
    chooser.hidden = this.#cameras.length < 2 || this.#locked || !upload.hidden || !over.hidden;
  }

  open() {
    this.#locked = false;
    this.#at.steps.replaceChildren();
    this.#put(this.#at.ask, "ask-look");
    this.#figure("look");
    this.#put(this.#at.hint, "");
    this.#mode("camera");
    this.#inSight();
  }

  hint(key) {
    this.#put(this.#at.hint, key);
    return key && this.say(key);
  }

  placed(good) {
    this.#at.stage.toggleAttribute("data-good", good);
  }

  /** Where the oval lies in the camera's picture, as shares of it: left, top, width, height. */
  oval() {
    const { clientWidth: width, clientHeight: height, videoWidth, videoHeight } = this.video;
    // Picture and drawing cover the window, and lose on both sides what is over.
    const picture = Math.max(width / videoWidth, height / videoHeight);
    const drawing = Math.max(width / DRAWN.width, height / DRAWN.height) / picture;
    const share = (at, drawn, size) => 0.5 + ((at - drawn / 2) * drawing) / size;
    const left = share(DRAWN.left, DRAWN.width, videoWidth);
    const top = share(DRAWN.top, DRAWN.height, videoHeight);
    const right = share(DRAWN.right, DRAWN.width, videoWidth);
    const bottom = share(DRAWN.bottom, DRAWN.height, videoHeight);
    return [left, top, right - left, bottom - top];
  }

  /** The camera's picture is higher than wide. */
  upright(upright) {
    if (this.#at.window.hasAttribute("data-upright") === upright) return;
    this.#at.window.toggleAttribute("data-upright", upright);
    this.#inSight();
  }

  /** What is asked, the picture and the hint below it. */
  #inSight() {
    this.#at.stage.scrollIntoView({ block: "nearest" });
  }

  steps(count) {
    this.#at.steps.replaceChildren(...Array.from({ length: count }, () => h("li", {})));
    this.#label(0, count);
  }

  /** A step begins. Everything is in the page when this returns. */
  prompt(step, ask, withinMs) {
    const name = typeof ask === "string" ? ask : (ask.do ?? Object.keys(ask)[0]);
    this.#fades = name === "fades";
    this.#put(this.#at.ask, `ask-${name}`);
    this.#figure(name);
    const dots = [...this.#at.steps.children];
    dots.forEach((it, at) => (at === step ? it.setAttribute("aria-current", "step") : it.removeAttribute("aria-current")));
    this.#label(step, dots.length);
    this.#count(withinMs);
  }

  /** So many steps are done. */
  done(steps) {
    [...this.#at.steps.children].forEach((it, at) => it.toggleAttribute("data-done", at < steps));
    this.#count(0);
    this.#put(this.#at.ask, "waiting");
    this.#figure("look");
  }

  /** The whole screen in one colour, or as it was; slowly where the step asks for it. */
  flash(rgb) {
    const { screen } = this.#at;
    const was = screen.open;
    if (!rgb) {
      if (!screen.hasAttribute("data-fade")) return this.#unlit();
      screen.style.removeProperty("--flash");
      this.#going ??= setTimeout(() => this.#unlit(), FADE_MS);
      return;
    }
    clearTimeout(this.#going);
    this.#going = undefined;
    if (!was) this.#light();
    // The ground is there before the first colour, or that one would not come slowly.
    if (this.#fades && !was) void getComputedStyle(screen).backgroundColor;
    screen.toggleAttribute("data-fade", this.#fades);
    screen.style.setProperty("--flash", `rgb(${rgb.join(" ")})`);
  }

  /** What is asked, the camera's picture and the steps once more, above all of the page. */
  #light() {
    const { prompt, screen, steps } = this.#at;
    const video = h("video", { autoplay: "", muted: "", playsinline: "", "aria-hidden": "true" });
    video.muted = true;
    video.srcObject = this.video.srcObject;
    const asked = prompt.cloneNode(true);
    screen.replaceChildren(asked, h("div", { class: "window" }, video), steps.cloneNode(true));
    for (const it of screen.querySelectorAll("[id], [data-test]")) {
      it.removeAttribute("id");
      it.removeAttribute("data-test");
    }
    screen.toggleAttribute("data-flash", true);
    screen.showModal();
    // A picture that does not move is no reason to stop.
    void video.play()?.catch(() => {});
  }

  /** The last colour is still on its way out. */
  get fading() {
    return this.#going !== undefined;
  }

  sending(percent) {
    this.#mode("upload");
    this.#at.percent.value = percent;
    if (percent < 100) this.#put(this.#at.sending, "sending", { percent: Math.floor(percent) });
    else {
      this.#at.percent.removeAttribute("value");
      this.#put(this.#at.sending, "judging");
    }
  }

  sendingAgain() {
    this.#put(this.#at.sending, "sending-again");
  }

  broken(code, values) {
    this.#put(this.#at.fault, `fault-${code}`, values);
    this.#at.fault.dataset.code = code;
    this.#mode("broken");
  }

  /** The server has answered; `key` says why not, where the page leaves that to the widget. */
  over(ok, key) {
    this.#put(this.#at.fault, key ?? "");
    this.#mode(ok ? "over" : "again");
  }

  #mode(mode) {
    const at = this.#at;
    const focused = this.#shadow.activeElement;
    at.intro.hidden = mode !== "rest" && mode !== "again";
    at.fault.hidden = !(mode === "broken" || (mode === "again" && at.fault.textContent));
    at.over.hidden = mode !== "over";
    at.stage.hidden = mode !== "camera";
    at.upload.hidden = mode !== "upload";
    at.start.hidden = !["rest", "again", "broken"].includes(mode);
    at.stop.hidden = mode !== "camera";
    this.#put(at.start, mode === "rest" ? "start" : "again");
    if (mode !== "camera") {
      this.#count(0);
      this.#unlit();
    }
    if (mode !== "camera") this.#locked = false;
    this.#choosable();
    // What had the keyboard is gone.
    if (focused?.closest("[hidden]")) (at.stop.hidden ? at.start : at.stop).focus();
  }

  #unlit() {
    clearTimeout(this.#going);
    this.#going = undefined;
    const { screen } = this.#at;
    if (!screen.hasAttribute("data-flash")) return;
    screen.style.removeProperty("--flash");
    screen.removeAttribute("data-flash");
    screen.removeAttribute("data-fade");
    screen.close();
    screen.replaceChildren();
  }

  #count(withinMs) {
    const { bar, seconds, countdown } = this.#at;
    clearInterval(this.#ticking);
    for (const it of bar.getAnimations?.() ?? []) it.cancel();
    countdown.toggleAttribute("data-on", withinMs > 0);
    if (withinMs <= 0) return;
    const until = performance.now() + withinMs;
    const tick = () =>
      this.#put(seconds, "left", { seconds: Math.max(0, Math.ceil((until - performance.now()) / 1000)) });
    tick();
    this.#ticking = setInterval(tick, 250);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
      bar.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: withinMs, fill: "forwards" });
    }
  }

  #label(step, steps) {
    this.#at.steps.setAttribute("aria-label", this.say("step", { step: step + 1, steps }));
  }

  #figure(name) {
    this.#at.figure.replaceChildren(icon(name));
  }

  #put(element, key, values) {
    this.#said.set(element, [key, values]);
    const text = key && this.say(key, values);
    if (element.textContent !== text) element.textContent = text;
  }

  #word(tag, key, attributes = {}) {
    const element = h(tag, attributes);
    this.#put(element, key);
    return element;
  }

  #tip(name, path) {
    const drawing = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: path }));
    return h("li", {}, drawing, this.#word("span", name));
  }
}

function oval() {
  return svg(
    "svg",
    { class: "oval", part: "oval", viewBox: `0 0 ${DRAWN.width} ${DRAWN.height}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
    svg("path", { class: "shade", "fill-rule": "evenodd", d: `M-400-300h1200v900h-1200z${OVAL}` }),
    svg("path", { class: "line", d: OVAL }),
  );
}

function h(tag, attributes, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
