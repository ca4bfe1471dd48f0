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
const began = performance.now();
const started = it.start();

return new Promise((done, failed) => {
  started?.catch(failed);
  const look = (now) => {
    const frames = it.frameTimes;
    if (frames.length > 0) first ??= now;
    if (frames.length > 0 && (frames.length >= ENOUGH || now - began > LIMIT_MS)) {
      return done({ width: size.width, height: size.height, first: first - opened, frames, tasks });
    }
    if (now - began > LIMIT_MS) return failed("no frame was judged");
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
