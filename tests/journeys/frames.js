// Opens the camera of whoever is in the page, the widget or a peer, and times its frames for as long as it takes.
const ENOUGH = 150, LIMIT_MS = 25_000;

const it = document.querySelector("senim-liveness") ?? window.peer;
const { mediaDevices } = navigator;
const open = mediaDevices.getUserMedia.bind(mediaDevices);
let opened, size, first;
const tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
  type: "longtask",
  buffered: true,
});
mediaDevices.getUserMedia = async (wish) => {
  const stream = await open(wish);
  opened = performance.now();
  size = stream.getVideoTracks()[0].getSettings();
  return stream;
};
/** A task of 80 ms, which the browser must tell: else it tells of none. */
async function slow() {
  const before = tasks.length;
  await new Promise((done) => setTimeout(done));
  const until = performance.now() + 80;
  while (performance.now() < until);
  const late = performance.now() + 5_000;
  while (tasks.length === before) {
    if (performance.now() > late) throw new Error("the browser told of no slow task, not even of one made for it");
    await new Promise((done) => setTimeout(done, 20));
  }
}

const began = performance.now();
const started = it.start();

return new Promise((done, failed) => {
  started?.catch(failed);
  const look = (now) => {
    const frames = it.frameTimes;
    if (frames.length > 0) first ??= now;
    if (frames.length > 0 && (frames.length >= ENOUGH || now - began > LIMIT_MS)) {
      const seen = { width: size.width, height: size.height, first: first - opened, frames: [...frames], settled: [...(it.settleTimes ?? [])], tasks: [...tasks] };
      return slow().then(() => done(seen), failed);
    }
    if (now - began > LIMIT_MS) return failed("no frame was judged");
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
