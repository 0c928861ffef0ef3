#!/usr/bin/env python3
"""Measures registryd against nginx and docker-registry, which take turns, each on a core of its own,
while the client has another. Prints a row for each figure; every sample goes to OUT.

usage: bench_peers.py --registryd FILE --tls FOLDER --data FOLDER --asset-bundle FILE --out FILE
                      [--rounds N]

DATA is what bench_bundle.py wrote, with layers of 256 MiB; TLS what `cozy-airgap identity` wrote.
Figures are medians over the rounds; a ratio is the median of the ratios of each round, so that a
machine whose speed drifts does not decide.
"""

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time

SERVER_CPU, CLIENT_CPU = "0", "1"
REPOSITORY = "cozystack/bench/image-0000"
HERTZ = os.sysconf("SC_CLK_TCK")
CIPHER = "TLS_AES_128_GCM_SHA256"
NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid;
error_log {folder}/error.log crit;
events {{ worker_connections 2048; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000;
  types {{ }} default_type application/octet-stream;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl; listen 127.0.0.1:{plain_port};
    ssl_certificate {tls}/server.pem; ssl_certificate_key {tls}/server.key;
    ssl_protocols TLSv1.3; ssl_session_tickets off; ssl_session_cache off;
    root {folder}/root;
    location ~ /manifests/ {{ default_type application/vnd.oci.image.manifest.v1+json; }}
  }}
}}
"""
REGISTRY = """
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}}}
http: {{addr: "127.0.0.1:{port}", tls: {{certificate: {tls}/server.pem, key: {tls}/server.key}}}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A program on a core of its own."""

    def __init__(self, name, prefix, port, plain_port, command):
        self.name, self.prefix, self.port, self.plain_port = name, prefix, port, plain_port
        # docker-registry tells of every client that went away.
        self.process = subprocess.Popen(["taskset", "-c", SERVER_CPU, *command],
                                        stderr=subprocess.DEVNULL)
        for wanted in filter(None, (port, plain_port)):
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", wanted)) == 0:
                        break
                if self.process.poll() is not None:
                    sys.exit(f"{name}: ended before it answered")
                time.sleep(0.1)

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / HERTZ

    def url(self, path):
        return f"https://127.0.0.1:{self.port}/v2/{self.prefix}{REPOSITORY}/{path}"

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def client(*command):
    return subprocess.run(["taskset", "-c", CLIENT_CPU, *command], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def pull(server, url, size, count, ca):
    """Gigabytes per second of the server's processor."""
    before = server.cpu_s()
    urls = [word for _ in range(count) for word in ("-o", "/dev/null", url)]
    sizes = client("curl", "-sS", "--cacert", ca, "--tls13-ciphers", CIPHER, "--ciphers",
                   "ECDHE-ECDSA-AES128-GCM-SHA256", "-w", "%{http_code} %{size_download}\n", *urls)
    if sizes.split("\n")[:count] != [f"200 {size}"] * count:
        sys.exit(f"{server.name}: not every pull was whole:\n{sizes}")
    return count * size / 1e9 / (server.cpu_s() - before)


def read_anew(path):
    """What was just written lies in the page cache as it was written, in small pieces or in large
    ones, and sendfile is the faster the larger they are. Read from the disk, as after a boot, both
    servers' files lie there alike."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while file.read(1 << 20):
            pass


def storm(server, url, connections, seconds, *more):
    """Requests, requests per second, milliseconds of the server's processor for each."""
    before = server.cpu_s()
    text = client("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-H",
                  "Accept: application/vnd.oci.image.manifest.v1+json", *more, url)
    done = int(re.search(r"(\d+) requests in", text).group(1))
    if "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"{server.name}: {text}")
    rate = float(re.search(r"Requests/sec: *([\d.]+)", text).group(1))
    return done, rate, (server.cpu_s() - before) * 1000 / done


class Bench:
    def __init__(self, options):
        self.options = options
        self.samples = {}
        self.work = os.path.join(options.data, "peers")
        shutil.rmtree(self.work, ignore_errors=True)
        index = self.read_json(os.path.join(options.data, "layout", "index.json"))
        self.manifest_digest = index["manifests"][0]["digest"]
        manifest = self.read_json(self.blob_file(self.manifest_digest))
        self.layer = max(manifest["layers"], key=lambda layer: layer["size"])
        self.ca = os.path.join(options.tls, "ca.pem")

    @staticmethod
    def read_json(path):
        with open(path, encoding="utf-8") as file:
            return json.load(file)

    def blob_file(self, digest):
        return os.path.join(self.options.data, "layout", "blobs", *digest.split(":"))

    def start_registryd(self):
        port, plain_port = free_port(), free_port()
        tls = self.options.tls
        return Server("registryd", "ghcr.io/", port, plain_port, [
            self.options.registryd, "--listen", f"127.0.0.1:{port}", "--http",
            f"127.0.0.1:{plain_port}", "--tls-cert", f"{tls}/server.pem", "--tls-key",
            f"{tls}/server.key", "--bundle", f"{self.options.data}/bundle.tar", "--bundle",
            self.options.asset_bundle])

    def start_nginx(self, asset):
        folder = os.path.join(self.work, "nginx")
        root = os.path.join(folder, "root", "v2", REPOSITORY)
        os.makedirs(os.path.join(root, "manifests"))
        os.makedirs(os.path.join(root, "blobs"))
        os.makedirs(os.path.join(folder, "root", "boot"))
        shutil.copy(self.blob_file(self.manifest_digest), os.path.join(root, "manifests", "1"))
        os.symlink(self.blob_file(self.layer["digest"]),
                   os.path.join(root, "blobs", self.layer["digest"]))
        with open(os.path.join(folder, "root", "boot", "vmlinuz"), "wb") as file:
            file.write(asset)
        port, plain_port = free_port(), free_port()
        path = os.path.join(folder, "nginx.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(NGINX.format(folder=folder, port=port, plain_port=plain_port,
                                    tls=self.options.tls))
        return Server("nginx", "", port, plain_port, ["nginx", "-p", folder, "-c", path])

    def start_docker_registry(self):
        folder = os.path.join(self.work, "registry")
        os.makedirs(os.path.join(folder, "certs"))
        shutil.copy(self.ca, os.path.join(folder, "certs", "ca.crt"))
        port = free_port()
        path = os.path.join(folder, "config.yml")
        with open(path, "w", encoding="ascii") as file:
            file.write(REGISTRY.format(folder=folder, port=port, tls=self.options.tls))
        server = Server("docker-registry", "", port, None, ["docker-registry", "serve", path])
        subprocess.run(["skopeo", "copy", "--quiet", "--insecure-policy", "--preserve-digests",
                        "--dest-cert-dir", f"{folder}/certs", f"oci:{self.options.data}/layout",
                        f"docker://127.0.0.1:{port}/{REPOSITORY}:1"], check=True)
        return server

    def note(self, figure, server, value):
        self.samples.setdefault(figure, {}).setdefault(server.name, []).append(value)
        with open(self.options.out, "a", encoding="ascii") as file:
            print(figure, server.name, f"{value:.4f}", sep="\t", file=file)

    def asset(self, server):
        return subprocess.run(["curl", "-sf", f"http://127.0.0.1:{server.plain_port}/boot/vmlinuz"],
                              check=True, stdout=subprocess.PIPE).stdout

    def round(self, servers, asset_size):
        ours, nginx, registry = servers
        for server in servers:
            print(f"# {server.name}", file=sys.stderr)
            self.note("blob", server, pull(server, server.url("blobs/" + self.layer["digest"]),
                                           self.layer["size"], 4, self.ca))
            manifest = server.url("manifests/1")
            self.note("keep-alive", server, storm(server, manifest, 32, 4)[1])
            self.note("handshake", server,
                      storm(server, manifest, 8, 4, "-H", "Connection: close")[2])
        for server in (ours, nginx):
            url = f"http://127.0.0.1:{server.plain_port}/boot/vmlinuz"
            self.note("asset", server, pull(server, url, asset_size, 300, self.ca))

    def ratio(self, figure, peer):
        both = zip(self.samples[figure]["registryd"], self.samples[figure][peer])
        return statistics.median(mine / theirs for mine, theirs in both)

    def row(self, figure, text, form, goals):
        values = {name: statistics.median(of) for name, of in self.samples[figure].items()}
        print(f"{text:<58} {form.format(values['registryd']):>12}")
        for peer, goal in goals:
            measured = f"{self.ratio(figure, peer):.2f} of {peer} ({form.format(values[peer])})"
            print(f"{'':<4}{measured:<54} {'':>12}  {goal}")

    def run(self):
        ours = self.start_registryd()
        asset = self.asset(ours)
        servers = [ours, self.start_nginx(asset), self.start_docker_registry()]
        read_anew(self.options.asset_bundle)
        read_anew(os.path.join(self.work, "nginx", "root", "boot", "vmlinuz"))
        try:
            for number in range(self.options.rounds):
                print(f"# round {number + 1} of {self.options.rounds}", file=sys.stderr)
                self.round(servers, len(asset))
        finally:
            for server in servers:
                server.stop()
        self.row("blob", "256 MiB blob, TLS 1.3, pump: GB per server CPU second", "{:.2f}",
                 [("nginx", "0.95 or more"), ("docker-registry", "")])
        self.row("asset", "boot asset, plain HTTP: GB per server CPU second", "{:.2f}",
                 [("nginx", "1.0 or more")])
        self.row("handshake", "handshake and manifest, pump: server CPU ms", "{:.3f}",
                 [("nginx", ""), ("docker-registry", "0.5 or less")])
        self.row("keep-alive", "manifests a second, 32 connections, pump", "{:.0f}",
                 [("nginx", "0.4 or more"), ("docker-registry", "3 or more")])


def main():
    parser = argparse.ArgumentParser()
    for name in ("registryd", "tls", "data", "asset-bundle", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    Bench(parser.parse_args()).run()


main()
