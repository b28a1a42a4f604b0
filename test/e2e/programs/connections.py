"""Keeps connections to DATABASE_URL busy, each for DATABASE_POOL_RECYCLE seconds, until the file of its argument is there.

Prints one line of JSON: how many queries were answered over how many connections, and all errors.
"""
import json, os, sys, threading, time
import psycopg

CONNECTIONS = 4
recycle = int(os.environ['DATABASE_POOL_RECYCLE'])
tally = {'connections': 0, 'queries': 0, 'errors': []}
lock = threading.Lock()


def stopped(): return os.path.exists(sys.argv[1])


def use():
    while not stopped():
        try:
            with psycopg.connect(os.environ['DATABASE_URL'], connect_timeout=5) as connection:
                born = time.monotonic()
                with lock: tally['connections'] += 1
                while time.monotonic() - born < recycle and not stopped():
                    with connection.transaction():
                        connection.execute('SELECT 1')
                        time.sleep(0.05)
                        connection.execute('SELECT 2')
                    with lock: tally['queries'] += 2
                    time.sleep(0.05)
        except psycopg.Error as error:
            with lock: tally['errors'].append(f'{type(error).__name__}: {error}')
            time.sleep(0.2)


threads = [threading.Thread(target=use) for _ in range(CONNECTIONS)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(tally))
