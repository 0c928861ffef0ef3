#!/usr/bin/env python3
"""Makes the images of the demo bundle as OCI image layouts, one folder for each upstream.

usage: images.py --out DIR --busybox FILE --arm64 DEB --key FILE DEB...

The same inputs give the same bytes. The signature is RSA PKCS #1 v1.5, which cosign accepts and
which, unlike ECDSA, has no random part.
"""

import argparse
import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile

from layout import CREATED, OCI_CONFIG, OCI_INDEX, OCI_MANIFEST, Layout, Tree, digest_of, encode

BUSYBOX_TAG = "1.37.0"
DEBIAN_REPOSITORY = "ghcr.io/cozystack/demo/debian"
MERGED = ("bin", "lib", "lib64", "sbin")
LEFT_OUT = ("usr/share/man/", "usr/share/info/", "usr/share/locale/", "usr/share/lintian/")
SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json"
SPDX = "application/spdx+json"


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def files_of(deb):
    """Yields (TarInfo, bytes) of a Debian package's files."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as dpkg:
        with tarfile.open(fileobj=dpkg.stdout, mode="r|") as archive:
            for info in archive:
                yield info, archive.extractfile(info).read() if info.isreg() else b""
        dpkg.stdout.read()
    if dpkg.returncode != 0:
        sys.exit(f"images.py: dpkg-deb could not read {deb}")


def merged(name):
    """/bin, /lib, /lib64 and /sbin are links into /usr."""
    name = os.path.normpath(name)
    return "usr/" + name if name.split("/")[0] in MERGED and "/" in name else name


def busybox_tree(binary, applets):
    tree = Tree()
    for name in ("bin", "dev", "etc", "proc", "root", "sbin", "sys", "usr", "usr/bin", "usr/sbin"):
        tree.folder(name)
    tree.folder("tmp", 0o1777)
    tree.file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
    tree.file("etc/group", b"root:x:0:\n")
    tree.file("bin/busybox", binary, 0o755)
    for applet in applets:
        if applet in ("bin/busybox", "linuxrc") or applet in tree.entries:
            continue
        tree.symlink(applet, "/bin/busybox")
    return tree


def debian_tree(debs):
    tree = Tree()
    status = []
    for deb in debs:
        for info, raw in files_of(deb):
            info.name = merged(info.name)
            if info.islnk():
                info.linkname = merged(info.linkname)
            if info.name == "." or info.name.startswith(LEFT_OUT):
                continue
            if info.isdir() and (info.name in MERGED or info.name in tree.entries):
                continue
            tree.add(info, raw)
        package, rest = run("dpkg-deb", "--field", deb).decode().split("\n", 1)
        status.append(f"{package}\nStatus: install ok installed\n{rest}\n")
    for name in MERGED:
        tree.symlink(name, "usr/" + name)
    tree.symlink("usr/bin/awk", "mawk")
    for name in ("passwd", "group"):
        master = tree.entries[f"usr/share/base-passwd/{name}.master"][1]
        tree.file("etc/" + name, master)
    tree.file("var/lib/dpkg/status", "".join(sorted(status)).encode())
    return tree


def signature(layout, image, key):
    """A cosign signature in the simple signing format."""
    payload = encode(
        {
            "critical": {
                "identity": {"docker-reference": DEBIAN_REPOSITORY},
                "image": {"docker-manifest-digest": image["digest"]},
                "type": "cosign container image signature",
            },
            "optional": None,
        }
    )
    signed = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", key],
        input=payload,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    annotations = {"dev.cosignproject.cosign/signature": base64.b64encode(signed).decode()}
    config = {
        "architecture": "",
        "os": "",
        "created": CREATED,
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(payload)]},
        "history": [{"created": CREATED}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": layout.blob(encode(config), OCI_CONFIG),
        "layers": [layout.blob(payload, SIMPLE_SIGNING, annotations=annotations)],
    }
    return layout.blob(encode(manifest), OCI_MANIFEST)


def spdx_package(deb):
    fields = run("dpkg-deb", "--show", "--showformat", "${Package} ${Version} ${Architecture}", deb)
    name, version, architecture = fields.decode().split()
    with open(deb, "rb") as file:
        sha256 = hashlib.sha256(file.read()).hexdigest()
    return {
        "SPDXID": f"SPDXRef-Package-{name}",
        "name": name,
        "versionInfo": version,
        "supplier": "Organization: Debian",
        "downloadLocation": "NOASSERTION",
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "filesAnalyzed": False,
        "checksums": [{"algorithm": "SHA256", "checksumValue": sha256}],
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": f"pkg:deb/debian/{name}@{version}?arch={architecture}",
            }
        ],
    }


def sbom(layout, image, debs):
    """An SPDX document as an OCI artifact whose subject is the image."""
    packages = [spdx_package(deb) for deb in debs]
    described = [
        {
            "spdxElementId": "SPDXRef-DOCUMENT",
            "relationshipType": "DESCRIBES",
            "relatedSpdxElement": package["SPDXID"],
        }
        for package in packages
    ]
    document = {
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "dataLicense": "CC0-1.0",
        "name": DEBIAN_REPOSITORY,
        "documentNamespace": "urn:cozy-airgap:demo:" + image["digest"],
        "creationInfo": {"created": CREATED, "creators": ["Tool: scripts/demo-bundle"]},
        "packages": packages,
        "relationships": described,
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": SPDX,
        "config": layout.blob(b"{}", "application/vnd.oci.empty.v1+json"),
        "layers": [layout.blob(encode(document), SPDX)],
        "subject": {k: image[k] for k in ("mediaType", "digest", "size")},
        "annotations": {"org.opencontainers.image.created": CREATED},
    }
    return layout.blob(encode(manifest), OCI_MANIFEST, artifactType=SPDX)


def debian(folder, debs, key):
    """The signed image, its signature, its SBOM, and the list that finds the SBOM in a registry
    without a referrers API (the tag schema of the distribution specification)."""
    layout = Layout(folder)
    image = layout.image(debian_tree(debs), "amd64", ["/bin/bash"])
    tag = "sha256-" + image["digest"][7:]
    document = sbom(layout, image, debs)
    fallback = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [document]}
    layout.name(image, f"{DEBIAN_REPOSITORY}:13")
    layout.name(signature(layout, image, key), f"{DEBIAN_REPOSITORY}:{tag}.sig")
    layout.name(layout.blob(encode(fallback), OCI_INDEX), f"{DEBIAN_REPOSITORY}:{tag}")
    layout.close()


def busyboxes(out, binary, arm64_deb):
    with open(binary, "rb") as file:
        amd64 = file.read()
    applets = run(binary, "--list-full").decode().split()
    tree = busybox_tree(amd64, applets)
    arm64 = dict((i.name, raw) for i, raw in files_of(arm64_deb))["./usr/bin/busybox"]
    arm64_tree = busybox_tree(arm64, applets)

    layout = Layout(os.path.join(out, "docker.io"))
    image = layout.image(tree, "amd64", ["sh"])
    layout.name(image, f"docker.io/library/busybox:{BUSYBOX_TAG}")
    layout.close()

    layout = Layout(os.path.join(out, "quay.io"))
    layout.name(layout.image(tree, "amd64", ["sh"], True), f"quay.io/demo/busybox:{BUSYBOX_TAG}")
    layout.close()

    layout = Layout(os.path.join(out, "registry.k8s.io"))
    children = [
        {**layout.image(t, a, ["sh"]), "platform": {"architecture": a, "os": "linux"}}
        for t, a in ((tree, "amd64"), (arm64_tree, "arm64"))
    ]
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children}
    descriptor = layout.blob(encode(index), OCI_INDEX)
    layout.name(descriptor, f"registry.k8s.io/demo/busybox:{BUSYBOX_TAG}")
    layout.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--busybox", required=True)
    parser.add_argument("--arm64", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("debs", nargs="+")
    options = parser.parse_args()
    busyboxes(options.out, options.busybox, options.arm64)
    debian(os.path.join(options.out, "ghcr.io"), sorted(options.debs), options.key)


if __name__ == "__main__":
    main()
