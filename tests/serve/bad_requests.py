#!/usr/bin/env python3
"""Sends what no client of ours sends: every answer must be of the 400s, or a closed connection.

usage: bad_requests.py PORT CA
"""

import http.client
import os
import random
import socket
import ssl
import sys

RANDOM_COUNT = 150
REPOSITORY = b"/v2/docker.io/library/busybox/"
BAD_IN_REPOSITORY = [
    b"manifests/",
    b"manifests/" + b"t" * 129,
    b"manifests/-",
    b"blobs/",
    b"blobs/sha512:" + b"0" * 128,
    b"blobs/md5:00",
    b"referrers/none",
    b"tags/list?n=-1",
    b"tags/list?n=99999999999999999999",
    b"manifests/1.37.0?ns=" + b"h" * 2000,
    b"manifests/1.37.0?ns=../..",
    b"manifests/1.37.0?ns=%00",
]
BAD_TARGETS = [
    b"/v2/../../etc/passwd",
    b"/v2/%2e%2e/%2e%2e/etc/passwd",
    b"//boot//vmlinuz",
    b"/boot/../boot/vmlinuz",
    b"/boot/vmlinuz%00",
    b"/%ff%fe",
    b"/%",
    b"/%zz",
    b"*",
    b"",
    b"http://x/v2/",
    b"/v2/" + b"a" * 300 + b"/manifests/1",
    b"/v2//manifests/1",
    b"/v2/_catalog?n=x",
    b"/v2/x/y",
    b"/v1/",
    b"/" + b"x" * 20000,
    b"/api/v1/nothing",
    b"/image/x",
] + [REPOSITORY + end for end in BAD_IN_REPOSITORY]


def request(target, method=b"GET", headers=b""):
    head = method + b" " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    return head + headers + b"\r\n"


BAD_BYTES = [
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"\x00" * 100,
    request(b"/v2/", b"BREW"),
    request(b"/v2/", b"GET", b"X: " + b"y" * 40000 + b"\r\n"),
    request(b"/boot/vmlinuz", b"GET", b"Range: bytes=-0\r\n"),
    request(b"/boot/vmlinuz", b"GET", b"Range: bytes=5-1\r\n"),
    request(b"/v2/", b"POST", b"Content-Length: -5\r\n"),
    request(b"/v2/", b"GET", b"Content-Length: 99999999999\r\n"),
    request(b"/v2/", b"POST", b"Transfer-Encoding: chunked\r\n") + b"zz\r\n",
]


class Server:
    def __init__(self, port, ca):
        self.port = port
        self.context = ssl.create_default_context(cafile=ca)

    def ask(self, raw):
        """Returns the status, or 0 when the connection was closed without one."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as plain:
            with self.context.wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                try:
                    tls.sendall(raw)
                    answer = tls.recv(200)
                except (ConnectionError, ssl.SSLError):
                    return 0
        return int(answer.split()[1]) if answer.startswith(b"HTTP/1") else 0

    def is_healthy(self):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context)
        connection.request("GET", "/v2/")
        return connection.getresponse().status == 200


def mutated(generator):
    target = bytearray(generator.choice(BAD_TARGETS) or b"/")
    for _ in range(generator.randrange(1, 6)):
        # No line ends: the server would rightly wait for the rest of an unfinished request.
        target[generator.randrange(len(target))] = generator.randrange(14, 256)
    return bytes(target)


def main():
    server = Server(int(sys.argv[1]), sys.argv[2])
    seed = int(os.environ.get("AIRGAP_SEED", random.randrange(1 << 32)))
    print("seed", seed)
    generator = random.Random(seed)
    tries = BAD_BYTES + [request(target) for target in BAD_TARGETS]
    tries += [request(mutated(generator)) for _ in range(RANDOM_COUNT)]
    failures = []
    for raw in tries:
        status = server.ask(raw)
        # 501 and 505 are the right words for an unknown method or version of HTTP.
        if status >= 500 and status not in (501, 505):
            failures.append(f"FAILED: {raw[:80]!r} is answered with {status}")
    if not server.is_healthy():
        failures.append("FAILED: /v2/ does not answer afterwards")
    print(f"{len(tries)} requests, {len(failures)} with a wrong answer")
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
