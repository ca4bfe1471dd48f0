// MediaPipe's face and marks on the camera's frames: looked at as <senim-liveness> is, by `frameTimes` and `start`.
// This package brings its nets; tasks-vision, its successor, brings none. Without a graphics card they run by wasm.
const video = document.querySelector("video");
const peer = (window.peer = { frameTimes: [], start });

async function start() {
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 } } });
  await video.play();
  const detector = new FaceMesh({ locateFile: (file) => file });
  detector.setOptions({ maxNumFaces: 1, useCpuInference: true });
  let faces = 0;
  detector.onResults(({ multiFaceLandmarks }) => (faces = multiFaceLandmarks.length));
  await detector.initialize();
  const look = async () => {
    const began = performance.now();
    await detector.send({ image: video });
    // Looking where there is no face costs less.
    if (faces === 1) peer.frameTimes.push(performance.now() - began);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}
