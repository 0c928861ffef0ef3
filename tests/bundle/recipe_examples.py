#!/usr/bin/env python3
"""Recipes, right and wrong ones; see schema_examples.py."""

from schema_examples import judge

SCHEMATIC = "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"


def asset(text):
    return "assets: [{" + text + "}]"


def talos(**changes):
    """A talos section with one entry, some of its values changed; None leaves a key out."""
    values = {"version": "v1.13.6", "schematic": SCHEMATIC, "files": "[kernel-amd64]"} | changes
    return "talos: [{" + ", ".join(f"{k}: {v}" for k, v in values.items() if v is not None) + "}]"


EXAMPLES = {
    "name-and-version": "name: t\nversion: v1",
    "name-of-digits": "name: '7'",
    "version-number": "version: 1.5",
    "platforms": "platforms: [linux/amd64, linux/arm/v7]",
    "images": "images: [busybox, 'ghcr.io/org/app:v1', 'quay.io/o/a@sha256:" + SCHEMATIC + "']",
    "image-by-key": "images: [{reference: busybox}]",
    "image-sparse": "images: [{reference: busybox, platforms: [linux/arm64], sparse: true}]",
    "image-not-sparse": "images: [{reference: busybox, sparse: false}]",
    "from": "from: ['oci:layout', 'bundle:old.tar', 'docker-archive:x.tar', 'oci-archive:y.tar']",
    "asset-file": asset("path: boot/x, file: x"),
    "asset-url": asset("path: x, url: 'https://a.example/x'"),
    "asset-digest": asset(f"path: x, url: 'http://a.example/x', sha256: {SCHEMATIC}"),
    "talos": talos(),
    "talos-files": talos(files="[kernel-amd64, initramfs-amd64.xz, metal-amd64.iso]"),
    "talos-factory": talos(factory="'https://factory.example.org'"),
    "registry": "registries: {ghcr.io: {mirror: 'https://m.example'}}",
    "registry-insecure": "registries: {'10.0.0.1:5000': {insecure: true}}",
    "bad-list": "- busybox",
    "bad-unknown-key": "imagse: [busybox]",
    "bad-name-list": "name: [t]",
    "bad-name-empty": "name: ''",
    "bad-platforms-text": "platforms: linux/amd64",
    "bad-platform": "platforms: [linux]",
    "bad-platform-case": "platforms: [Linux/amd64]",
    "bad-platform-parts": "platforms: [linux/arm/v7/x]",
    "bad-images-text": "images: busybox",
    "bad-image-empty": "images: ['']",
    "bad-image-list": "images: [[busybox]]",
    "bad-image-key": "images: [{reference: busybox, sparze: true}]",
    "bad-image-without-reference": "images: [{platforms: [linux/amd64]}]",
    "bad-image-sparse-text": "images: [{reference: busybox, sparse: maybe}]",
    "bad-from-text": "from: 'oci:layout'",
    "bad-from-kind": "from: ['docker:x']",
    "bad-from-without-kind": "from: [layout]",
    "bad-from-empty": "from: ['oci:']",
    "bad-assets-mapping": "assets: {path: x, file: x}",
    "bad-asset-text": "assets: [x]",
    "bad-asset-key": asset("path: x, file: x, mode: 7"),
    "bad-asset-without-path": asset("file: x"),
    "bad-asset-of-nothing": asset("path: x"),
    "bad-asset-of-both": asset("path: x, file: x, url: 'https://a.example/x'"),
    "bad-asset-slash": asset("path: /x, file: x"),
    "bad-asset-dots": asset("path: ../x, file: x"),
    "bad-asset-empty-part": asset("path: a//x, file: x"),
    "bad-asset-url": asset("path: x, url: 'ftp://a.example/x'"),
    "bad-asset-digest": asset(f"path: x, file: x, sha256: {SCHEMATIC[1:]}"),
    "bad-asset-digest-case": asset(f"path: x, file: x, sha256: {SCHEMATIC.upper()}"),
    "bad-talos-mapping": "talos: {version: v1.13.6}",
    "bad-talos-key": talos(kind="metal"),
    "bad-talos-version": talos(version="1.13.6"),
    "bad-talos-without-version": talos(version=None),
    "bad-talos-schematic": talos(schematic=SCHEMATIC[1:]),
    "bad-talos-without-files": talos(files=None),
    "bad-talos-no-files": talos(files="[]"),
    "bad-talos-file-path": talos(files="[a/b]"),
    "bad-talos-file-hidden": talos(files="[.profile]"),
    "bad-talos-factory": talos(factory="factory.example.org"),
    "bad-registries-list": "registries: [ghcr.io]",
    "bad-registry-key": "registries: {ghcr.io: {miror: 'https://m.example'}}",
    "bad-registry-mirror": "registries: {ghcr.io: {mirror: m.example}}",
    "bad-registry-insecure": "registries: {ghcr.io: {insecure: 2}}",
}

judge(EXAMPLES)
