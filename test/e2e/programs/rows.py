"""Inserts rows by DATABASE_URL, one after the other, over a connection that is opened anew whenever it breaks.

Prints `row <number> <seconds since the epoch>` for each that was acknowledged, `refused <why>` where the reason is a
new one, and touches /tmp/alive.
"""
import itertools, os, pathlib, time
import psycopg

# A server that vanished is noticed within three seconds.
PATIENCE = {'connect_timeout': 2, 'tcp_user_timeout': 3000, 'keepalives_idle': 1, 'keepalives_interval': 1, 'keepalives_count': 3}
connection = why = None
for number in itertools.count(int(time.time() * 1000)):
    pathlib.Path('/tmp/alive').touch()
    try:
        if connection is None:
            connection = psycopg.connect(os.environ['DATABASE_URL'], autocommit=True, **PATIENCE)
            connection.execute('CREATE TABLE IF NOT EXISTS rows (number bigint PRIMARY KEY)')
        connection.execute('INSERT INTO rows VALUES (%s)', [number])
        print('row', number, round(time.time(), 2), flush=True)
        why = None
    except psycopg.Error as error:
        said = f'{type(error).__name__}: {error}'.splitlines()[0][:200]
        if said != why: print('refused', said, flush=True)
        why = said
        # A session of a server that has stepped down reads, and would go on to.
        if connection is not None: connection.close()
        connection = None
        time.sleep(0.2)
    time.sleep(0.02)
