#!/usr/bin/env python3
"""Makes an OCI image layout with an image for each reference of a release's list, with synthetic
content: the same reference has the same bytes in every release, and what changed shares its first
layer (the base) with what it was before.

usage: bench_release.py LIST MEAN_MIB FOLDER
"""

import hashlib
import json
import os
import random
import sys

sys.path.insert(
    0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "demo")
)

from layout import OCI_MANIFEST, Layout, encode  # noqa: E402

LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"
BASE_SHARE = 0.3  # of an image's bytes


def content(seed, size):
    return random.Random(seed).randbytes(size)


def image(layout, reference, mean_mib):
    repository = reference.split("@")[0].rsplit(":", 1)[0]
    # Sizes of images spread over two orders of magnitude; the repository decides.
    size = int(random.Random(repository).lognormvariate(0, 1) * 0.6 * mean_mib * (1 << 20))
    base = max(int(size * BASE_SHARE), 1024)
    raw = [
        content("base of " + repository, base),
        content(reference, max(size - base, 1024)),
    ]
    diff_ids = ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in raw]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": layout.blob(encode(config), CONFIG),
        "layers": [layout.blob(layer, LAYER) for layer in raw],
    }
    return layout.blob(encode(manifest), OCI_MANIFEST)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    layout = Layout(sys.argv[3])
    named = set()
    with open(sys.argv[1], encoding="utf-8") as lines:
        for reference in lines.read().split():
            # A synthetic image cannot have the digest of the real one: the tag stands for both.
            name = reference.split("@")[0]
            if ":" not in name.rsplit("/", 1)[-1]:
                name += ":" + hashlib.sha256(reference.encode()).hexdigest()[:12]
            if name in named:  # the list has some with and without a digest
                continue
            named.add(name)
            layout.name(image(layout, reference, float(sys.argv[2])), name)
    layout.close()


main()
