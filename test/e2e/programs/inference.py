"""Asks INFERENCE_URL for inference by many clients, over connections that are kept, until a file is there. The arguments
are the file, the model, and the body of the requests.

Prints one line of JSON: how many requests were answered, by which variants, and all failures.
"""
import collections, http.client, json, os, sys, threading, time
from urllib.parse import urlsplit

USERS = 8
end, model, body = sys.argv[1:]
host = urlsplit(os.environ['INFERENCE_URL']).netloc
answers, failures, lock = collections.Counter(), [], threading.Lock()


def use(user):
    connection, number = None, 0
    while not os.path.exists(end):
        number += 1
        try:
            connection = connection or http.client.HTTPConnection(host, timeout=15)
            headers = {'content-type': 'application/json', 'x-client-id': f'{user}-{number % 50}'}
            connection.request('POST', f'/v1/models/{model}:predict', body, headers)
            answer = connection.getresponse()
            said = answer.read().decode()
            with lock:
                if answer.status == 200: answers[answer.getheader('x-variant')] += 1
                else: failures.append(f'{answer.status} {said}')
            if answer.getheader('connection') == 'close': connection = None
        except (OSError, http.client.HTTPException) as error:
            with lock: failures.append(f'{type(error).__name__} {error}')
            connection = None
        time.sleep(0.02)


threads = [threading.Thread(target=use, args=(user,)) for user in range(USERS)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps({'answers': answers, 'failures': failures}))
