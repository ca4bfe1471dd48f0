// MediaPipe's face detector on the camera's frames: looked at as <senim-liveness> is, by `frameTimes` and `start`.
// Its wasm and the short-range model lie beside the page.
import { FaceDetector, FilesetResolver } from "@mediapipe/tasks-vision";

const video = document.querySelector("video");
const peer = (window.peer = { frameTimes: [], running: false, start });

async function start() {
  peer.running = true;
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, height: { ideal: 720 } } });
  await video.play();
  const detector = await FaceDetector.createFromOptions(await FilesetResolver.forVisionTasks("wasm"), {
    baseOptions: { modelAssetPath: "face.tflite", delegate: "CPU" },
    runningMode: "VIDEO",
  });
  const look = (now) => {
    const began = performance.now();
    peer.faces = detector.detectForVideo(video, now).detections.length;
    peer.frameTimes.push(performance.now() - began);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}
