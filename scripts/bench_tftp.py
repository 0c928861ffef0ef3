#!/usr/bin/env python3
"""Measures tftpd against atftpd and dnsmasq, which take turns, each on a core of its own, while the
clients (atftp) have another. Prints a row for each figure; every sample goes to OUT.

usage: bench_tftp.py --tftpd FILE --airgap FILE --work FOLDER --out FILE [--rounds N]

Rates are of 1468-byte blocks over loopback. Between a client and a slow line stands a proxy that
holds each packet for 1 ms and loses 0.1 % of them, the same ones in every run. A ratio is the median
of the ratios of each round.
"""

import argparse
import heapq
import os
import random
import select
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

SERVER_CPU, CLIENT_CPU = "0", "1"
BLOCK_BYTES = 1468
FILE_MIB, FAR_FILE_MIB = 64, 4
DELAY_S, LOSS, SEED = 0.001, 0.001, 7
WINDOW = 16
# Each of so many clients fetches a file of its own size.
CLIENTS, CLIENT_FILE_MIB = 16, 8


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A program on a core of its own, with the same files under the same names."""

    def __init__(self, name, port, command):
        self.name, self.port = name, port
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CPU, *command],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        if self.process.poll() is not None:
            sys.exit(f"{name}: ended before it answered")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class FarAway(threading.Thread):
    """Passes packets between one client and a server, late, and loses some. The server answers a
    transfer from a port of its own, so the client is given a port of ours for it."""

    def __init__(self, server_port):
        super().__init__(daemon=True)
        self.server = ("127.0.0.1", server_port)
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.port = self.front.getsockname()[1]
        self.side = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # towards the client
        self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # towards the server
        for one in (self.front, self.side, self.back):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.is_over = False

    def run(self):
        lost = random.Random(SEED)
        waiting, number, client, peer = [], 0, None, None
        while not self.is_over:
            timeout = max(0, waiting[0][0] - time.monotonic()) if waiting else 0.05
            ready, _, _ = select.select([self.front, self.side, self.back], [], [], timeout)
            for one in ready:
                data, address = one.recvfrom(65536)
                if one is self.front:
                    client, sender, target = address, self.back, self.server
                elif one is self.side:
                    sender, target = self.back, peer
                else:
                    peer, sender, target = address, self.side, client
                if lost.random() >= LOSS:
                    number += 1
                    heapq.heappush(waiting, (time.monotonic() + DELAY_S, number, sender, target, data))
            while waiting and waiting[0][0] <= time.monotonic():
                _, _, sender, target, data = heapq.heappop(waiting)
                sender.sendto(data, target)

    def stop(self):
        self.is_over = True
        self.join()


class Bench:
    def __init__(self, options):
        self.options = options
        self.samples = {}
        self.folder = os.path.join(options.work, "files")
        os.makedirs(os.path.join(self.folder, "boot"))
        assets = []
        for name, mib in (("one", FILE_MIB), ("far", FAR_FILE_MIB), ("many", CLIENT_FILE_MIB)):
            path = os.path.join(self.folder, "boot", name)
            with open(path, "wb") as file:
                file.write(random.Random(name).randbytes(mib << 20))
            assets += ["--asset", f"boot/{name}={path}"]
        os.chmod(options.work, 0o755)
        self.bundle = os.path.join(options.work, "bundle.tar")
        subprocess.run([options.airgap, "bundle", "create", "--quiet", "--name", "tftp", "--version",
                        "1", *assets, "--file", self.bundle], check=True)

    def servers(self):
        port = free_port()
        yield Server("tftpd", port, [self.options.tftpd, "--listen", f"127.0.0.1:{port}", "--bundle",
                                     self.bundle])
        port = free_port()
        yield Server("atftpd", port, ["atftpd", "--daemon", "--no-fork", "--port", str(port),
                                      "--bind-address", "127.0.0.1", "--user", "root.root",
                                      self.folder])
        port = free_port()
        # Its port cannot be chosen: for the others this is one address, for it another.
        yield Server("dnsmasq", 69, ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                                     "--port=0", "--user=root", "--listen-address=127.0.0.2",
                                     "--bind-interfaces", "--enable-tftp",
                                     f"--tftp-root={self.folder}",
                                     f"--pid-file={self.options.work}/dnsmasq.pid"])

    def client(self, server, port, name, window):
        host = "127.0.0.2" if server.name == "dnsmasq" else "127.0.0.1"
        command = ["taskset", "-c", CLIENT_CPU, "atftp", "--option", f"blksize {BLOCK_BYTES}"]
        if window > 1:
            command += ["--option", f"windowsize {window}"]
        target = os.path.join(self.options.work, f"got-{server.name}-{time.monotonic_ns()}")
        command += ["--get", "--remote-file", f"boot/{name}", "--local-file", target, host, str(port)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL), target

    def fetch(self, server, name, window, count=1, port=None):
        """MB/s of all of them together."""
        begin = time.monotonic()
        clients = [self.client(server, port or server.port, name, window) for _ in range(count)]
        for process, _ in clients:
            if process.wait() != 0:
                sys.exit(f"{server.name}: a client of {name} failed")
        seconds = time.monotonic() - begin
        size = os.path.getsize(os.path.join(self.folder, "boot", name))
        for _, target in clients:
            if os.path.getsize(target) != size:
                sys.exit(f"{server.name}: {name} did not come whole")
            os.remove(target)
        return count * size / 1e6 / seconds

    def far(self, server, window):
        line = FarAway(server.port)
        line.start()
        rate = self.fetch(server, "far", window, port=line.port)
        line.stop()
        return rate

    def note(self, figure, name, value):
        self.samples.setdefault(figure, {}).setdefault(name, []).append(value)
        with open(self.options.out, "a", encoding="ascii") as file:
            print(figure, name, f"{value:.3f}", sep="\t", file=file)

    def round(self, servers):
        for server in servers:
            print(f"# {server.name}", file=sys.stderr)
            self.note("window 1", server.name, self.fetch(server, "one", 1))
            # dnsmasq has no windows.
            if server.name != "dnsmasq":
                self.note("window 16", server.name, self.fetch(server, "one", WINDOW))
                self.note("clients", server.name, self.fetch(server, "many", WINDOW, CLIENTS))
        self.note("far", "tftpd", self.far(servers[0], WINDOW))
        self.note("far", "window 1", self.far(servers[0], 1))

    def row(self, figure, text, goals):
        values = {name: statistics.median(of) for name, of in self.samples[figure].items()}
        print(f"{text:<58} {values['tftpd']:>12.1f}")
        for peer, goal in goals:
            both = zip(self.samples[figure]["tftpd"], self.samples[figure][peer])
            ratio = statistics.median(mine / theirs for mine, theirs in both)
            print(f"{'':<4}{f'{ratio:.2f} of {peer} ({values[peer]:.1f})':<54} {'':>12}  {goal}")

    def run(self):
        servers = list(self.servers())
        try:
            for number in range(self.options.rounds):
                print(f"# round {number + 1} of {self.options.rounds}", file=sys.stderr)
                self.round(servers)
        finally:
            for server in servers:
                server.stop()
        self.row("window 1", "TFTP, window 1: MB/s", [("atftpd", "1.0 or more"),
                                                      ("dnsmasq", "1.0 or more")])
        self.row("window 16", "TFTP, window 16: MB/s", [("atftpd", "1.2 or more")])
        self.row("clients", f"TFTP, {CLIENTS} clients, window 16: MB/s together",
                 [("atftpd", "1.0 or more")])
        self.row("far", "TFTP, 1 ms each way, 0.1 % lost, window 16: MB/s",
                 [("window 1", "8 or more")])


def main():
    parser = argparse.ArgumentParser()
    for name in ("tftpd", "airgap", "work", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    Bench(parser.parse_args()).run()


main()
