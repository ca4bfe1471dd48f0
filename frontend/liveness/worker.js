// Guides a person before the camera, beside the page's own thread. A module worker:
//   const worker = new Worker("/liveness/worker.js", { type: "module" });
//
// Messages are objects with a `type`.
//
// Page to worker:
//   { type: "open", model?: URL }        once; the model is /models/yunet.onnx unless told otherwise
//   { type: "frame", id, image }         image: ImageBitmap (transfer it; it is closed here) or ImageData,
//                                        in the camera's full size; the next one after the answer to the last
// Worker to page:
//   { type: "ready" }                    frames may come
//   { type: "guidance", id, hint, faces, box, quality }
//        hint: "no-face" | "several-faces" | "too-dark" | "too-bright" | "too-far" | "too-close"
//              | "off-centre" | "turned-away" | "hold-still" | "good"          (core's Guidance)
//        faces: how many count; box: [x, y, width, height] in the frame's pixels, or null
//        quality: 0 to 1, to choose frames by; 0 unless there is one face
//   { type: "failed", id?, message }     without id: can't start; with id: this frame could not be judged
//
// Needs of a content security policy: script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'.

import init, { Guide } from "./liveness.js";

let guide;
let canvas;

self.onmessage = async ({ data }) => {
  try {
    switch (data.type) {
      case "open":
        guide = await open(data.model ?? "/models/yunet.onnx");
        self.postMessage({ type: "ready" });
        break;
      case "frame": {
        if (!guide) throw new Error("frames come after `ready`");
        const { data: rgba, width, height } = pixels(data.image);
        const { hint, faces, box = null, quality } = guide.judge(rgba, width, height);
        self.postMessage({ type: "guidance", id: data.id, hint, faces, box, quality });
        break;
      }
      default:
        throw new Error(`no message of type ${data.type}`);
    }
  } catch (error) {
    self.postMessage({ type: "failed", id: data.id, message: String(error?.message ?? error) });
  }
};

async function open(url) {
  const code = new URL("./liveness_bg.wasm", import.meta.url);
  const [model] = await Promise.all([fetched(url), init({ module_or_path: code })]);
  return new Guide(model);
}

async function fetched(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the model answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

function pixels(image) {
  if (image instanceof ImageData) return image;
  const { width, height } = image;
  if (canvas?.width !== width || canvas?.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0);
  image.close();
  return context.getImageData(0, 0, width, height);
}
