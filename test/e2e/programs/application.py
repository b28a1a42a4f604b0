"""The API's application in the suite: it writes to Postgres and Redis, and says what they acknowledged.

  POST /api/rows/<id>   one row through DATABASE_URL; 200 where it is committed
  POST /api/keys/<id>   one key; 200 where WAITAOF, on the one connection to the slot's master that wrote it, says that the
                        append-only files of the master and of one replica have it
  GET  /api/rows        how many rows DATABASE_READ_URL shows, and whether a replica answered
  GET, POST /api/work   keeps a core busy for ?milliseconds=
  GET  /metrics         what docs/tiers/prometheus.md says of an application; a user is who sends the header X-User

Where OTEL_EXPORTER_OTLP_ENDPOINT says where to, each request of /api/ is a span, of the trace that the client's traceparent
names, or of one of its own; and a line of its log, with the IDs of both.
"""
import json, os, queue, secrets, sys, threading, time, urllib.request
from contextlib import contextmanager
import psycopg, redis
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

app = FastAPI()
requests = Counter('http_requests_total', 'Requests', ['method', 'handler', 'status'])
duration = Histogram('http_request_duration_seconds', 'Time to the answer', ['method', 'handler'],
                     buckets=(.005, .01, .025, .05, .1, .25, .3, .5, 1, 2.5, 5, 10))
in_progress = Gauge('http_requests_in_progress', 'Requests being answered', multiprocess_mode='livesum')
# A product counts them in one place; of processes that each count their own, the one that has most says it best.
active_users = Gauge('business_active_users', 'Users of the last five minutes', multiprocess_mode='livemax')
sessions = Counter('business_sessions_total', 'Sessions begun')
conversions = Counter('business_conversions_total', 'Steps that the product wants', ['conversion'])
transactions = Counter('business_transactions_total', 'What users came for', ['transaction', 'status'])
last_seen = {}
SESSION_SECONDS = 300
CLUSTER = os.environ.get('REDIS_CLUSTER', '').lower() == 'true'
AOF_TIMEOUT_MILLISECONDS = 5000
TRACES = os.environ.get('OTEL_EXPORTER_OTLP_ENDPOINT')


class Pool:
    """Lends connections, each to one request at a time, and opens new ones where those have reached their age."""

    def __init__(self, open, seconds):
        self.open, self.seconds, self.idle = open, seconds, queue.LifoQueue()

    @contextmanager
    def lend(self):
        connection, born = self.take()
        try:
            yield connection
        except Exception:
            connection.close()
            raise
        self.idle.put((connection, born))

    def take(self):
        while True:
            try:
                connection, born = self.idle.get_nowait()
            except queue.Empty:
                return self.open(), time.monotonic()
            if time.monotonic() - born < self.seconds:
                return connection, born
            connection.close()


def database(url):
    return lambda: psycopg.connect(os.environ[url], connect_timeout=5, prepare_threshold=None, autocommit=True)


def cache():
    kind = redis.RedisCluster if CLUSTER else redis.Redis
    return kind(host=os.environ['REDIS_HOST'], port=int(os.environ['REDIS_PORT']), password=os.environ['REDIS_PASSWORD'],
                socket_timeout=AOF_TIMEOUT_MILLISECONDS / 1000 + 2, socket_connect_timeout=2)


recycle = int(os.environ.get('DATABASE_POOL_RECYCLE', '120'))
writes = Pool(database('DATABASE_URL'), recycle)
reads = Pool(database('DATABASE_READ_URL'), recycle)
keys = Pool(cache, 60)


def see(user):
    now = time.monotonic()
    if now - last_seen.get(user, -SESSION_SECONDS) >= SESSION_SECONDS: sessions.inc()
    last_seen[user] = now
    active_users.set(sum(now - seen < SESSION_SECONDS for seen in last_seen.values()))


def attribute(key, value): return {'key': key, 'value': {'stringValue': str(value)}}


def trace(request, handler, response, seconds):
    _, trace_id, parent, *_ = (request.headers.get('traceparent', '') + '---').split('-')
    trace_id, span_id, end = trace_id or secrets.token_hex(16), secrets.token_hex(8), time.time_ns()
    span = {'traceId': trace_id, 'spanId': span_id, 'parentSpanId': parent, 'name': f'{request.method} {handler}', 'kind': 2,
            'startTimeUnixNano': str(end - int(seconds * 1e9)), 'endTimeUnixNano': str(end),
            'attributes': [attribute('http.request.method', request.method), attribute('http.route', handler),
                           attribute('http.response.status_code', response.status_code)],
            'status': {'code': 2 if response.status_code >= 500 else 0}}
    named = [attribute('service.name', os.environ['OTEL_SERVICE_NAME'])]
    named += [attribute(*pair.split('=')) for pair in os.environ['OTEL_RESOURCE_ATTRIBUTES'].split(',')]
    body = {'resourceSpans': [{'resource': {'attributes': named}, 'scopeSpans': [{'spans': [span]}]}]}
    threading.Thread(target=send, args=(json.dumps(body).encode(),), daemon=True).start()
    print(json.dumps({'message': span['name'], 'level': 'info', 'trace_id': trace_id, 'span_id': span_id}), flush=True)


def send(body):
    try:
        urllib.request.urlopen(urllib.request.Request(f'{TRACES}/v1/traces', body, {'Content-Type': 'application/json'}), timeout=5)
    except OSError as error:
        print(json.dumps({'message': f'no span was sent: {error}', 'level': 'warning'}), file=sys.stderr, flush=True)


@app.middleware('http')
async def count(request, call_next):
    if request.url.path.startswith('/api/') and '/health' not in request.url.path:
        see(request.headers.get('x-user', 'suite'))
    started = time.monotonic()
    with in_progress.track_inprogress():
        response = await call_next(request)
    handler = getattr(request.scope.get('route'), 'path', 'none')
    if TRACES and handler.startswith('/api/'): trace(request, handler, response, time.monotonic() - started)
    requests.labels(request.method, handler, response.status_code).inc()
    duration.labels(request.method, handler).observe(time.monotonic() - started)
    return response


def attempt(response, what):
    try:
        return what()
    except Exception as error:
        response.status_code = 503
        return {'error': f'{type(error).__name__}: {error}'}


@app.post('/api/rows/{id}')
def row(id: str, response: Response):
    def write():
        with writes.lend() as connection:
            connection.execute('INSERT INTO suite_rows (id) VALUES (%s) ON CONFLICT DO NOTHING', (id,))
        conversions.labels('row').inc()
        return {'committed': True}
    answer = attempt(response, write)
    transactions.labels('row', 'failure' if 'error' in answer else 'success').inc()
    return answer


@app.get('/api/rows')
def rows(response: Response):
    def read():
        with reads.lend() as connection:
            count, replica = connection.execute('SELECT count(*), pg_is_in_recovery() FROM suite_rows').fetchone()
        return {'rows': count, 'replica': replica}
    return attempt(response, read)


@app.post('/api/keys/{id}')
def key(id: str, response: Response):
    def write():
        name = f'suite:{id}'
        with keys.lend() as client:
            server = client.get_redis_connection(client.get_node_from_key(name)) if CLUSTER else client
            # A pipeline has one connection for all its commands, and follows no redirection.
            pipeline = server.pipeline(transaction=False)
            pipeline.set(name, id)
            pipeline.execute_command('WAITAOF', 1, 1 if CLUSTER else 0, AOF_TIMEOUT_MILLISECONDS)
            written, (here, replicas) = pipeline.execute()
        acknowledged = bool(written) and here >= 1 and replicas >= (1 if CLUSTER else 0)
        if not acknowledged: response.status_code = 503
        return {'acknowledged': acknowledged, 'here': here, 'replicas': replicas}
    return attempt(response, write)


@app.get('/api/work')
@app.post('/api/work')
def work(milliseconds: int = 20):
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end: pass
    return {'milliseconds': milliseconds}


# A neighbour that is away is no reason to take an API away that says so.
@app.get('/health')
@app.get('/api/health')
def health(): return {'status': 'ok'}


@app.get('/ready')
def ready(): return {'ready': True}


@app.get('/metrics')
def metrics():
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
