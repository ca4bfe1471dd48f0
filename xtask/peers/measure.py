"""How long one deed takes: processor seconds, the best of some rounds, as `senim faces bench` measures."""

import time

ROUNDS = 5
DEEDS = 6


def seconds_of(deed):
    deed()
    best = float("inf")
    for _ in range(ROUNDS):
        before, deeds = time.process_time(), 0
        while deeds < DEEDS and time.process_time() - before < 3:
            deed()
            deeds += 1
        best = min(best, (time.process_time() - before) / deeds)
    return best
