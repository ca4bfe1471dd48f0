// One check from opening the camera to the server's answer.

import { Camera, Fault, GAP_MAX_MS, pause } from "./camera.js";
import { checkDevice } from "./device.js";
import { Offline } from "./endpoint.js";
import { Picture } from "./picture.js";
import { FADE_MS } from "./style.js";

/** Well placed for so long before a challenge is asked for: with its hand-out the check counts (IDX-2). */
const STEADY_MS = 400;
/** For so long a frame that is measured a little otherwise, at a limit, takes nothing back. */
const WAVERING_MS = 200;
/** Not every frame that the camera gives is shown by a busy page. */
const SLOWER = 1.2;
/** Frames until their pace is known. */
const PACED = 20;
/** A camera that stays slow for so long can't be used. */
const SLOW_MS = 6_000;
/** Without a frame for so long the camera is gone, whether the browser says so or not. */
const STALLED_MS = 6_000;
/** A challenge with less time left for each step is waited out. */
const STEP_MS = 3_500;
/** Between two hints, or nobody could follow them. */
const HINT_MS = 600;
/** Said while something is awaited: what comes is said at once. */
const AWAITING = ["asking", "preparing"];
/** Frames on their way to the worker: one that comes while another is judged waits, for a blink is two frames long. */
const FLYING_MAX = 4;
/** Frames whose times are kept. */
const TIMES = 600;
const ATTESTATION_MAX = 8 * 1024;
/** The share of the way that is done when every step is. */
const STEPS_PERCENT = 80;

/** The client, or the page, ended it. */
export class Stopped extends Error {}

export class Check {
  #its;
  #camera;
  #challenge;
  #expires;
  #frame = 0;
  #first;
  #flying = 0;
  #paused = false;
  #asking = false;
  #goodSince;
  #goodAt;
  #slowSince;
  #shown = -1;
  #hint = { name: "", at: 0 };
  #hidden = 0;
  #upright;
  #picture = new Picture();
  #end;
  #over;
  #abort = new AbortController();

  constructor(its) {
    this.#its = its;
    this.#over = new Promise((done, failed) => (this.#end = { done, failed }));
    // Whoever waits for it hears it.
    this.#over.catch(() => {});
  }

  stop() {
    this.#abort.abort();
    this.#end.failed(new Stopped());
  }

  async run() {
    const { view, guide, endpoint } = this.#its;
    const { signal } = this.#abort;
    document.addEventListener("visibilitychange", () => this.#visibility(), { signal });
    view.video.addEventListener("resize", () => this.#turned(), { signal });
    view.open();
    try {
      await Promise.race([this.#follow(), this.#over]);
      const refused = await this.#over;
      if (refused) return refused;
      const about = this.#about();
      this.#camera.close();
      if (view.fading) await pause(FADE_MS);
      if (signal.aborted) throw new Stopped();
      view.sending(0);
      const pack = await guide.finish(about);
      const answer = await endpoint.send(pack, this.#expires, {
        onprogress: (percent) => {
          view.sending(percent);
          this.#progress(STEPS_PERCENT + (percent * (99 - STEPS_PERCENT)) / 100);
        },
        onagain: () => view.sendingAgain(),
        signal,
      });
      this.#progress(100);
      return answer;
    } catch (error) {
      if (signal.aborted) throw new Stopped();
      const late = performance.now() > (this.#expires ?? Infinity);
      if (error instanceof Offline) throw new Fault(late ? "expired" : "offline");
      throw error;
    } finally {
      this.#abort.abort();
      this.#camera?.close();
      this.#camera = undefined;
      view.flash(null);
    }
  }

  /** Frames to the worker until the end; returns when the first is on its way. */
  async #follow() {
    const { view, guide } = this.#its;
    // Nobody is asked for a camera that could not be used.
    checkDevice();
    this.#say("preparing");
    await guide.ready();
    if (this.#abort.signal.aborted) throw new Stopped();
    this.#say("asking");
    const lost = () => this.#end.failed(new Fault("lost"));
    const camera = await Camera.open(view.video, lost, this.#its.camera);
    this.#camera = camera;
    this.#its.opened(camera.device);
    if (this.#abort.signal.aborted) {
      camera.close();
      throw new Stopped();
    }
    await guide.reset();
    let last = performance.now();
    const watch = setInterval(() => {
      // A hidden page gets no frames, and that has a sentence of its own.
      if (document.visibilityState === "hidden") last = performance.now();
      else if (performance.now() - last > STALLED_MS) this.#end.failed(new Fault("lost"));
    }, 1_000);
    this.#abort.signal.addEventListener("abort", () => clearInterval(watch));
    camera.each((now) => {
      last = performance.now();
      this.#first ??= now;
      if (this.#flying >= FLYING_MAX || this.#paused) return;
      this.#flying += 1;
      this.#look(now).then(
        () => (this.#flying -= 1),
        (error) => this.#end.failed(error),
      );
    });
  }

  async #look(now) {
    const { guide, times, view } = this.#its;
    const picture = await this.#camera?.picture();
    if (!picture || this.#abort.signal.aborted) return picture?.close();
    const { polled } = this.#camera;
    const told = await guide.see(this.#frame++, Math.round(now - this.#first), picture, polled, view.oval());
    // Nothing is told of a frame that came twice.
    if (this.#abort.signal.aborted || !told) return;
    for (const [at, time] of [told.took, told.settled].entries()) {
      times[at].push(time);
      if (times[at].length > TIMES) times[at].shift();
    }
    view.placed(told.hint === "good");
    if (this.#challenge && told.progress) await this.#progressed(told);
    else this.#prepare(told, now);
  }

  /** Before there is a challenge: until the client is well placed and the camera fast enough. */
  #prepare(told, now) {
    if (this.#asking) return;
    if (this.#tooSlow(now)) return this.#say("hint-slow-camera");
    this.#say(`hint-${told.hint}`);
    if (told.hint === "no-face") this.#picture.see(this.#its.view.video, now);
    if (told.hint === "good") this.#goodAt = now;
    else if (now - (this.#goodAt ?? 0) > WAVERING_MS) this.#goodSince = undefined;
    if (told.hint === "good" && now - (this.#goodSince ??= now) >= STEADY_MS) {
      this.#asking = true;
      // With the challenge the check counts: another camera would cost one.
      this.#its.view.lockCamera();
      this.#ask().catch((error) => this.#end.failed(error));
    }
  }

  #tooSlow(now) {
    const slow = this.#camera.frames > PACED && this.#camera.gap > GAP_MAX_MS * SLOWER;
    if (!slow) this.#slowSince = undefined;
    else if (now - (this.#slowSince ??= now) > SLOW_MS) throw new Fault("slow");
    return slow;
  }

  async #ask() {
    const { endpoint, wishes, guide, count } = this.#its;
    for (;;) {
      const answer = await endpoint.challenge(wishes);
      if (!answer.ok || !Array.isArray(answer.body?.steps)) return this.#end.done(answer);
      const challenge = answer.body;
      count(challenge.checks_left ?? null);
      if (challenge.expires_in_ms < challenge.steps.length * STEP_MS) {
        // Handed out before, and too little of its time is left: the next one follows.
        await pause(challenge.expires_in_ms + 300);
        if (this.#abort.signal.aborted) return;
        continue;
      }
      this.#expires = performance.now() + challenge.expires_in_ms;
      const late = setTimeout(() => this.#end.failed(new Fault("expired")), challenge.expires_in_ms);
      this.#abort.signal.addEventListener("abort", () => clearTimeout(late));
      await guide.begin(challenge);
      this.#its.view.steps(challenge.steps.length);
      this.#challenge = challenge;
      return;
    }
  }

  async #progressed({ hint, progress }) {
    const { view } = this.#its;
    const { phase, step } = progress;
    if (["look", "asking", "colour"].includes(phase) && step !== this.#shown) this.#show(step);
    view.flash(phase === "colour" ? progress.rgb : null);
    if (phase === "waiting") this.#say("waiting");
    else if (phase === "lining-up") this.#say(`hint-${hint}`);
    else if (phase === "look") this.#say("hint-good");
    else this.#say(hint === "no-face" || hint === "several-faces" ? `hint-${hint}` : "");
    if (progress.step_done) {
      view.done(step);
      this.#progress((STEPS_PERCENT * step) / this.#challenge.steps.length);
    }
    if (phase === "done") this.#end.done();
    else if (phase === "timed-out") this.#end.failed(new Fault("timed-out"));
    else if (phase === "lost") this.#end.failed(new Fault("face-lost"));
    else if (progress.step_done && !this.#camera.change) await this.#change();
  }

  /** While there is nothing to do, so that no frame of a action is missed. */
  async #change() {
    this.#paused = true;
    await this.#camera?.tryChange();
    this.#paused = false;
  }

  #show(step) {
    const { ask, within_ms } = this.#challenge.steps[step];
    this.#shown = step;
    this.#its.view.prompt(step, ask, within_ms);
    this.#its.tell("senim-prompt", { step, ask });
    this.#progress((STEPS_PERCENT * step) / this.#challenge.steps.length);
  }

  /** `key` of words.json, or nothing to say. */
  #say(key) {
    const now = performance.now();
    const { name, at } = this.#hint;
    if (key === name || (now - at < HINT_MS && !AWAITING.includes(name))) return;
    this.#hint = { name: key, at: now };
    const text = this.#its.view.hint(key);
    if (key) this.#its.tell("senim-guidance", { hint: key.replace(/^hint-/, ""), text });
  }

  #progress(percent) {
    const steps = this.#challenge?.steps.length ?? 0;
    const step = Math.min(Math.max(0, this.#shown), steps);
    this.#its.tell("senim-progress", { step, steps, percent: Math.round(percent) });
  }

  #visibility() {
    if (document.visibilityState !== "hidden") return;
    this.#hidden += 1;
    if (this.#challenge && this.#camera) this.#end.failed(new Fault("hidden"));
  }

  #turned() {
    const { videoWidth: width, videoHeight: height } = this.#its.view.video;
    const upright = height > width;
    this.#its.view.upright(upright);
    const was = this.#upright;
    this.#upright = upright;
    if (was !== undefined && was !== upright && this.#challenge) this.#end.failed(new Fault("turned"));
  }

  /** Core's `About`, without what the worker knows. */
  #about() {
    const { attestation } = this.#its;
    const fits = typeof attestation === "string" && attestation.length <= ATTESTATION_MAX;
    if (attestation && !fits) console.warn("senim-liveness: the attestation is left out, it is longer than 8 KB");
    return {
      camera: this.#camera.about(),
      change: this.#camera.change,
      page: {
        automated: navigator.webdriver === true,
        framed: window !== window.top,
        hidden: this.#hidden,
        user_agent: navigator.userAgent.slice(0, 300),
      },
      attestation: fits ? attestation : null,
    };
  }
}
