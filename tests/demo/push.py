#!/usr/bin/env python3
"""Pushes every reference of OCI image layouts to a registry, as it is, byte for byte.

usage: push.py HOST:PORT LAYOUT...

A reference host/repository:tag goes to repository:tag: each upstream has its own registry.
"""

import http.client
import json
import os
import sys
import urllib.parse


class Registry:
    def __init__(self, address):
        self.connection = http.client.HTTPConnection(address, timeout=60)

    def call(self, method, path, expected, body=None, media_type="application/octet-stream"):
        self.connection.request(method, path, body, {"Content-Type": media_type})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in expected:
            sys.exit(f"push.py: {method} {path}: {answer.status} {text.decode(errors='replace')}")
        return answer

    def put_blob(self, repository, digest, raw):
        if self.call("HEAD", f"/v2/{repository}/blobs/{digest}", (200, 404)).status == 200:
            return
        started = self.call("POST", f"/v2/{repository}/blobs/uploads/", (202,))
        location = urllib.parse.urlsplit(started.getheader("Location"))
        query = f"{location.query}&digest={urllib.parse.quote(digest)}".lstrip("&")
        self.call("PUT", f"{location.path}?{query}", (201,), raw)

    def put_manifest(self, repository, reference, raw, media_type):
        path = f"/v2/{repository}/manifests/{reference}"
        self.call("PUT", path, (201,), raw, media_type)


def read(layout, digest):
    with open(os.path.join(layout, "blobs", *digest.split(":")), "rb") as file:
        return file.read()


def push(registry, layout, repository, reference, descriptor):
    """Children first: a registry refuses a manifest that names what it does not have."""
    raw = read(layout, descriptor["digest"])
    manifest = json.loads(raw)
    for child in manifest.get("manifests", []):
        push(registry, layout, repository, child["digest"], child)
    blobs = manifest.get("layers", []) + ([manifest["config"]] if "config" in manifest else [])
    for blob in blobs:
        registry.put_blob(repository, blob["digest"], read(layout, blob["digest"]))
    registry.put_manifest(repository, reference, raw, descriptor["mediaType"])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    registry = Registry(sys.argv[1])
    for layout in sys.argv[2:]:
        with open(os.path.join(layout, "index.json"), "rb") as file:
            index = json.load(file)
        for descriptor in index["manifests"]:
            name = descriptor["annotations"]["org.opencontainers.image.ref.name"]
            repository, tag = name.split("/", 1)[1].rsplit(":", 1)
            push(registry, layout, repository, tag, descriptor)


if __name__ == "__main__":
    main()
