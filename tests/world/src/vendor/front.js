// The vendor's front part, in its frame under the platform's page. It talks with that page alone, and with its own back part.

const PLATFORM = document.documentElement.dataset.platform;
const LONGER_MAX = 1280;

const WORDS = {
  kk: {
    sample: "үлгі әзірлеуші, шынайы емес",
    begin: "Телефонды көз деңгейінде ұстап, камераға қараңыз және басыңызды сәл қозғаңыз.",
    start: "Камераны қосу",
    filming: "Түсіріп жатырмыз, қараңыз…",
    sending: "Суреттер жіберілуде…",
    sent: "Суреттер жіберілді.",
    camera: "Камера қосылмады. Оны басқа қолданба пайдаланып тұрған жоқ па?",
    failed: "Суреттер жетпеді. Қайта түсіріңіз.",
  },
  ru: {
    sample: "образец разработчика, не настоящий",
    begin: "Держите телефон на уровне глаз, смотрите в камеру и слегка двигайте головой.",
    start: "Включить камеру",
    filming: "Снимаем, смотрите…",
    sending: "Снимки отправляются…",
    sent: "Снимки отправлены.",
    camera: "Камера не включилась. Не занята ли она другим приложением?",
    failed: "Снимки не дошли. Снимите ещё раз.",
  },
  en: {
    sample: "a sample vendor, not a real one",
    begin: "Hold the phone at eye level, look into the camera and move your head a little.",
    start: "Turn the camera on",
    filming: "Filming, keep looking…",
    sending: "The pictures are being sent…",
    sent: "The pictures were sent.",
    camera: "The camera did not turn on. Is another application using it?",
    failed: "The pictures did not arrive. Film again.",
  },
};

const element = (id) => document.getElementById(id);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let words = WORDS.kk;
let check;

addEventListener("message", ({ origin, source, data }) => {
  if (origin !== PLATFORM || source !== parent || data?.senim !== "open" || check) return;
  check = { session: String(data.session), challenge: String(data.challenge) };
  words = WORDS[data.language] ?? WORDS.kk;
  document.documentElement.lang = WORDS[data.language] ? data.language : "kk";
  element("sample").textContent = words.sample;
  element("start").textContent = words.start;
  rest(words.begin);
  post("/front/started", JSON.stringify(check), "application/json").catch(() => {});
});
element("start").addEventListener("click", () => {
  element("start").hidden = true;
  film().catch(() => rest(words.camera));
});
parent.postMessage({ senim: "ready" }, PLATFORM);

async function film() {
  const video = element("seen");
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 720 } },
  });
  const shots = [];
  try {
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    element("say").textContent = words.filming;
    const pauses = check.challenge.split(".")[1].split("-").map(Number);
    const began = performance.now();
    for (const wait of [0, ...pauses]) {
      await pause(wait);
      shots.push({ at_ms: Math.round(performance.now() - began), jpeg: await shot(video) });
    }
  } finally {
    stream.getTracks().forEach((it) => it.stop());
    video.srcObject = null;
    video.hidden = true;
  }
  element("say").textContent = words.sending;
  const answer = await post("/front/pack", pack(shots), "application/octet-stream").catch(() => undefined);
  if (!answer?.ok) return rest(words.failed);
  element("say").textContent = words.sent;
  parent.postMessage({ senim: "sent" }, PLATFORM);
}

async function shot(video) {
  const { videoWidth: width, videoHeight: height } = video;
  const scale = Math.min(1, LONGER_MAX / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext("2d", { alpha: false }).drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  return new Uint8Array(await blob.arrayBuffer());
}

/** "SQR1", the head's length, the head, the JPEGs. */
function pack(shots) {
  const told = shots.map(({ at_ms, jpeg }) => ({ at_ms, length: jpeg.length }));
  const head = new TextEncoder().encode(JSON.stringify({ ...check, shots: told }));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, head.length);
  return new Blob([new TextEncoder().encode("SQR1"), length.buffer, head, ...shots.map(({ jpeg }) => jpeg)]);
}

function post(path, body, type) {
  return fetch(path, { method: "POST", body, headers: { "content-type": type }, credentials: "omit" });
}

function rest(text) {
  element("say").textContent = text;
  element("start").hidden = false;
}
