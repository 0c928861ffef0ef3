#!/usr/bin/env python3
"""Measures push and preflight against skopeo, curl and openssl, in turn, each into an empty
docker-registry. Prints a row for each figure; every sample goes to OUT.

usage: bench_push.py AIRGAP OCI-TOOL-JOBS FOLDER OUT ROUNDS

FOLDER is what bench_bundle.py wrote. Medians over the rounds; a ratio is the median of each round's.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

AIRGAP, JOBS, FOLDER, OUT, ROUNDS = sys.argv[1], sys.argv[2], *sys.argv[3:5], int(sys.argv[5])
BUNDLE, LAYOUT = f"{FOLDER}/bundle.tar", f"{FOLDER}/layout"
CONFIG = """version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


class Registry:
    """A fresh one."""

    def __init__(self, port):
        self.folder = f"{FOLDER}/target"
        self.host = f"127.0.0.1:{port}"
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        with open(f"{self.folder}/config.yml", "w") as file:
            file.write(CONFIG.format(folder=self.folder, port=port))
        self.process = subprocess.Popen(
            ["docker-registry", "serve", f"{self.folder}/config.yml"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://{self.host}/v2/").close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("docker-registry does not answer")

    def end(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder)


def timed(*command, **more):
    """Seconds, processor seconds and KiB of the command and its children."""
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **more)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{command[0]} ended with {status}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def references():
    with open(f"{LAYOUT}/index.json") as file:
        return [m["annotations"]["org.opencontainers.image.ref.name"]
                for m in json.load(file)["manifests"]]


def skopeo(host):
    script = (f'skopeo copy --quiet --insecure-policy --preserve-digests --dest-tls-verify=false'
              f' "oci:{LAYOUT}:$1" "docker://{host}/$1"')
    lines = "\n".join(references()).encode()
    begin = time.monotonic()
    subprocess.run(["xargs", "-P", JOBS, "-I{}", "sh", "-c", script, "sh", "{}"], input=lines,
                   check=True)
    return time.monotonic() - begin


def blob_urls(host):
    """Each blob once, as preflight reads it."""
    seen = {}
    for reference in references():
        name, tag = reference.rsplit(":", 1)
        request = urllib.request.Request(
            f"http://{host}/v2/{name}/manifests/{tag}",
            headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
        with urllib.request.urlopen(request) as answer:
            manifest = json.load(answer)
        for blob in [manifest["config"], *manifest["layers"]]:
            seen[blob["digest"]] = f"http://{host}/v2/{name}/blobs/{blob['digest']}"
    return list(seen.values())


def main():
    rows = []
    with open(OUT, "w") as out:
        for number in range(ROUNDS):
            port = 20000 + (os.getpid() + number) % 20000
            registry = Registry(port)
            peer = skopeo(registry.host)
            registry.end()
            registry = Registry(port)
            push = (AIRGAP, "push", "--quiet", "--bundle", BUNDLE, "--to", f"http://{registry.host}",
                    "--jobs", JOBS)
            ours, _, rss = timed(*push)
            again, _, _ = timed(*push)
            _, cpu, _ = timed(AIRGAP, "preflight", "--quiet", "--deep", "--bundle", BUNDLE,
                              "--registry", f"http://{registry.host}")
            urls = "\n".join(blob_urls(registry.host))
            with open(f"{FOLDER}/urls", "w") as file:
                file.write(urls)
            # One curl for all, as it would be written: a connection that stays.
            _, peer_cpu, _ = timed("sh", "-c",
                                   f"xargs curl -s <'{FOLDER}/urls' | openssl dgst -sha256")
            registry.end()
            rows.append((peer / ours, ours, peer, rss / 1024, again, cpu / peer_cpu))
            print(*rows[-1], file=out, flush=True)

    def middle(column):
        return statistics.median(row[column] for row in rows)

    for figure, value, limit in (
            ("push into docker-registry: of skopeo copy, as many at a time",
             f"{middle(0):.2f}", f"1.3 or more ({middle(1):.1f} s, {middle(2):.1f} s)"),
            ("push: peak RSS", f"{middle(3):.1f} MiB", "limit 64 MiB"),
            ("push again, with nothing to do", f"{middle(4):.1f} s", "limit 5 s"),
            ("preflight --deep: processor time, of curl and openssl", f"{middle(5):.2f}",
             "1.1 or less")):
        print(f"{figure:<58} {value:>12}  {limit}")


main()
