// The least page with MediaPipe's detector; only its size is measured, for its model is in no package.
export { FaceDetector, FilesetResolver } from "@mediapipe/tasks-vision";
