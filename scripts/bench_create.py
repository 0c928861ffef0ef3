#!/usr/bin/env python3
"""Fetches the same images by `bundle create` and by `skopeo copy`, image by image, into an OCI
layout, in turn; prints table rows.

usage: bench_create.py AIRGAP REGISTRY LAYOUT FOLDER OUT ROUNDS

REGISTRY is host:port and holds the images of LAYOUT. OUT gets every sample.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time

AIRGAP, REGISTRY, LAYOUT, FOLDER, OUT, ROUNDS = sys.argv[1:]
REF_NAME = "org.opencontainers.image.ref.name"


def references():
    with open(os.path.join(LAYOUT, "index.json"), "rb") as file:
        return [m["annotations"][REF_NAME] for m in json.load(file)["manifests"]]


def layout_bytes():
    blobs = os.path.join(LAYOUT, "blobs", "sha256")
    return sum(os.path.getsize(os.path.join(blobs, name)) for name in os.listdir(blobs))


def timed(commands):
    """Wall-clock seconds, and the peak RSS in KiB of the largest process."""
    os.sync()
    peak, begin = 0, time.monotonic()
    for command in commands:
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"bench_create.py: {command[:3]} ends with {process.returncode}")
        peak = max(peak, usage.ru_maxrss)
    return time.monotonic() - begin, peak


def ours(names):
    bundle = os.path.join(FOLDER, "b.tar")
    images = [part for name in names for part in ("--image", name)]
    command = [AIRGAP, "bundle", "create", "--quiet", "--name", "b", "--version", "1"]
    command += ["--mirror", f"ghcr.io=http://{REGISTRY}", "--file", bundle, *images]
    taken = timed([command])
    os.remove(bundle)
    return taken


def peer(names):
    layout = os.path.join(FOLDER, "layout")
    commands = []
    for name in names:
        source = f"docker://{REGISTRY}/{name.split('/', 1)[1]}"
        commands.append(
            ["skopeo", "copy", "--quiet", "--insecure-policy", "--preserve-digests"]
            + ["--src-tls-verify=false", source, f"oci:{layout}:{name}"]
        )
    taken = timed(commands)
    shutil.rmtree(layout)
    return taken


def main():
    names, size = references(), layout_bytes()
    os.makedirs(FOLDER, exist_ok=True)
    samples = []
    for _ in range(int(ROUNDS)):
        samples.append((*ours(names), *peer(names)))
    with open(OUT, "w", encoding="utf-8") as out:
        out.write("create_s create_peak_kib skopeo_s skopeo_peak_kib\n")
        for sample in samples:
            out.write("{:.2f} {} {:.2f} {}\n".format(*sample))
    rates = [size / sample[0] / 1e6 for sample in samples]
    ratios = [sample[2] / sample[0] for sample in samples]
    peak = max(sample[1] for sample in samples) / 1024
    title = f"create, {len(names)} images, {size / 1e9:.1f} GB over loopback, synced"
    print(f"{title:<58} {statistics.median(rates):>7.0f} MB/s")
    print(
        f"{'  of the speed of skopeo copy, which syncs nothing':<58} "
        f"{statistics.median(ratios):>12.2f}  limit 1.3"
    )
    print(f"{'  peak RSS':<58} {peak:>8.1f} MiB  limit 64 MiB")


main()
