#!/usr/bin/env python3
"""Makes a large bundle for measuring, as bundle-store/FORMAT.md says, and the same images as an
OCI image layout for the peer. Payloads are sparse on disk; every digest is right.

usage: bench_bundle.py FOLDER GIB BLOBS      makes FOLDER/bundle.tar and FOLDER/layout
"""

import hashlib
import json
import multiprocessing
import os
import struct
import sys

BLOBS_PER_IMAGE = 10  # a manifest, a config, eight layers
LAYERS_PER_IMAGE = BLOBS_PER_IMAGE - 2
BLOCK = 512
ZEROS = bytes(1 << 20)
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
INDEX = "application/vnd.oci.image.index.v1+json"
REF_NAME = "org.opencontainers.image.ref.name"


def encode(value):
    return json.dumps(value, separators=(",", ":")).encode()


def layer_digest(job):
    """The digest of eight bytes that say which layer this is, and zeros."""
    number, size = job
    digest = hashlib.sha256(struct.pack("<Q", number))
    left = size - 8
    while left > 0:
        piece = min(left, len(ZEROS))
        digest.update(ZEROS[:piece] if piece < len(ZEROS) else ZEROS)
        left -= piece
    return digest.hexdigest()


class Blob:
    """`head` is what is written; a hole fills it up to `size`."""

    def __init__(self, digest, head, size, kind=0):
        self.digest, self.head, self.size, self.kind = digest, head, size, kind

    @classmethod
    def of(cls, raw, kind=0):
        return cls(hashlib.sha256(raw).hexdigest(), raw, len(raw), kind)

    def descriptor(self, media_type, **more):
        return {
            "mediaType": media_type,
            "digest": "sha256:" + self.digest,
            "size": self.size,
            **more,
        }


def make_images(count, layer_size):
    jobs = [(number, layer_size) for number in range(count * LAYERS_PER_IMAGE)]
    with multiprocessing.Pool() as pool:
        digests = pool.map(layer_digest, jobs, chunksize=16)
    blobs, references = [], []
    for image in range(count):
        first = image * LAYERS_PER_IMAGE
        layers = [
            Blob(digests[n], struct.pack("<Q", n), layer_size)
            for n in range(first, first + LAYERS_PER_IMAGE)
        ]
        diff_ids = ["sha256:" + layer.digest for layer in layers]
        config = Blob.of(
            encode(
                {
                    "architecture": "amd64",
                    "os": "linux",
                    "rootfs": {"type": "layers", "diff_ids": diff_ids},
                }
            )
        )
        manifest = Blob.of(
            encode(
                {
                    "schemaVersion": 2,
                    "mediaType": MANIFEST,
                    "config": config.descriptor(CONFIG),
                    "layers": [layer.descriptor(LAYER) for layer in layers],
                }
            ),
            kind=1,
        )
        name = f"ghcr.io/cozystack/bench/image-{image:04d}:1"
        references.append(manifest.descriptor(MANIFEST, annotations={REF_NAME: name}))
        blobs += [manifest, config, *layers]
    return blobs, references


def tar_header(name, size):
    head = bytearray(BLOCK)
    head[0 : len(name)] = name.encode()
    head[100:108] = b"0000644\0"
    head[108:116] = head[116:124] = b"0000000\0"
    head[124:136] = b"%011o\0" % size
    head[136:148] = b"%011o\0" % 0
    head[148:156] = b" " * 8
    head[156:157] = b"0"
    head[257:265] = b"ustar\00000"
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def padded(size):
    return (size + BLOCK - 1) // BLOCK * BLOCK


def offset_table(ordered, first_offset):
    """Records by digest; payloads stand in the order given, each after its header."""
    offset, records = first_offset, []
    for blob in ordered:
        offset += BLOCK
        records.append(
            bytes.fromhex(blob.digest) + struct.pack("<QQB15x", offset, blob.size, blob.kind)
        )
        offset += padded(blob.size)
    body = b"".join(sorted(records))
    head = b"cozy-airgap-tab\n" + struct.pack("<IIQ", 1, 64, len(records))
    return head + hashlib.sha256(body).digest() + body


def write_bundle(path, blobs, index):
    groups = ([b for b in blobs if b.kind], [b for b in blobs if not b.kind and b.size <= 65536])
    rest = [b for b in blobs if not b.kind and b.size > 65536]
    ordered = [b for group in (*groups, rest) for b in sorted(group, key=lambda b: b.digest)]
    front = [("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", index)]
    table_size = 64 + 64 * len(ordered)
    first_offset = sum(BLOCK + padded(len(raw)) for _, raw in front) + BLOCK + padded(table_size)
    front.append(("cozy-airgap/offsets", offset_table(ordered, first_offset)))
    with open(path, "wb") as out:
        for name, raw in front:
            out.write(tar_header(name, len(raw)) + raw + bytes(padded(len(raw)) - len(raw)))
        for blob in ordered:
            out.write(tar_header("blobs/sha256/" + blob.digest, blob.size) + blob.head)
            out.seek(padded(blob.size) - len(blob.head), os.SEEK_CUR)
        out.truncate(out.tell() + 2 * BLOCK)


def write_layout(folder, blobs, index):
    blob_folder = os.path.join(folder, "blobs", "sha256")
    os.makedirs(blob_folder)
    for blob in blobs:
        with open(os.path.join(blob_folder, blob.digest), "wb") as out:
            out.write(blob.head)
            out.truncate(blob.size)
    for name, raw in (("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), ("index.json", index)):
        with open(os.path.join(folder, name), "wb") as out:
            out.write(raw)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    folder, gib, count = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    images = count // BLOBS_PER_IMAGE
    layer_size = int(gib * (1 << 30)) // (images * LAYERS_PER_IMAGE)
    blobs, references = make_images(images, layer_size)
    index = encode(
        {
            "schemaVersion": 2,
            "mediaType": INDEX,
            "manifests": references,
            "annotations": {
                "io.cozystack.airgap.name": "bench",
                "io.cozystack.airgap.version": "1",
                "io.cozystack.airgap.platforms": "linux/amd64",
            },
        }
    )
    os.makedirs(folder, exist_ok=True)
    write_layout(os.path.join(folder, "layout"), blobs, index)
    write_bundle(os.path.join(folder, "bundle.tar"), blobs, index)


if __name__ == "__main__":
    main()
