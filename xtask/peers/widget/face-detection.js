// MediaPipe's face detector on the camera's frames: looked at as <senim-liveness> is, by `frameTimes` and `start`.
// It is the package that brings its model; tasks-vision brings none and refuses this one.
const video = document.querySelector("video");
const peer = (window.peer = { frameTimes: [], start });

async function start() {
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 } } });
  await video.play();
  const detector = new FaceDetection({ locateFile: (file) => file });
  detector.setOptions({ model: "short", minDetectionConfidence: 0.5 });
  detector.onResults(() => {});
  await detector.initialize();
  const look = async () => {
    const began = performance.now();
    await detector.send({ image: video });
    peer.frameTimes.push(performance.now() - began);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}
