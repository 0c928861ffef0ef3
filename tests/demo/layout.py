"""Writes OCI image layouts and layers so that the same content gives the same bytes."""

import gzip
import hashlib
import io
import json
import os
import tarfile

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
REF_NAME = "org.opencontainers.image.ref.name"
CREATED = "1970-01-01T00:00:00Z"


def digest_of(raw):
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def encode(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Layout:
    """One OCI image layout folder; close() writes its index.json."""

    def __init__(self, folder):
        self.folder = folder
        self.references = []
        os.makedirs(os.path.join(folder, "blobs", "sha256"), exist_ok=True)

    def blob(self, raw, media_type, **more):
        """Stores bytes and returns their descriptor."""
        digest = digest_of(raw)
        path = os.path.join(self.folder, "blobs", "sha256", digest[7:])
        with open(path, "wb") as file:
            file.write(raw)
        return {"mediaType": media_type, "digest": digest, "size": len(raw), **more}

    def name(self, descriptor, reference):
        """Lists a manifest in index.json under its reference."""
        self.references.append({**descriptor, "annotations": {REF_NAME: reference}})

    def close(self):
        self.write("oci-layout", {"imageLayoutVersion": "1.0.0"})
        self.write(
            "index.json",
            {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": self.references},
        )

    def write(self, name, value):
        with open(os.path.join(self.folder, name), "wb") as file:
            file.write(encode(value))

    def image(self, tree, architecture, command, docker=False):
        """Stores an image of one layer, as OCI or Docker schema 2; returns its descriptor."""
        raw_tar = tree.tar()
        config = {
            "architecture": architecture,
            "os": "linux",
            "created": CREATED,
            "config": {"Cmd": command, "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(raw_tar)]},
            "history": [{"created": CREATED, "created_by": "scripts/demo-bundle"}],
        }
        packed = gzip.compress(raw_tar, compresslevel=6, mtime=0)
        media_type = DOCKER_MANIFEST if docker else OCI_MANIFEST
        manifest = {
            "schemaVersion": 2,
            "mediaType": media_type,
            "config": self.blob(encode(config), DOCKER_CONFIG if docker else OCI_CONFIG),
            "layers": [self.blob(packed, DOCKER_LAYER if docker else OCI_LAYER)],
        }
        return self.blob(encode(manifest), media_type)


class Tree:
    """The files of a root file system, in memory."""

    def __init__(self):
        self.entries = {}

    def add(self, info, raw=b""):
        info.mtime = 0
        info.uname = info.gname = ""
        info.pax_headers = {}
        self.entries[info.name] = (info, raw)

    def folder(self, name, mode=0o755):
        info = tarfile.TarInfo(name)
        info.type = tarfile.DIRTYPE
        info.mode = mode
        self.add(info)

    def file(self, name, raw, mode=0o644):
        info = tarfile.TarInfo(name)
        info.size = len(raw)
        info.mode = mode
        self.add(info, raw)

    def symlink(self, name, target):
        info = tarfile.TarInfo(name)
        info.type = tarfile.SYMTYPE
        info.mode = 0o777
        info.linkname = target
        self.add(info)

    def tar(self):
        """The layer: sorted names, no times, hard links after what they link to."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as archive:
            order = sorted(self.entries.values(), key=lambda e: (e[0].islnk(), e[0].name))
            for info, raw in order:
                archive.addfile(info, io.BytesIO(raw) if info.isreg() else None)
        return out.getvalue()
