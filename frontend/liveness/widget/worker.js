// The widget's second thread: pictures in, hints and a pack of frames out. All that is decided is decided in wasm.
//
// Messages are objects with a `type`; what has an `id` is answered with the same `id`, in the order asked.
//   { type: "open" }                        → { type: "ready" } once wasm and nets are here
//   { id, type: "begin", challenge }        → { id }             the server's answer, as JSON
//   { id, type: "frame", frame, at, image, polled, oval } → { id, told } an ImageBitmap, transferred; null of one that came twice, else told.rs
//   { id, type: "finish", about }           → { id, pack }       an ArrayBuffer, transferred
//   { id, type: "reset" }                   → { id }
// What fails answers { id, type: "failed", error, wasm }; `wasm` where the browser can't compile it.

import init, { Guide } from "./liveness.js";
import { PARTS } from "./parts.js";

/** As many frames are held as core's follower may still ask for (follow.rs, RING). */
const HELD = 12;
/** The longer side of the picture that is judged. */
const JUDGED = 640;
/** The longer side of a frame that is not to be matched: above the floor of 640 × 360. */
const KEPT = 960;
/** Of one frame (pack.rs, FRAME_PIXELS_MAX). */
const PIXELS = 1_500_000;
/** Of a pack's 5 MB (BIO-2), without what tells of the camera. */
const BYTES = 4_900_000;
/** As many frames are kept at most (follow.rs, KEPT_MAX). */
const FRAMES = 60;
const QUALITIES = { portrait: [0.92, 0.85, 0.75, 0.6, 0.45], other: [0.85, 0.75, 0.6, 0.45, 0.35] };

let guide;
let held = new Map();
let judged;
/** How long the work after the last frame took, in milliseconds. */
let settled = 0;
let packing = Promise.resolve();
let packed = { frames: 0, bytes: 0 };

self.onmessage = async ({ data }) => {
  const { id, type } = data;
  try {
    if (type === "open") {
      await open();
      self.postMessage({ type: "ready" });
    } else if (type === "frame") {
      self.postMessage({ id, told: see(data) });
      settle();
    } else if (type === "begin") {
      forget();
      guide.begin(data.challenge);
      self.postMessage({ id });
    } else if (type === "finish") {
      await packing;
      const pack = guide.finish(data.about).buffer;
      self.postMessage({ id, pack }, [pack]);
    } else if (type === "reset") {
      forget();
      guide.reset();
      self.postMessage({ id });
    }
  } catch (error) {
    const wasm = !self.WebAssembly || error instanceof WebAssembly.CompileError;
    self.postMessage({ id, type: "failed", error: String(error?.message ?? error), wasm });
  }
};

async function open() {
  const bytes = async (part) => new Uint8Array(await (await fetched(part)).arrayBuffer());
  const [, ...nets] = await Promise.all([
    init({ module_or_path: fetched("liveness_bg.wasm") }),
    bytes("yunet.onnx"),
    bytes("marks.onnx"),
    bytes("eye.onnx"),
  ]);
  guide = new Guide(...nets);
  // The first run is the slowest: the browser still compiles.
  const blank = new Uint8Array(JUDGED * 360 * 4);
  for (let run = 0; run < 3; run++) guide.see(blank, JUDGED, 360, 1, run, run);
  guide.reset();
}

/** The browser refuses what does not have the digest that this package was made with. */
async function fetched(part) {
  const answer = await fetch(new URL(part, import.meta.url), { integrity: PARTS[part] });
  if (!answer.ok) throw new Error(`${part} answered ${answer.status}`);
  return answer;
}

function see({ frame, at, image, polled, oval }) {
  const began = performance.now();
  const { rgba, width, height, scale } = small(image);
  guide.polled = polled;
  guide.oval = oval;
  const told = guide.see(rgba, width, height, scale, frame, at);
  if (!told) {
    image.close();
    return null;
  }
  // Only what core has seen: it counts the frames that are held.
  hold(frame, image);
  for (const keep of told.progress?.keep ?? []) pack(keep);
  told.took = performance.now() - began;
  told.settled = settled;
  return told;
}

/** What nobody waits for: the answer is on its way. */
function settle() {
  const began = performance.now();
  guide.settle();
  settled = performance.now() - began;
}

function hold(frame, image) {
  held.set(frame, image);
  if (held.size > HELD) {
    const [oldest, picture] = held.entries().next().value;
    held.delete(oldest);
    picture.close();
  }
}

function forget() {
  for (const picture of held.values()) picture.close();
  held = new Map();
  packed = { frames: 0, bytes: 0 };
  packing = Promise.resolve();
}

function small(image) {
  const scale = Math.max(1, Math.max(image.width, image.height) / JUDGED);
  const [width, height] = [Math.round(image.width / scale), Math.round(image.height / scale)];
  if (judged?.canvas.width !== width || judged?.canvas.height !== height) {
    judged = new OffscreenCanvas(width, height).getContext("2d", { alpha: false, willReadFrequently: true });
  }
  judged.drawImage(image, 0, 0, width, height);
  return { rgba: judged.getImageData(0, 0, width, height).data, width, height, scale };
}

/** Frames are encoded one after the other, beside the judging. */
function pack(keep) {
  const image = held.get(keep.frame);
  if (!image) throw new Error(`frame ${keep.frame} is no longer held`);
  const still = draw(image, keep.portrait);
  const check = packed;
  packing = packing.then(async () => {
    const share = (BYTES - check.bytes) / Math.max(1, (FRAMES + 1 - check.frames) / 2);
    const jpeg = await encoded(still, keep.portrait ? QUALITIES.portrait : QUALITIES.other, share);
    // Another check has begun meanwhile.
    if (check !== packed) return;
    check.frames += 1;
    check.bytes += jpeg.length;
    guide.keep(keep.index, jpeg);
  });
  // Told by `finish`; until then nobody listens.
  packing.catch(() => {});
}

function draw(image, portrait) {
  const scale = portrait
    ? Math.max(1, Math.sqrt((image.width * image.height) / PIXELS))
    : Math.max(1, Math.max(image.width, image.height) / KEPT);
  const [width, height] = [Math.floor(image.width / scale), Math.floor(image.height / scale)];
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d", { alpha: false }).drawImage(image, 0, 0, width, height);
  return canvas;
}

async function encoded(canvas, qualities, share) {
  for (const [at, quality] of qualities.entries()) {
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.size <= share || at === qualities.length - 1) return new Uint8Array(await blob.arrayBuffer());
  }
}
