"""Matches two photographs with `face_recognition` (dlib), as its documentation does, and prints the seconds of one."""

import sys

import face_recognition
from measure import seconds_of

probe, reference = sys.argv[1:]


def embedding(path):
    picture = face_recognition.load_image_file(path)
    return face_recognition.face_encodings(picture)[0]


def match():
    return face_recognition.compare_faces([embedding(reference)], embedding(probe))[0]


print(seconds_of(match))
