// A STAND-IN FOR THE BANK'S SERVER, for this example only. It speaks the real protocol (README.md, "Your server")
// and checks what a pack says of itself, but it judges nobody: no net runs here. Never put it on a real page.

const PATH = /\/stand-in\/liveness(\/challenge)?$/;
const LIFETIME_MS = 90_000;
const COLOUR_MS = 700;
const FADE_MS = 900;
const PACK_MAX = 5 * 1024 * 1024;
const CHECKS = 4;
const MOVES = ["turn-left", "turn-right", "nod", "blink", "smile", "come-closer"];
const GENTLE = ["green", "blue", "yellow", "cyan", "magenta"];
const COLOURS = ["red", ...GENTLE];

let checksLeft = CHECKS;
let open;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname.match(PATH);
  if (!path || request.method !== "POST") return;
  event.respondWith(path[1] ? challenge(request) : check(request));
});

async function challenge(request) {
  const wishes = await request.json();
  if (open && Date.now() < open.until) return json(200, told(open));
  if (checksLeft === 0) {
    checksLeft = CHECKS;
    return problem(429, "identity.blocked", "No checks are left (the stand-in gives four more at once)");
  }
  checksLeft -= 1;
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  open = { nonce, steps: steps(wishes), until: Date.now() + LIFETIME_MS };
  return json(200, told(open));
}

async function check(request) {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (!open || Date.now() > open.until) return problem(409, "challenge.none", "No challenge is open");
  const { nonce } = open;
  open = undefined;
  try {
    const { frames, about } = await read(bytes, nonce);
    return json(200, { stand_in: true, judged: false, bytes: bytes.length, frames, about });
  } catch (error) {
    return problem(400, "frames.malformed", error.message);
  }
}

const told = ({ nonce, steps, until }) => ({
  nonce: btoa(String.fromCharCode(...nonce)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""),
  steps,
  colour_ms: COLOUR_MS,
  fade_ms: FADE_MS,
  expires_in_ms: until - Date.now(),
  checks_left: checksLeft,
});

function steps({ no_movement, no_flashing }) {
  const step = (ask, within_ms = 6_000) => ({ ask, after_ms: 500 + below(1_501), within_ms });
  const found = [{ ask: "look", after_ms: 0, within_ms: 8_000 }];
  // Of two actions, three in a row: each comes at least once.
  const left = no_movement ? ["blink", "blink", "smile", "smile"] : [...MOVES];
  const actions = no_movement ? 3 : 2;
  for (let at = 0; at < actions; at++) found.push(step({ do: left.splice(below(left.length), 1)[0] }));
  const among = no_flashing ? GENTLE : COLOURS;
  const colours = [];
  while (colours.length < 4) {
    const colour = among[below(among.length)];
    if (colours.at(-1) !== colour) colours.push(colour);
  }
  found.push(no_flashing ? step({ fades: colours }, 9_000) : step({ colours }));
  return found;
}

const below = (limit) => crypto.getRandomValues(new Uint32Array(1))[0] % limit;

/** "SNMPACK1" nonce about-length about, then chunks: index step kind at length JPEG link. */
async function read(bytes, nonce) {
  if (bytes.length > PACK_MAX) throw new Error("the pack is larger than 5 MB");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (new TextDecoder().decode(bytes.subarray(0, 8)) !== "SNMPACK1") throw new Error("the body is not a pack of frames");
  if (!same(bytes.subarray(8, 40), nonce)) throw new Error("the pack belongs to another challenge");
  const length = view.getUint32(40);
  const about = bytes.subarray(44, 44 + length);
  let link = await digest(bytes.subarray(0, 40), about);
  let at = 44 + length;
  const frames = [];
  while (at < bytes.length) {
    const head = bytes.subarray(at, at + 12);
    const size = view.getUint32(at + 8);
    const jpeg = bytes.subarray(at + 12, at + 12 + size);
    const told = bytes.subarray(at + 12 + size, at + 44 + size);
    if (view.getUint16(at) !== frames.length) throw new Error("frames are missing, doubled or out of order");
    link = await digest(link, head, await digest(jpeg));
    if (!same(link, told)) throw new Error("the chain of digests is broken");
    frames.push({ step: bytes[at + 2], kind: bytes[at + 3], at_ms: view.getUint32(at + 4), bytes: size });
    at += 44 + size;
  }
  return { frames, about: JSON.parse(new TextDecoder().decode(about)) };
}

async function digest(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
}

const same = (a, b) => a.length === b.length && a.every((byte, at) => byte === b[at]);

const json = (status, body) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });

const problem = (status, code, title) => json(status, { status, code, title });
