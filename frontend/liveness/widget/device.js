// What the device lacks, found out before anybody is asked for the camera.

import { Fault } from "./camera.js";

/** The smallest module that needs SIMD: one function that makes a vector and takes a lane of it. */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/** Throws a Fault. Where a policy of the page forbids to compile, only compiling tells. */
export function checkDevice() {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(SIMD)) throw new Fault("no-wasm");
  if (typeof OffscreenCanvas !== "function" || typeof createImageBitmap !== "function") throw new Fault("unsupported");
  try {
    new WebAssembly.Module(SIMD);
  } catch {
    throw new Fault("no-wasm");
  }
}
