// A camera that shows a real person who does as the page asks: frames of one recording, chosen by the prompt.
//
// arguments[0]: { "0205": base64 of a JPEG, … }; arguments[1]: segments by name, each [first, last];
// arguments[2]: { width, height, rate, part } of the camera: pixels, frames a second, and what it shows of the recording's
// 1280 × 720: left, top, width, height, as wide for its height as the camera's picture. She sits beside its middle.
// Every frame is real. The light of the page's colours on her face is drawn, since no free recording shows it. Between two
// frames the picture shifts by less than a pixel and gets a little noise, as a hand and a sensor make it, so that no two
// frames are the same to the bit.
const [files, segments, { width: WIDTH, height: HEIGHT, rate: RATE, part: PART }] = arguments;
const REACTION_MS = 450, SWAY = 2, SPARE = 256;
/** Her face while she is calm, in the recording's pixels: its middle, half its width and half its height. */
const FACE = { x: 880, y: 340, width: 211, height: 320 };
/** What the screen adds to the room's light: where the face looks at it, and all around. */
const LIGHT = { middle: 0.1, around: 0.012 };

const person = (window.__person = { asked: [], shown: 0 });
const canvas = document.createElement("canvas");
canvas.width = WIDTH;
canvas.height = HEIGHT;
const context = canvas.getContext("2d", { alpha: false });
const noise = grain();

const bytes = (base64) => Uint8Array.from(atob(base64), (it) => it.charCodeAt(0));
const pictures = {};
const loaded = Promise.all(
  Object.entries(files).map(async ([number, base64]) => {
    const blob = new Blob([bytes(base64)], { type: "image/jpeg" });
    // Scaled once: drawing is then a copy, which a browser without a graphics card can do in time.
    pictures[Number(number)] = await createImageBitmap(blob, ...PART, {
      resizeWidth: WIDTH + 2 * SWAY,
      resizeHeight: HEIGHT + 2 * SWAY,
      resizeQuality: "high",
    });
  }),
);

// What is to be shown next; idle goes forth and back in the calm segment.
let queue = [];
let idle = 0;
const span = ([first, last]) =>
  Array.from({ length: Math.abs(last - first) + 1 }, (_, at) => (last < first ? first - at : first + at));
const calm = span(segments.calm);
const actions = {
  // Her blink is of two frames. Three times slower it is still one (a quarter of a second), and a browser that
  // gets few frames a second, without a graphics card, sees it.
  blink: () => span(segments.blink).flatMap((it) => [it, it, it]),
  // Held for a moment; she relaxes twice as fast as she laughed, and rests, whatever is asked for next: a smile is told
  // from the face at rest.
  smile: () => [
    ...span(segments.smile),
    ...span(segments.beam),
    ...span(segments.beam).toReversed(),
    ...span(segments.smile).toReversed().filter((_, at) => at % 2),
    ...calm.toReversed(),
    ...calm,
  ],
  nod: () => span(segments.nod),
};

function next() {
  if (queue.length) return queue.shift();
  idle = (idle + 1) % (2 * calm.length - 2);
  return calm[idle < calm.length ? idle : 2 * calm.length - 2 - idle];
}

function draw() {
  const picture = pictures[next()];
  if (!picture) return;
  context.drawImage(picture, -SWAY + Math.random() - 0.5, -SWAY + Math.random() - 0.5);
  shine();
  // Of 256 even steps: 1.5 greys, a sensor's by day.
  context.globalAlpha = 0.02;
  context.drawImage(noise, -Math.floor(Math.random() * SPARE), -Math.floor(Math.random() * SPARE));
  context.globalAlpha = 1;
  person.shown += 1;
}

/** What the page shines falls on her, by the angle at which each place of her face looks at it; skin multiplies it. */
function shine() {
  const screen = document.querySelector("senim-liveness")?.shadowRoot?.querySelector(".screen[data-flash]");
  const colour = screen && getComputedStyle(screen).backgroundColor.match(/^rgba?\((.*)\)$/)?.[1].match(/[\d.]+/g);
  if (!colour) return;
  const scale = (WIDTH + 2 * SWAY) / PART[2];
  const [x, y] = [(FACE.x - PART[0]) * scale - SWAY, (FACE.y - PART[1]) * scale - SWAY];
  const light = context.createRadialGradient(0, 0, 0, 0, 0, FACE.width * scale);
  for (let at = 0; at <= 1; at += 0.125) {
    const share = LIGHT.around + (LIGHT.middle - LIGHT.around) * Math.sqrt(1 - at * at);
    light.addColorStop(at, `rgb(${colour.slice(0, 3).map((it) => it * share).join(" ")})`);
  }
  context.save();
  context.translate(x, y);
  context.scale(1, FACE.height / FACE.width);
  context.globalCompositeOperation = "color-dodge";
  context.fillStyle = light;
  context.fillRect(-WIDTH, -HEIGHT, 2 * WIDTH, 2 * HEIGHT);
  context.restore();
}

/** Over the whole picture alike: patches of it pile up where the face is, and the passive net takes that for a screen. */
function grain() {
  const tile = document.createElement("canvas");
  tile.width = WIDTH + SPARE;
  tile.height = HEIGHT + SPARE;
  const ink = tile.getContext("2d");
  const pixels = ink.createImageData(tile.width, tile.height);
  for (let at = 0; at < pixels.data.length; at += 4) {
    pixels.data.fill(Math.random() * 256, at, at + 3);
    pixels.data[at + 3] = 255;
  }
  ink.putImageData(pixels, 0, 0);
  return tile;
}

document.addEventListener("senim-prompt", ({ detail }) => {
  const action = detail?.ask?.do;
  person.asked.push(action ?? JSON.stringify(detail?.ask));
  const frames = actions[action];
  if (frames) setTimeout(() => queue.push(...frames()), REACTION_MS);
});

async function camera(wanted) {
  if (!wanted?.video) throw new DOMException("there is no microphone", "NotFoundError");
  await loaded;
  draw();
  if (!person.running) person.running = setInterval(draw, 1000 / RATE);
  return canvas.captureStream(RATE);
}
Object.defineProperty(MediaDevices.prototype, "getUserMedia", { value: camera, configurable: true, writable: true });
return loaded.then(() => Object.keys(pictures).length);
