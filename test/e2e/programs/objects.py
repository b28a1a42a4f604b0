"""Puts objects into S3_BUCKET and gets them again, TRIES times if need be, until it is told to stop or the file /tmp/end is there.

  objects.py                prints one line of JSON: how many were put and got, and whatever went wrong; with /tmp/end
                            also which of them are not there at the end
  objects.py ask METHOD PATH [BODY]   prints the status of one request with the keys of the environment, and what is wrong
"""
import datetime, hashlib, hmac, http.client, json, os, pathlib, secrets, signal, ssl, sys, threading, time
from urllib.parse import urlsplit

url, region, bucket = urlsplit(os.environ['S3_ENDPOINT_URL']), os.environ['S3_REGION'], os.environ['S3_BUCKET']
identity, secret = os.environ['AWS_ACCESS_KEY_ID'], os.environ['AWS_SECRET_ACCESS_KEY']
authority = ssl.create_default_context(cafile=os.environ.get('AWS_CA_BUNDLE')) if url.scheme == 'https' else None
CLIENTS, TRIES = 4, int(os.environ.get('TRIES', '1'))
ended = threading.Event()
lock = threading.Lock()
tally = {'put': 0, 'got': 0, 'again': 0, 'errors': [], 'keys': []}


def connect():
    if authority: return http.client.HTTPSConnection(url.hostname, url.port, timeout=10, context=authority)
    return http.client.HTTPConnection(url.hostname, url.port, timeout=10)


def signed(method, path, query, body):
    """By Signature Version 4."""
    now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y%m%dT%H%M%SZ')
    headers = {'host': url.netloc, 'x-amz-content-sha256': hashlib.sha256(body).hexdigest(), 'x-amz-date': now}
    names = ';'.join(headers)
    lines = [method, path, query, *(f'{name}:{value}' for name, value in headers.items()), '', names, headers['x-amz-content-sha256']]
    scope = f'{now[:8]}/{region}/s3/aws4_request'
    key = ('AWS4' + secret).encode()
    for part in scope.split('/'): key = hmac.new(key, part.encode(), 'sha256').digest()
    to_sign = '\n'.join(['AWS4-HMAC-SHA256', now, scope, hashlib.sha256('\n'.join(lines).encode()).hexdigest()])
    signature = hmac.new(key, to_sign.encode(), 'sha256').hexdigest()
    headers['authorization'] = f'AWS4-HMAC-SHA256 Credential={identity}/{scope}, SignedHeaders={names}, Signature={signature}'
    return headers


def ask(connection, method, path, body=b''):
    path, _, query = path.partition('?')
    connection.request(method, path + ('?' + query if query else ''), body=body, headers=signed(method, path, query, body))
    answer = connection.getresponse()
    content = answer.read()
    if answer.status >= 300: raise RuntimeError(f'{answer.status} {content[:300].decode(errors="replace")}')
    return answer.status, content


def tried(method, path, body=b''):
    """Each by a connection of its own, as a server that is gone breaks those that were kept."""
    for left in reversed(range(TRIES)):
        connection = connect()
        try:
            return ask(connection, method, path, body)[1]
        except (OSError, http.client.HTTPException, RuntimeError):
            if left == 0: raise
            with lock: tally['again'] += 1
            time.sleep(0.5)
        finally:
            connection.close()


def use(client):
    count = 0
    while not ended.is_set():
        path, body = f'/{bucket}/{os.uname().nodename}/{client}/{count}', secrets.token_bytes(10_000)
        try:
            tried('PUT', path, body)
            with lock: tally['put'] += 1
            if tried('GET', path) != body: raise RuntimeError(f'{path} is another')
            with lock:
                tally['got'] += 1
                tally['keys'].append([path, hashlib.sha256(body).hexdigest()])
        except Exception as error:
            with lock: tally['errors'].append(f'{datetime.datetime.now():%T} {type(error).__name__}: {error}')
            time.sleep(0.2)
        count += 1
        time.sleep(0.1)


def hammer():
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    threads = [threading.Thread(target=use, args=[client]) for client in range(CLIENTS)]
    for thread in threads: thread.start()
    pathlib.Path('/tmp/started').touch()
    while not ended.wait(0.5) and not os.path.exists('/tmp/end'): pass
    ended.set()
    for thread in threads: thread.join()
    lost, put = [], tally.pop('keys')
    # Who is told to stop has no time to look at all of them again.
    for path, digest in put if os.path.exists('/tmp/end') else []:
        try:
            if hashlib.sha256(tried('GET', path)).hexdigest() != digest: lost.append(path)
        except Exception as error: lost.append(f'{path}: {error}')
    print(json.dumps({**tally, 'lost': lost}), flush=True)


def one(method, path, body=''):
    try: print(ask(connect(), method, path, body.encode())[0])
    except RuntimeError as error: print(error)


one(*sys.argv[2:]) if sys.argv[1:2] == ['ask'] else hammer()
