"""Clients of a load balancer, which they know by the name in its certificate. The arguments are that name, the
certificate, and what they do:

  until FILE METHOD…            users ask by these methods in turn, over connections that are kept and over new ones,
                                until the file is there
  count N PAUSE PATH ADDRESS…   one client asks so many times, one pod after the other, with so many seconds between

Prints one line of JSON: how many requests were answered and all failures, or when each was sent and answered, by which
status, with which Retry-After.
"""
import http.client, json, os, socket, ssl, sys, threading, time

USERS = 6
name, certificate, what, *arguments = sys.argv[1:]
context = ssl.create_default_context(cadata=certificate)


class Connection(http.client.HTTPConnection):
    def __init__(self, address, port):
        super().__init__(name, timeout=20)
        self.address = (address, port)

    def connect(self):
        plain = socket.create_connection(self.address, self.timeout)
        self.sock = context.wrap_socket(plain, server_hostname=name)


def until(end, *methods):
    answered, failures, lock = [0], [], threading.Lock()

    def use(user):
        connection, number = None, user
        while not os.path.exists(end):
            number += 1
            method = methods[number % len(methods)]
            try:
                connection = connection or Connection(name, 443)
                connection.request(method, '/', b'{}' if method == 'POST' else None)
                answer = connection.getresponse()
                said = answer.read().decode()
                with lock:
                    if answer.status == 200: answered[0] += 1
                    else: failures.append(f'{method} {answer.status} {said[:100]}')
                if answer.getheader('connection') == 'close' or number % 7 == 0:
                    connection.close()
                    connection = None
            except (OSError, http.client.HTTPException) as error:
                with lock: failures.append(f'{method} {type(error).__name__} {error}')
                connection = None
            time.sleep(0.05)

    threads = [threading.Thread(target=use, args=(user,)) for user in range(USERS)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return {'answered': answered[0], 'failures': failures}


def count(number, pause, path, *addresses):
    asked = []
    for index in range(int(number)):
        connection = Connection(addresses[index % len(addresses)], 8443)
        sent = time.time()
        try:
            connection.request('GET', path)
            answer = connection.getresponse()
            answer.read()
            asked.append([sent, time.time(), answer.status, answer.getheader('retry-after')])
        except OSError:
            asked.append([sent, time.time(), 0, None])
        connection.close()
        time.sleep(float(pause))
    return asked


print(json.dumps({'until': until, 'count': count}[what](*arguments)))
