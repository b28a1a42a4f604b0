"""Writes rows and keys through the product until SIGTERM, each with an ID of its own and none twice.

Prints `row <id>` and `key <id>` for each write that was acknowledged, and at the end one line of JSON for each of the
two: how many were acknowledged and refused, the longest time without an acknowledgement, and the last refusals.
"""
import json, signal, sys, threading, time
import requests

url, run = sys.argv[1], sys.argv[2]
# A key waits for the append-only files, which are synchronised once a second.
THREADS = {'row': 2, 'key': 6}
PAUSE_SECONDS = {'row': 0.1, 'key': 0.05}
stop = threading.Event()
lock = threading.Lock()


class Tally:
    def __init__(self):
        self.acknowledged = self.refused = 0
        self.last, self.longest, self.refusals = time.monotonic(), 0.0, []

    def add(self, ok, said):
        now = time.monotonic()
        self.longest = max(self.longest, now - self.last)
        if ok:
            self.last = now
            self.acknowledged += 1
        else:
            self.refused += 1
            self.refusals = [*self.refusals[-4:], said]


tallies = {what: Tally() for what in THREADS}


def write(what, thread):
    session, number = requests.Session(), 0
    while not stop.is_set():
        number += 1
        id = f'{run}-{thread}-{number}'
        try:
            answer = session.post(f'{url}/api/{what}s/{id}', timeout=15)
            ok, said = answer.status_code == 200, f'{answer.status_code} {answer.text[:200]}'
        except requests.RequestException as error:
            ok, said = False, f'{type(error).__name__}: {error}'[:200]
        with lock:
            tallies[what].add(ok, said)
            if ok: print(what, id, flush=True)
        stop.wait(PAUSE_SECONDS[what])


signal.signal(signal.SIGTERM, lambda *_: stop.set())
threads = [threading.Thread(target=write, args=(what, n)) for what, count in THREADS.items() for n in range(count)]
for thread in threads: thread.start()
stop.wait()
for thread in threads: thread.join()
for what, tally in tallies.items():
    print('summary', json.dumps({'what': what, 'acknowledged': tally.acknowledged, 'refused': tally.refused,
                                 'longestPauseSeconds': round(tally.longest, 1), 'refusals': tally.refusals}), flush=True)
