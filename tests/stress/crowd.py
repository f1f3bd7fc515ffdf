# SPDX-License-Identifier: Apache-2.0
"""A crowd of clients that behave badly, as a process of its own, so that it can be killed.

    python3 -B -m tests.stress.crowd KIND PORT COUNT

Says `ready` once every client is where it should be, goes on until its standard input ends (or it
is killed), and then says as JSON what it saw.
"""

import json
import random
import selectors
import socket
import sys
import time

GREET = "/mailroom.greet.v1.GreetService/Greet"
ECHO = "/mailroom.echo.v1.EchoService/Echo"
CONNECT_SECONDS = 300
TICK_SECONDS = 0.02
TICKS_PER_BYTE = 25  # every client sends, or takes, a byte twice a second
LARGE = 64 * 1024
PIPELINED = 32


def call(path, body, extra=""):
    return (f"POST {path} HTTP/1.1\r\nHost: crowd\r\nContent-Type: application/json\r\n{extra}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def echo(message, delay_ms=0):
    return call(ECHO, json.dumps({"message": message, "delayMs": delay_ms}))


def large_echo(size=LARGE):
    """In protobuf, which costs neither side much: field 1, its length as a varint, its bytes."""
    length = bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14])
    body = b"\x0a" + length + b"z" * size
    return (f"POST {ECHO} HTTP/1.1\r\nHost: crowd\r\nContent-Type: application/proto\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def connect(port, receive_buffer=None):
    client = socket.socket()
    client.settimeout(CONNECT_SECONDS)
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.connect(("127.0.0.1", port))
    return client


class Senders:
    """Each sends one request, a byte now and then: a third of them heads, a third sized bodies,
    a third chunked ones."""

    CHUNK = b"1\r\nx\r\n"

    def __init__(self, port, count):
        sized = call(GREET, " " * 60000).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        chunked = sized.replace(b"Content-Length: 60000", b"Transfer-Encoding: chunked")
        self.rest = []
        self.clients = []
        for number in range(count):
            client = connect(port)
            start, rest = ((b"POST ", GREET.encode() + b" HTTP/1.1\r\nX-Slow: " + b"y" * 4000),
                           (sized, b" " * 60000), (chunked, self.CHUNK * 10000))[number % 3]
            client.sendall(start)
            client.setblocking(False)
            self.clients.append(client)
            self.rest.append(memoryview(rest))
        self.ended = 0

    def tick(self, number):
        """One byte of every so-and-so-manieth client."""
        for index in range(number % TICKS_PER_BYTE, len(self.clients), TICKS_PER_BYTE):
            client = self.clients[index]
            if client is None:
                continue
            try:
                client.send(self.rest[index][:1])
                self.rest[index] = self.rest[index][1:]
            except BlockingIOError:
                pass
            except OSError:  # the server has had enough
                client.close()
                self.clients[index] = None
                self.ended += 1

    def report(self):
        return {"ended": self.ended}


class Readers:
    """Each asks for a large answer and takes a byte of it now and then."""

    AT_ONCE = 40
    SIZE = LARGE

    def __init__(self, port, count):
        request = large_echo(self.SIZE)
        self.ended = 0
        self.clients = []
        while len(self.clients) + self.ended < count:
            # A few at a time: it is the answers that are to pile up, not the requests.
            some = [connect(port, receive_buffer=4096)
                    for _ in range(min(self.AT_ONCE, count - len(self.clients) - self.ended))]
            for client in some:
                client.sendall(request)
            self.clients += [client for client in some if self.begins(client)]

    def begins(self, client):
        """The answer has begun: the server has done its part."""
        try:
            client.recv(1)
        except OSError:  # it does not wait for those who dawdle
            client.close()
            self.ended += 1
            return False
        client.setblocking(False)
        return True

    def tick(self, number):
        for index in range(number % TICKS_PER_BYTE, len(self.clients), TICKS_PER_BYTE):
            client = self.clients[index]
            if client is None:
                continue
            try:
                if client.recv(1):
                    continue
            except BlockingIOError:
                continue
            except OSError:
                pass
            client.close()
            self.clients[index] = None
            self.ended += 1

    def report(self):
        return {"ended": self.ended}


class Hoarders(Readers):
    """Readers of answers that the server keeps, where the kernel takes a few KiB of each."""

    SIZE = 20 * 1024


class Callers:
    """Each sends whatever comes to its mind, takes what comes, and sends again."""

    def __init__(self, port, count):
        self.random = random.Random(count)
        self.selector = selectors.DefaultSelector()
        for _ in range(count):
            client = connect(port)
            client.setblocking(False)
            self.selector.register(client, selectors.EVENT_READ)
            self.send(client)

    def thought(self):
        dice = self.random.randrange(6)
        if dice == 0:
            return call(GREET, '{"name":"half a call"}')[:-self.random.randrange(1, 100)]
        if dice == 1:
            return call(GREET, "{}") * self.random.randrange(1, PIPELINED)
        if dice == 2:
            return large_echo() * 3
        if dice == 3:
            return call(ECHO, '{"delayMs":5000}', "Connect-Timeout-Ms: 200\r\n")
        return echo("late", self.random.randrange(600)) * self.random.randrange(1, PIPELINED)

    def send(self, client):
        try:
            client.send(self.thought())  # what does not fit is half a call, too
        except OSError:
            pass

    def tick(self, _):
        for key, _ in self.selector.select(0):
            try:
                taken = key.fileobj.recv(self.random.randrange(1, 65536))
            except OSError:
                taken = b""
            if not taken:
                self.selector.unregister(key.fileobj)
                key.fileobj.close()
            elif self.random.randrange(2):
                self.send(key.fileobj)

    def report(self):
        return {}


class Flood:
    """Pipelines more calls than one actor takes, each of which waits."""

    DELAY_MS = 1500

    def __init__(self, port, count):
        self.answers = {}
        self.asked = count * PIPELINED
        self.clients = [connect(port) for _ in range(count)]
        for client in self.clients:
            client.sendall(echo("", self.DELAY_MS) * PIPELINED)

    def tick(self, _):
        pass

    def report(self):
        """Reads every answer to its end."""
        for client in self.clients:
            stream = client.makefile("rb")
            for _ in range(PIPELINED):
                status = stream.readline().split(b" ")[1].decode()
                self.answers[status] = self.answers.get(status, 0) + 1
                length = 0
                while (line := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                stream.read(length)
        return {"asked": self.asked, "answers": self.answers}


KINDS = {kind.__name__.lower(): kind for kind in (Senders, Readers, Hoarders, Callers, Flood)}


def main():
    kind, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    crowd = KINDS[kind](port, count)
    print("ready", flush=True)
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        number = 0
        due = time.monotonic()
        while not selector.select(max(0, due - time.monotonic())):
            crowd.tick(number)
            number += 1
            due += TICK_SECONDS
    print(json.dumps(crowd.report()), flush=True)


if __name__ == "__main__":
    main()
