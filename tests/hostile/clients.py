#!/usr/bin/env python3
"""Clients that mean no good, or one that means well.

usage: clients.py KIND PORT CA PATH SECONDS

Prints "ready" when its connections stand. The kinds:
  peaceful         pulls PATH again and again; prints its best rate in MB/s
  slow-handshakes  300 connections that send a handshake byte by byte
  slow-heads       300 connections that send a request's head byte by byte
  slow-readers     200 connections that ask for PATH and read 2 KiB a second
  idle             1,000 connections that only stand there
  many-ranges      asks for PATH in 2,000 ranges and leaves after the first bytes
  huge-heads       sends heads of 1 MiB
  huge-pages       asks for pages of billions
  path-tricks      asks for what leads out of the served tree, or is too long
"""

import itertools
import socket
import ssl
import sys
import time

KIND, PORT, CA, PATH, SECONDS = (sys.argv + [""] * 5)[1:6]


def connect():
    return socket.create_connection(("127.0.0.1", int(PORT)), timeout=30)


def context():
    trusting = ssl.create_default_context(cafile=CA)
    trusting.check_hostname = False
    return trusting


TLS = context()


def secure():
    return TLS.wrap_socket(connect())


def head(path, more=""):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode()


def ready():
    print("ready", flush=True)


def until_the_end():
    end = time.monotonic() + float(SECONDS)
    return iter(lambda: time.monotonic() < end, False)


def hello():
    """The first message of a handshake, as a real client sends it."""
    out = ssl.MemoryBIO()
    stalled = TLS.wrap_bio(ssl.MemoryBIO(), out)
    try:
        stalled.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def open_again(connections, number, open_one):
    """The server may send a hostile client away: it comes back."""
    try:
        connections[number].close()
        connections[number] = open_one()
    except OSError:
        pass


def drip(open_one, text, count):
    connections = [open_one() for _ in range(count)]
    sent = [0] * count
    ready()
    for _ in until_the_end():
        for number, connection in enumerate(connections):
            try:
                connection.send(text[sent[number] % len(text):][:1])
                sent[number] += 1
            except OSError:
                sent[number] = 0
                open_again(connections, number, open_one)
        time.sleep(1)


def slow_readers():
    def ask():
        connection = secure()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(head(PATH))
        return connection

    connections = [ask() for _ in range(200)]
    ready()
    for _ in until_the_end():
        for number, connection in enumerate(connections):
            try:
                if not connection.recv(2048):
                    open_again(connections, number, ask)
            except OSError:
                open_again(connections, number, ask)
        time.sleep(1)


def idle():
    connections = []
    for _ in range(1000):
        try:
            connections.append(secure())
        except OSError:
            pass
    print(f"{len(connections)} connections stand", file=sys.stderr)
    ready()
    time.sleep(float(SECONDS))


def ask_for_ever(requests, statuses):
    """Sends each of the requests again and again; every answer's status must be a wanted one."""
    ready()
    counts = {}
    for request, _ in zip(itertools.cycle(requests), until_the_end()):
        try:
            with secure() as connection:
                connection.sendall(request)
                status = connection.recv(4096).split(b" ")[1:2]
        except (ConnectionError, ssl.SSLError):
            status = [b"closed"]
        word = status[0].decode() if status else "closed"
        counts[word] = counts.get(word, 0) + 1
        if word not in statuses:
            sys.exit(f"{request[:80]}: {word}")
    print(counts, file=sys.stderr)


def peaceful():
    """The best of the pulls, in MB/s: what else runs on this machine only ever slows them."""
    best = 0
    with secure() as connection:
        for _ in until_the_end():
            connection.sendall(head(PATH))
            start = time.monotonic()
            reply = b""
            while b"\r\n\r\n" not in reply:
                reply += connection.recv(4096)
            front, body = reply.split(b"\r\n\r\n", 1)
            if b" 200 " not in front:
                sys.exit(front.decode())
            size = int(front.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            left = size - len(body)
            buffer = bytearray(1 << 16)
            while left > 0:
                got = connection.recv_into(buffer)
                if got == 0:
                    sys.exit("the server closed in the middle")
                left -= got
            best = max(best, size / 1e6 / (time.monotonic() - start))
    print(f"{best:.1f}")


TRICKS = ["/v2/%2e%2e/%2e%2e/etc/passwd", "/boot/%2e%2e/%2e%2e/etc/passwd", "/v2/x%00y/tags/list",
          "//v2//_catalog", "/boot//vmlinuz", "/v2/" + "a/" * 2000 + "tags/list",
          "/v2/x/manifests/" + "t" * 10000, "/" + "%41" * 5000, "/boot/..%2f..%2fetc/passwd"]
KINDS = {
    "peaceful": peaceful,
    "slow-handshakes": lambda: drip(connect, hello(), 300),
    "slow-heads": lambda: drip(secure, head("/v2/", "X: " + "x" * 4000 + "\r\n"), 300),
    "slow-readers": slow_readers,
    "idle": idle,
    "many-ranges": lambda: ask_for_ever(
        [head(PATH, "Range: bytes=" + ",".join(f"{n % 10}-{n % 10}" for n in range(2000)) + "\r\n")],
        ("200", "206")),
    "huge-heads": lambda: ask_for_ever(
        [head("/v2/", f"X-{'y' * 64}: {'z' * 900}\r\n" * 1100)], ("431", "closed")),
    "huge-pages": lambda: ask_for_ever(
        [head(f"/v2/_catalog?n={n}") for n in (4_000_000_000, 2**63 - 1)], ("200", "400")),
    "path-tricks": lambda: ask_for_ever([head(path) for path in TRICKS],
                                        ("400", "404", "414", "431", "closed")),
}

if KIND not in KINDS:
    sys.exit(__doc__)
KINDS[KIND]()
