"""The same match as the built-in engine's, step by step, in numpy, OpenCV and Python's onnxruntime on one thread.

Prints the similarity and the seconds of one match.
"""

import math
import sys

import cv2
import numpy as np
import onnxruntime
from measure import seconds_of

models, probe, reference = sys.argv[1:]
cv2.setNumThreads(1)


def net(name):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(f"{models}/{name}.onnx", options, ["CPUExecutionProvider"])


DETECTOR, MARKS, EYE, SFACE, DLIB = map(net, ["yunet", "fr_landmark", "fr_eye", "sface", "dlib_resnet"])
ARCFACE_PLACES = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], np.float32
)
DLIB_PLACES = np.array(
    [[47.549, 46.599], [100.476, 46.599], [74.013, 76.563], [50.415, 103.023], [97.61, 103.023]], np.float32
)


def run(session, planes):
    return session.run(None, {session.get_inputs()[0].name: planes})


def detect(picture, side, mirrored=False):
    """Boxes, points and scores of the faces, in pixels of the picture."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    canvas = np.zeros((-(-small.shape[0] // 32) * 32, -(-small.shape[1] // 32) * 32, 3), np.uint8)
    canvas[: small.shape[0], : small.shape[1]] = small
    if mirrored:
        canvas = canvas[:, ::-1]
    planes = np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], np.float32)
    answer = dict(zip([it.name for it in DETECTOR.get_outputs()], run(DETECTOR, planes)))
    boxes, points, scores = [], [], []
    for stride in (8, 16, 32):
        score = np.sqrt(
            np.clip(answer[f"cls_{stride}"][0, :, 0], 0, 1) * np.clip(answer[f"obj_{stride}"][0, :, 0], 0, 1)
        )
        found = np.nonzero(score >= 0.6)[0]
        across = canvas.shape[1] // stride
        corner = np.stack([found % across, found // across], 1)
        box, point = answer[f"bbox_{stride}"][0][found], answer[f"kps_{stride}"][0][found].reshape(-1, 5, 2)
        size = np.exp(box[:, 2:]) * stride
        boxes.append(np.hstack([(box[:, :2] + corner) * stride - size / 2, size]))
        points.append((point + corner[:, None]) * stride)
        scores.append(score[found])
    boxes, points, scores = map(np.concatenate, (boxes, points, scores))
    if mirrored:
        boxes[:, 0] = canvas.shape[1] - 1 - boxes[:, 0] - boxes[:, 2]
        points[..., 0] = canvas.shape[1] - 1 - points[..., 0]
        points = points[:, [1, 0, 2, 4, 3]]
    kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), 0.6, 0.3)
    return boxes[kept] / scale, points[kept] / scale


def overlap(a, b):
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[:2] + a[2:], b[:2] + b[2:])
    both = np.prod(np.maximum(high - low, 0))
    return both / (np.prod(a[2:]) + np.prod(b[2:]) - both)


def square(grey, centre, side, size, full):
    low = centre - side / 2
    scale = side / size
    matrix = np.array([[scale, 0, low[0] + scale / 2 - 0.5], [0, scale, low[1] + scale / 2 - 0.5]], np.float32)
    piece = cv2.warpAffine(grey, matrix, (size, size), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return (piece.astype(np.float32) / full)[None, None]


def stand(grey, box):
    """Sixty-eight marks, and how open the eyes are."""
    side = max(box[2], box[3])
    centre = box[:2] + box[2:] / 2
    marks = run(MARKS, square(grey, centre, side, 64, 256.0))[0].reshape(68, 2) * side + centre - side / 2
    eyes = []
    for start in (36, 42):
        width = np.linalg.norm(marks[start] - marks[start + 3]) * 1.6
        eyes.append(run(EYE, square(grey, marks[start : start + 6].mean(0), width, 24, 255.0))[0])
    return marks, eyes


def placed(picture, points, places, side):
    """Planes of red, green, blue of the aligned face and of its mirror image."""
    f, t = places - places.mean(0), points - points.mean(0)
    a = (f * t).sum() / (f * f).sum()
    b = (f[:, 0] * t[:, 1] - f[:, 1] * t[:, 0]).sum() / (f * f).sum()
    turn = np.array([[a, -b], [b, a]])
    moved = points.mean(0) - turn @ places.mean(0)
    shrink = max(1, min(4, round(math.hypot(a, b))))
    offset = (1 / shrink - 1) / 2
    matrix = np.hstack([turn / shrink, (moved + turn @ [offset, offset])[:, None]]).astype(np.float32)
    size = (side * shrink, side * shrink)
    face = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    if shrink > 1:
        face = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
    planes = face[..., ::-1].transpose(2, 0, 1)[None].astype(np.float32)
    return planes, np.ascontiguousarray(planes[..., ::-1])


def unit(numbers):
    return numbers / np.linalg.norm(numbers)


def template(path):
    with open(path, "rb") as file:
        picture = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_COLOR)
    boxes, points = detect(picture, 320)
    box, found = boxes[0], [points[0]]
    stand(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), box)
    for side, mirrored in ((256, False), (448, False), (320, True)):
        others, places = detect(picture, side, mirrored)
        found += [place for other, place in zip(others, places) if overlap(box, other) >= 0.5][:1]
    points = np.mean(found, 0)
    return [
        unit(sum(unit(run(session, planes)[0][0]) for planes in placed(picture, points, places, side)))
        for session, places, side in ((SFACE, ARCFACE_PLACES, 112), (DLIB, DLIB_PLACES, 150))
    ]


def match():
    a, b = template(probe), template(reference)
    return 0.456 * float(a[0] @ b[0]) + 0.544 * float(a[1] @ b[1])


print(match(), seconds_of(match))
