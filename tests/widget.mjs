// The widget's scripts where there is no document: run by tests/widget.rs with the folder that they lie in.

import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

const folder = pathToFileURL(`${process.argv[2]}/`);
const load = (name) => import(new URL(name, folder));
// Nothing waits in a test.
globalThis.setTimeout = (then) => queueMicrotask(then);

const { LANGUAGES, SenimLiveness } = await load("senim-liveness.js");
assert.deepEqual(LANGUAGES, ["kk", "ru", "en"]);
assert.equal(typeof SenimLiveness, "function", "a page that a server renders imports it as well");

await answersOfTheServerAreFinal();
await whatTheDeviceLacksIsFoundBeforeTheCamera();
await oneColourAndNoiseAreNoPicture();
await camerasAreTheOnesThatBrowsersTellOf();
await aChosenCameraThatIsGoneIsNotMissed();

async function answersOfTheServerAreFinal() {
  const { Endpoint, Offline } = await load("endpoint.js");
  const problem = (status, code) => ({ status, text: JSON.stringify({ status, code, title: code }) });
  const gateway = { status: 502, text: "<h1>Bad gateway</h1>" };
  const cut = { status: 0, text: "" };
  const passed = { status: 200, text: "{}" };
  const rows = [
    ["a final 502", [problem(502, "identity.source-photo"), problem(409, "challenge.none-open")], 1, "identity.source-photo"],
    ["a final 503", [problem(503, "solution.none-available"), problem(409, "challenge.none-open")], 1, "solution.none-available"],
    ["a gateway that reached nobody", [gateway, passed], 2, 200],
    ["an upload that was cut off", [cut, cut, passed], 3, 200],
    ["a server that has looked at nothing yet", [problem(503, "busy"), passed], 2, 200],
    ["nobody ever", [gateway, gateway, gateway, gateway], 4, Offline],
  ];
  for (const [name, answers, requests, end] of rows) {
    let sent = 0;
    globalThis.XMLHttpRequest = class {
      upload = {};
      open() {}
      setRequestHeader() {}
      getResponseHeader = () => "1";
      abort() {}
      send() {
        ({ status: this.status, text: this.responseText } = answers[sent++]);
        this.onloadend();
      }
    };
    const how = { onprogress() {}, onagain() {}, signal: new AbortController().signal };
    const answer = new Endpoint("/liveness", null).send(new ArrayBuffer(0), Infinity, how);
    if (end === Offline) await assert.rejects(answer, Offline, name);
    else {
      const { status, body } = await answer;
      assert.equal(typeof end === "number" ? status : body.code, end, name);
    }
    assert.equal(sent, requests, name);
  }
}

async function whatTheDeviceLacksIsFoundBeforeTheCamera() {
  const { checkDevice } = await load("device.js");
  const lacks = (code) => assert.throws(checkDevice, (fault) => fault.code === code, code);
  lacks("unsupported");
  globalThis.OffscreenCanvas = class {};
  globalThis.createImageBitmap = () => {};
  checkDevice();
  const { Module, validate } = WebAssembly;
  WebAssembly.validate = () => false;
  lacks("no-wasm");
  WebAssembly.validate = validate;
  WebAssembly.Module = class {
    constructor() {
      throw new WebAssembly.CompileError("the policy forbids it");
    }
  };
  lacks("no-wasm");
  WebAssembly.Module = Module;
  const wasm = globalThis.WebAssembly;
  delete globalThis.WebAssembly;
  lacks("no-wasm");
  globalThis.WebAssembly = wasm;
}

async function camerasAreTheOnesThatBrowsersTellOf() {
  const { cameras } = await load("camera.js");
  const device = (kind, deviceId, label) => ({ kind, deviceId, label });
  const told = (list) => setNavigator({ mediaDevices: { enumerateDevices: async () => list } });
  told([device("audioinput", "m", "Microphone"), device("videoinput", "a", "Front"), device("videoinput", "b", "Back")]);
  assert.deepEqual(await cameras(), [
    { id: "a", label: "Front" },
    { id: "b", label: "Back" },
  ]);
  told([device("videoinput", "", "")]);
  assert.deepEqual(await cameras(), [], "before one was granted");
  setNavigator({});
  assert.deepEqual(await cameras(), [], "a browser without any");
}

async function aChosenCameraThatIsGoneIsNotMissed() {
  const { Camera, Fault } = await load("camera.js");
  const asked = [];
  const track = { addEventListener() {}, getSettings: () => ({ deviceId: "a" }), stop() {} };
  const stream = { active: true, getVideoTracks: () => [track], getTracks: () => [track] };
  const getUserMedia = async ({ video }) => {
    asked.push(video.deviceId?.exact ?? video.facingMode);
    if (video.deviceId?.exact === "gone") throw new DOMException("gone", "OverconstrainedError");
    if (video.deviceId?.exact === "forbidden") throw new DOMException("no", "NotAllowedError");
    return stream;
  };
  setNavigator({ userAgent: "", mediaDevices: { getUserMedia } });
  globalThis.window = { isSecureContext: true };
  window.top = window;
  globalThis.document = {};
  const video = { videoWidth: 1280, videoHeight: 720, play: async () => {} };
  const open = (chosen) => Camera.open(video, () => {}, chosen);
  assert.equal((await open("b")).device, "a");
  await open(undefined);
  await open("gone");
  await assert.rejects(open("forbidden"), (fault) => fault instanceof Fault && fault.code === "denied");
  assert.deepEqual(asked, ["b", "user", "gone", "user", "forbidden"]);
  delete globalThis.window;
  delete globalThis.document;
}

function setNavigator(value) {
  Object.defineProperty(globalThis, "navigator", { value, configurable: true, writable: true });
}

async function oneColourAndNoiseAreNoPicture() {
  const { isFlat, isNoise, Picture } = await load("picture.js");
  const [width, height] = [32, 24];
  const made = (grey) => Float32Array.from({ length: width * height }, (_, at) => grey(at % width, Math.floor(at / width)));
  // A generator of its own: the same noise in every run.
  let state = 1;
  const noise = () => made(() => (state = (state * 48271) % 2147483647) % 256);
  const room = (turn) => made((x, y) => 90 + 60 * Math.sin((x + turn) / 6) + 40 * Math.cos(y / 5));
  assert.ok(isFlat(made(() => 0)) && isFlat(made(() => 149)), "black, and a driver's green");
  assert.ok(!isFlat(room(0)) && !isNoise(room(0), room(0.3)), "a room");
  assert.ok(!isFlat(noise()) && isNoise(noise(), noise()), "noise");
  const dark = made((x) => 3 + (x > 16 ? 6 : 0));
  assert.ok(!isFlat(dark), "a dark room with a door");

  let shown;
  globalThis.OffscreenCanvas = class {
    getContext = () => ({
      drawImage() {},
      getImageData: () => ({ data: Uint8ClampedArray.from([...shown()].flatMap((it) => [it, it, it, 255])) }),
    });
  };
  const watched = (picture) => {
    shown = picture;
    const it = new Picture();
    for (let now = 0; now <= 10_000; now += 33) it.see({}, now);
  };
  assert.throws(() => watched(() => made(() => 0)), (fault) => fault.code === "no-picture");
  assert.throws(() => watched(noise), (fault) => fault.code === "no-picture");
  watched(() => room(0));
}
