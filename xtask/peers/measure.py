"""How long one action takes: processor seconds, the best of some rounds, as `senim faces bench` measures."""

import time

ROUNDS = 5
DEEDS = 6


def seconds_of(action):
    action()
    best = float("inf")
    for _ in range(ROUNDS):
        before, actions = time.process_time(), 0
        while actions < DEEDS and time.process_time() - before < 3:
            action()
            actions += 1
        best = min(best, (time.process_time() - before) / actions)
    return best
