"""Conecta Plus's API in the suite: it keeps rows, keys and objects, and says what was acknowledged.

  GET  /api/v1/health        200 where the database, Redis and the object store answer; what each said
  GET  /api/v1/health/live   200 while the process answers
  GET  /api/v1/docs          FastAPI's page of the API
  GET  /api/v1/whoami        which instance answered, and what it was told of the client
  POST /api/v1/auth/login    401: nobody has an account
  POST /api/v1/rows/<id>     one row through DATABASE_URL; 200 where it is committed
  GET  /api/v1/rows          how many rows the primary has, and whether a replica has answered too
  POST /api/v1/keys/<id>     one key on the master that the Sentinels name; 200 where WAIT says that a replica has it
  GET  /api/v1/keys          how many keys there are
  PUT, GET /api/v1/objects/<id>   one object in S3_BUCKET, by Signature Version 4
  GET  /api/v1/work          keeps a connection busy for ?milliseconds=
  GET  /metrics              what docs/tiers/prometheus.md says of an application; a user is who sends the header X-User
"""
import datetime, hashlib, hmac, os, socket, ssl, threading, time, urllib.error, urllib.request
from contextlib import contextmanager
import psycopg, redis
from fastapi import FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from redis.sentinel import Sentinel

app = FastAPI(title='Conecta Plus', docs_url='/api/v1/docs', openapi_url='/api/v1/openapi.json', redoc_url=None)
requests = Counter('http_requests_total', 'Requests', ['method', 'handler', 'status'])
duration = Histogram('http_request_duration_seconds', 'Time to the answer', ['method', 'handler'],
                     buckets=(.005, .01, .025, .05, .1, .25, .3, .5, 1, 2.5, 5, 10))
in_progress = Gauge('http_requests_in_progress', 'Requests being answered', multiprocess_mode='livesum')
# A product counts them in one place; of processes that each count their own, the one that has most says it best.
active_users = Gauge('business_active_users', 'Users of the last five minutes', multiprocess_mode='livemax')
transactions = Counter('business_transactions_total', 'What users came for, when it has ended', ['transaction', 'status'])
last_seen = {}
ACTIVE_SECONDS = 300
WAIT_MILLISECONDS = 3000
slots = {name: threading.BoundedSemaphore(int(os.environ.get('DATABASE_POOL_SIZE', '5'))) for name in ('DATABASE_URL', 'DATABASE_READ_URL')}


@contextmanager
def database(name='DATABASE_URL'):
    """A connection, of which this process has no more at a time than DATABASE_POOL_SIZE says."""
    with slots[name], psycopg.connect(os.environ[name], connect_timeout=5, autocommit=True) as connection:
        yield connection


def server():
    """The Redis that takes writes, and whether it is a node of Redis Cluster."""
    password = os.environ['REDIS_PASSWORD']
    given = os.environ.get('REDIS_SENTINELS')
    if given is None:
        options = {'password': password, 'socket_timeout': 5, 'socket_connect_timeout': 2}
        return redis.RedisCluster(host=os.environ['REDIS_HOST'], port=int(os.environ['REDIS_PORT']), **options)
    sentinels = [(host, int(port)) for host, port in (each.rsplit(':', 1) for each in given.split(','))]
    options = {'socket_timeout': 5, 'socket_connect_timeout': 2, 'password': password}
    found = Sentinel(sentinels, sentinel_kwargs=options)
    host, port = found.discover_master(os.environ['REDIS_SENTINEL_MASTER'])
    return redis.Redis(host=host, port=port, **options)


class Objects:
    """As much of S3 as the suite asks for."""

    def __init__(self):
        self.url, self.region, self.bucket = (os.environ[name] for name in ('S3_ENDPOINT_URL', 'S3_REGION', 'S3_BUCKET'))
        self.host = self.url.split('://', 1)[1]
        authority = os.environ.get('AWS_CA_BUNDLE')
        self.context = ssl.create_default_context(cafile=authority) if self.url.startswith('https') else None

    def ask(self, method, key, body=b''):
        path = f'/{self.bucket}/{key}'
        now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
        digest = hashlib.sha256(body).hexdigest()
        signed = {'host': self.host, 'x-amz-content-sha256': digest, 'x-amz-date': now}
        names = ';'.join(signed)
        canonical = '\n'.join([method, path, '', *(f'{name}:{value}' for name, value in signed.items()), '', names, digest])
        scope = f'{now[:8]}/{self.region}/s3/aws4_request'
        to_sign = '\n'.join(['AWS4-HMAC-SHA256', now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key_of = b'AWS4' + os.environ['AWS_SECRET_ACCESS_KEY'].encode()
        for part in scope.split('/'): key_of = hmac.new(key_of, part.encode(), 'sha256').digest()
        signature = hmac.new(key_of, to_sign.encode(), 'sha256').hexdigest()
        credential = f"Credential={os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
        signed['authorization'] = f'AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}'
        request = urllib.request.Request(self.url + path, method=method, headers=signed, data=body if method == 'PUT' else None)
        with urllib.request.urlopen(request, timeout=5, context=self.context) as answer: return answer.read()


def check(what):
    start = time.monotonic()
    try:
        return {'ok': True, 'value': what(), 'ms': round(1000 * (time.monotonic() - start), 1)}
    except Exception as error:
        return {'ok': False, 'error': f'{type(error).__name__}: {error}'}


def neighbours():
    def encrypted(name):
        with database(name) as connection:
            query = 'SELECT ssl, pg_is_in_recovery() FROM pg_stat_ssl WHERE pid = pg_backend_pid()'
            return list(connection.execute(query).fetchone())

    found = {'database': check(lambda: encrypted('DATABASE_URL'))}
    if 'DATABASE_READ_URL' in os.environ: found['replica'] = check(lambda: encrypted('DATABASE_READ_URL'))
    found['cache'] = check(lambda: server().ping())
    if 'S3_ENDPOINT_URL' in os.environ:
        found['objects'] = check(lambda: Objects().ask('PUT', 'health', b'here') or Objects().ask('GET', 'health').decode())
    return found


def see(user):
    last_seen[user] = time.monotonic()


def forget():
    while True:
        active_users.set(sum(time.monotonic() - seen < ACTIVE_SECONDS for seen in list(last_seen.values())))
        time.sleep(5)


threading.Thread(target=forget, daemon=True).start()


@app.middleware('http')
async def measure(request: Request, call_next):
    user, start = request.headers.get('x-user'), time.monotonic()
    if user is not None: see(user)
    # What a handler throws is answered with 500 further out.
    status = 500
    try:
        with in_progress.track_inprogress(): response = await call_next(request)
        status = response.status_code
        return response
    finally:
        record(request, status, time.monotonic() - start)


def record(request, status, seconds):
    route = request.scope.get('route')
    handler = route.path if route is not None else 'none'
    duration.labels(request.method, handler).observe(seconds)
    requests.labels(request.method, handler, f'{status // 100}xx').inc()
    if request.url.path.startswith('/api/v1/') and request.method in ('POST', 'PUT'):
        ended = ('success', 'rejected', 'failure')[max(0, status // 100 - 3)]
        transactions.labels(request.url.path.split('/')[3], ended).inc()


@app.get('/api/v1/health/live')
def live(): return {'status': 'alive'}


@app.get('/api/v1/health')
def health(response: Response):
    found = neighbours()
    if not all(each['ok'] for each in found.values()): response.status_code = 503
    return found


@app.get('/api/v1/whoami')
def whoami(request: Request):
    return {'instance': socket.gethostname(), 'client': request.client.host, 'scheme': request.url.scheme,
            'forwarded': request.headers.get('x-forwarded-for')}


@app.post('/api/v1/auth/login')
def login(response: Response):
    response.status_code = 401
    return {'detail': 'nobody has an account'}


@app.post('/api/v1/rows/{id}')
def row(id: int):
    with database() as connection:
        try:
            connection.execute('INSERT INTO entries (id) VALUES (%s) ON CONFLICT DO NOTHING', [id])
        except psycopg.errors.UndefinedTable:
            connection.execute('CREATE TABLE IF NOT EXISTS entries (id bigint PRIMARY KEY)')
            connection.execute('INSERT INTO entries (id) VALUES (%s) ON CONFLICT DO NOTHING', [id])
    return {'id': id}


@app.get('/api/v1/rows')
def rows():
    with database() as primary: count = primary.execute('SELECT count(*) FROM entries').fetchone()[0]
    if 'DATABASE_READ_URL' not in os.environ: return {'count': count, 'replica': False}
    with database('DATABASE_READ_URL') as read: return {'count': count, 'replica': read.execute('SELECT pg_is_in_recovery()').fetchone()[0]}


@app.post('/api/v1/keys/{id}')
def key(id: int, response: Response):
    master = server()
    if isinstance(master, redis.RedisCluster): master = master.get_redis_connection(master.get_node_from_key(f'key:{id}'))
    with master.client() as connection:
        connection.set(f'key:{id}', id)
        if connection.wait(1, WAIT_MILLISECONDS) < 1: response.status_code = 503
    return {'id': id}


@app.get('/api/v1/keys')
def keys(): return {'count': sum(1 for _ in server().scan_iter('key:*', count=1000))}


@app.put('/api/v1/objects/{id}')
async def put(id: str, request: Request, response: Response):
    body = await request.body()
    try:
        Objects().ask('PUT', f'objects/{id}', body)
    except urllib.error.HTTPError as error:
        response.status_code = 502
        return {'status': error.code}
    return {'bytes': len(body)}


@app.get('/api/v1/objects/{id}')
def get(id: str):
    try:
        return Response(Objects().ask('GET', f'objects/{id}'), media_type='application/octet-stream')
    except urllib.error.HTTPError as error:
        return Response(status_code=404 if error.code == 404 else 502)


@app.get('/api/v1/work')
def work(milliseconds: int = 10):
    time.sleep(milliseconds / 1000)
    return {'milliseconds': milliseconds}


@app.get('/metrics')
def metrics():
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
