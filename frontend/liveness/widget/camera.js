// The camera: opening it, its frames with their times, what it tells of itself, and why it would not open.

/** What is asked for; a camera that has less gives what it has. */
const WISH = { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
/** The floor of PHM-5, whichever way the device is held. */
const SIDES_MIN = [640, 360];
/** Below 15 frames a second a blink falls between two of them. */
export const GAP_MAX_MS = 1000 / 15;
/** A camera that was granted gives its first frame within this time. */
const FIRST_FRAME_MS = 8_000;
/** A camera that can change its size does so within this time; the face may be out of sight for 2 s. */
const CHANGE_MS = 800;
/** A browser that calls back for a frame does so within this time. */
const CALLED_MS = 1_500;
/** A gap so long is no camera's: the page stood still. */
const PAUSE_MS = 1_000;

/** What went wrong, by a name that has a sentence in words.json. */
export class Fault extends Error {
  constructor(code, values = {}) {
    super(code);
    this.code = code;
    this.values = values;
  }
}

/** The cameras of this device, by id and label; browsers tell neither before one of them was granted. */
export async function cameras() {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices
      .filter(({ kind, deviceId, label }) => kind === "videoinput" && deviceId && label)
      .map(({ deviceId, label }) => ({ id: deviceId, label }));
  } catch {
    // A browser or a policy that tells nobody.
    return [];
  }
}

export class Camera {
  #stream;
  #video;
  #track;
  #times = { frames: 0, last: undefined, mean: 0, squares: 0 };
  #closed = false;
  #onlost;
  change = null;
  /** Whether frames are looked for at the screen's pace: the same one may come twice. */
  polled = false;

  /** `video` is what it is shown in; `onlost` hears when it is unplugged or taken away; `chosen` is the id of one. */
  static async open(video, onlost, chosen) {
    if (!window.isSecureContext) throw new Fault("insecure");
    if (!navigator.mediaDevices?.getUserMedia) throw new Fault("unsupported");
    const policy = document.permissionsPolicy ?? document.featurePolicy;
    if (window !== window.top && policy && !policy.allowsFeature("camera")) throw new Fault("framed");
    let stream;
    try {
      stream = await granted(chosen);
    } catch (error) {
      throw refused(error);
    }
    const camera = new Camera(stream, video, onlost);
    try {
      await camera.#firstFrame();
    } catch (fault) {
      camera.close();
      throw fault;
    }
    return camera;
  }

  constructor(stream, video, onlost) {
    this.#stream = stream;
    this.#video = video;
    this.#onlost = onlost;
    [this.#track] = stream.getVideoTracks();
    this.#track?.addEventListener("ended", () => this.#closed || this.#onlost());
    video.srcObject = stream;
    // Refused only where the page goes away meanwhile.
    video.play().catch(() => {});
  }

  async #firstFrame() {
    const until = performance.now() + FIRST_FRAME_MS;
    while (performance.now() < until) {
      const { width, height } = this.size;
      if (width > 0 && height > 0) {
        const enough = Math.max(width, height) >= SIDES_MIN[0] && Math.min(width, height) >= SIDES_MIN[1];
        if (enough) return;
        throw new Fault("small", { size: `${width} × ${height}` });
      }
      if (!this.#stream.active) throw new Fault("lost");
      await pause(50);
    }
    throw new Fault("busy");
  }

  /** The id of the one that runs. */
  get device() {
    return this.#track?.getSettings?.().deviceId ?? "";
  }

  get size() {
    return { width: this.#video.videoWidth, height: this.#video.videoHeight };
  }

  /** Between frames, in the mean of the last few seconds. */
  get gap() {
    return this.#times.mean;
  }

  get frames() {
    return this.#times.frames;
  }

  /** `onframe` hears the time of each frame, until the camera is closed. */
  each(onframe) {
    const video = this.#video;
    const shortest = (1000 / (this.#track?.getSettings?.().frameRate || 30)) * 0.9;
    const told = (now) => {
      if (this.#closed) return;
      this.#time(now);
      onframe(now);
      next();
    };
    let shown = -1;
    let calls = Boolean(video.requestVideoFrameCallback);
    this.polled = !calls;
    const glance = (now) => {
      if (this.#closed) return;
      if (video.currentTime === shown || now - (this.#times.last ?? 0) < shortest) return next();
      shown = video.currentTime;
      told(now);
    };
    const next = () => {
      if (calls) video.requestVideoFrameCallback((now) => calls && told(now));
      else requestAnimationFrame(glance);
    };
    next();
    // WebKit without a compositor has the function and never calls it.
    setTimeout(() => {
      if (!calls || this.#closed || this.#times.frames > 0 || video.currentTime === 0) return;
      calls = false;
      this.polled = true;
      next();
    }, CALLED_MS);
  }

  /** What the camera shows now, as an ImageBitmap. */
  picture() {
    return createImageBitmap(this.#video);
  }

  /**
   * Asks for another size in mid-session, and for the old one again. A real camera answers; a film fed in its
   * place seldom does. What came is told to the server, which weighs it.
   */
  async tryChange() {
    const before = this.size;
    const upright = before.height > before.width;
    const other = Math.max(before.width, before.height) > SIDES_MIN[0] ? SIDES_MIN : [1280, 720];
    const [width, height] = upright ? [other[1], other[0]] : other;
    const change = { asked_width: width, asked_height: height, width: 0, height: 0, within_ms: 0, refused: null };
    const began = performance.now();
    try {
      await within(CHANGE_MS, this.#track.applyConstraints({ width: { ideal: width }, height: { ideal: height } }));
      await until(CHANGE_MS - (performance.now() - began), () => this.size.width !== before.width);
      if (this.size.width !== before.width) ({ width: change.width, height: change.height } = this.size);
    } catch (error) {
      change.refused = String(error?.name ?? error).slice(0, 64);
    }
    change.within_ms = Math.round(performance.now() - began);
    this.change = change;
    try {
      await within(CHANGE_MS, this.#track.applyConstraints(WISH));
      await until(CHANGE_MS, () => this.size.width === before.width);
    } catch {
      // It stays as it is; the frames tell.
    }
    this.#times.last = undefined;
  }

  /** Core's `Camera`: see core/src/liveness/pack.rs. */
  about() {
    const settings = this.#track?.getSettings?.() ?? {};
    const { frames, mean, squares } = this.#times;
    return {
      label: (this.#track?.label ?? "").slice(0, 200),
      width: this.size.width,
      height: this.size.height,
      frame_rate: settings.frameRate ?? 0,
      facing: settings.facingMode ?? "",
      has_device: Boolean(settings.deviceId),
      frames,
      gap_mean_ms: mean,
      gap_deviation_ms: frames > 2 ? Math.sqrt(squares / (frames - 2)) : 0,
      native: isNative(),
    };
  }

  close() {
    this.#closed = true;
    for (const track of this.#stream.getTracks()) track.stop();
    if (this.#video.srcObject === this.#stream) this.#video.srcObject = null;
  }

  /** Welford's mean and squares of the gaps. */
  #time(now) {
    const times = this.#times;
    const gap = times.last === undefined ? undefined : now - times.last;
    times.last = now;
    times.frames += 1;
    if (gap === undefined || gap > PAUSE_MS) return;
    const count = Math.max(1, times.frames - 1);
    const off = gap - times.mean;
    times.mean += off / count;
    times.squares += off * (gap - times.mean);
  }
}

/** The one that was chosen; where that is gone, the one that the browser prefers. */
async function granted(chosen) {
  const ask = (video) => navigator.mediaDevices.getUserMedia({ video, audio: false });
  if (!chosen) return ask(WISH);
  const { facingMode, ...wish } = WISH;
  try {
    return await ask({ ...wish, deviceId: { exact: chosen } });
  } catch (error) {
    if (error?.name !== "OverconstrainedError" && error?.name !== "NotFoundError") throw error;
    return ask(WISH);
  }
}

/** The names are those of the Media Capture specification. */
function refused(error) {
  const app = inApp();
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return new Fault(app ? "denied-app" : "denied");
    case "NotFoundError":
    case "OverconstrainedError":
      return new Fault("missing");
    case "NotReadableError":
    case "AbortError":
      return new Fault("busy");
    default:
      return new Fault("unsupported");
  }
}

/** A bank's app, as Android's WebView and iOS's WKWebView name themselves. */
function inApp() {
  const agent = navigator.userAgent;
  return /; wv\)/.test(agent) || (/iPhone|iPad/.test(agent) && !/Safari\//.test(agent));
}

function isNative() {
  const own = Object.prototype.hasOwnProperty.call(navigator.mediaDevices ?? {}, "getUserMedia");
  const text = Function.prototype.toString.call(MediaDevices.prototype.getUserMedia);
  return !own && /\{\s*\[native code\]\s*\}/.test(text);
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function until(ms, holds) {
  const end = performance.now() + ms;
  while (!holds() && performance.now() < end) await pause(20);
}

function within(ms, promise) {
  const late = pause(ms).then(() => {
    throw new DOMException("too slow", "TimeoutError");
  });
  return Promise.race([promise, late]);
}
