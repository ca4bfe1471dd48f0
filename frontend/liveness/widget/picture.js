// Whether the camera gives a picture at all: a closed shutter, a dead driver and noise look alike to the detector.

import { Fault } from "./camera.js";

/** Coarse, so that a room keeps its shapes and a sensor's noise in the dark is averaged away. */
const SIZE = [32, 24];
/** Between two samples. */
const EVERY_MS = 500;
/** Nothing for so long: cameras start with black frames. */
const NOTHING_MS = 4_000;
/** Standard deviation of grey levels below which there is one colour only. */
const FLAT = 1.5;
/**
 * Noise has no shapes: neighbours differ as much as any two samples do, and so does one sample from the next. 1 for
 * noise, below a half for a room.
 */
const SHAPELESS = 0.75;

export class Picture {
  #canvas;
  #before;
  #since;
  #next = 0;

  /** Throws a Fault where `video` has shown no picture for long. `now` in milliseconds. */
  see(video, now) {
    if (now < this.#next) return;
    this.#next = now + EVERY_MS;
    this.#canvas ??= new OffscreenCanvas(...SIZE).getContext("2d", { alpha: false, willReadFrequently: true });
    // Flatness is asked of averages, which a sensor's noise does not change; noise of single pixels.
    const greys = [true, false].map((smooth) => this.#greys(video, smooth));
    const nothing = isFlat(greys[0]) || (this.#before !== undefined && isNoise(greys[1], this.#before));
    this.#before = greys[1];
    if (!nothing) this.#since = undefined;
    else if (now - (this.#since ??= now) >= NOTHING_MS) throw new Fault("no-picture");
  }

  #greys(video, smooth) {
    const context = this.#canvas;
    context.imageSmoothingEnabled = smooth;
    context.imageSmoothingQuality = "high";
    context.drawImage(video, 0, 0, ...SIZE);
    const { data } = context.getImageData(0, 0, ...SIZE);
    return Float32Array.from({ length: data.length / 4 }, (_, at) => (data[4 * at] + data[4 * at + 1] + data[4 * at + 2]) / 3);
  }
}

/** One colour, whichever: black, or the green of a driver without frames. */
export function isFlat(greys) {
  return Math.sqrt(variance(greys)) < FLAT;
}

export function isNoise(greys, before) {
  const spread = 2 * variance(greys);
  if (spread < 2 * FLAT * FLAT) return false;
  const [width] = SIZE;
  const beside = [...greys.keys()].filter((at) => at % width > 0).map((at) => (greys[at] - greys[at - 1]) ** 2);
  const later = [...greys.keys()].map((at) => (greys[at] - before[at]) ** 2);
  return mean(beside) / spread > SHAPELESS && mean(later) / spread > SHAPELESS;
}

function variance(values) {
  const middle = mean(values);
  return mean(values.map((it) => (it - middle) ** 2));
}

function mean(values) {
  return values.reduce((sum, it) => sum + it, 0) / values.length;
}
