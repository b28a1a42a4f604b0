"""Writes keys to the master that the Sentinels name, until the file /tmp/<run>.stop is there.

Half of the threads ask WAIT 1 after each write, on its connection, and count those that a replica has acknowledged; the
others count what the master has. /tmp/<run>.count says how many that are by now. At the end each counted key is asked of
the master of that time: one line of JSON says for `waited` and `plain` how many were acknowledged, refused and lost, the
longest time without an acknowledgement, and the last refusals.
"""
import json, os, sys, threading, time
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel

run = sys.argv[1]
SENTINELS = [(host, int(port)) for host, port in (each.split(':') for each in os.environ['REDIS_SENTINELS'].split(','))]
PASSWORD = os.environ['REDIS_PASSWORD']
MASTER = os.environ['REDIS_SENTINEL_MASTER']
THREADS = {'waited': 3, 'plain': 3}
PAUSE_SECONDS = 0.02
TIMEOUT_SECONDS = 2
# Writers try again for as long as it takes, and count that; a reader does for as long as a failover may take.
PATIENCE_SECONDS = 30
lock = threading.Lock()
stop = threading.Event()


def master():
    # The threads try again by themselves: the client's own retries, which wait for up to ten seconds, multiply.
    once = Retry(NoBackoff(), 0)
    options = {'password': PASSWORD, 'retry': once, 'socket_connect_timeout': 1}
    sentinel = Sentinel(SENTINELS, sentinel_kwargs={**options, 'socket_timeout': 1})
    return sentinel.master_for(MASTER, **options, socket_timeout=TIMEOUT_SECONDS)


class Tally:
    def __init__(self):
        self.keys, self.refused, self.refusals = [], 0, []
        self.last, self.longest = time.monotonic(), 0.0

    def add(self, key, said):
        now = time.monotonic()
        self.longest = max(self.longest, now - self.last)
        if said is None:
            self.last = now
            self.keys.append(key)
        else:
            self.refused += 1
            self.refusals = [*self.refusals[-4:], said]


tallies = {what: Tally() for what in THREADS}


def write(what, thread):
    client, number = master(), 0
    while not stop.is_set():
        number += 1
        key, said = f'{run}:{what}:{thread}:{number}', None
        try:
            # A pipeline has one connection for all its commands.
            pipeline = client.pipeline(transaction=False)
            pipeline.set(key, number)
            if what == 'waited': pipeline.execute_command('WAIT', 1, 1000)
            _, *replicas = pipeline.execute()
            if replicas == [0]: said = 'no replica acknowledged it'
        except (RedisError, OSError) as error:
            said = f'{type(error).__name__}: {error}'[:200]
        with lock: tallies[what].add(key, said)
        stop.wait(PAUSE_SECONDS)


def lost(keys):
    return [key for start in range(0, len(keys), 500) for key, value in
            zip(keys[start:start + 500], read(keys[start:start + 500])) if value is None]


def read(keys):
    client, deadline = master(), time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return client.mget(keys)
        except (RedisError, OSError):
            if time.monotonic() > deadline: raise
            time.sleep(0.2)


threads = [threading.Thread(target=write, args=(what, n)) for what, count in THREADS.items() for n in range(count)]
for thread in threads: thread.start()
while not os.path.exists(f'/tmp/{run}.stop'):
    with open(f'/tmp/{run}.next', 'w') as count: json.dump({what: len(tally.keys) for what, tally in tallies.items()}, count)
    os.rename(f'/tmp/{run}.next', f'/tmp/{run}.count')
    time.sleep(0.2)
stop.set()
for thread in threads: thread.join()
print(json.dumps({what: {'acknowledged': len(tally.keys), 'refused': tally.refused, 'lost': lost(tally.keys)[:5],
                         'longestPauseSeconds': round(tally.longest, 1), 'refusals': tally.refusals}
                  for what, tally in tallies.items()}))
