#!/usr/bin/env bash
# A tar with entries that climb, are absolute, are links or devices is refused, as a bundle and as
# a source, and nothing is written outside.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" one "$WORK/layout"
for kind in dotdot inner-dotdot absolute symlink hardlink fifo; do
  python3 - "$WORK/layout" "$WORK/bad.tar" "$kind" <<'PYTHON'
import io, os, sys, tarfile
layout, out, kind = sys.argv[1:]
info = tarfile.TarInfo({"dotdot": "../escaped", "inner-dotdot": "blobs/../../escaped",
                        "absolute": "/tmp/escaped"}.get(kind, "blobs/sha256/link"))
if kind == "symlink":
    info.type, info.linkname = tarfile.SYMTYPE, "../../index.json"
elif kind == "hardlink":
    info.type, info.linkname = tarfile.LNKTYPE, "index.json"
elif kind == "fifo":
    info.type = tarfile.FIFOTYPE
with tarfile.open(out, "w", format=tarfile.USTAR_FORMAT) as archive:
    for name in ("oci-layout", "index.json"):
        archive.add(os.path.join(layout, name), name)
    archive.addfile(info, io.BytesIO(b""))
    for name in sorted(os.listdir(os.path.join(layout, "blobs/sha256"))):
        archive.add(os.path.join(layout, "blobs/sha256", name), "blobs/sha256/" + name)
PYTHON
  for command in "verify $WORK/bad.tar" \
    "create --name t --version 1 --file $WORK/new.tar --from bundle:$WORK/bad.tar" \
    "create --name t --version 1 --file $WORK/new.tar --from oci-archive:$WORK/bad.tar"; do
    status=0
    # shellcheck disable=SC2086 # words
    "$AIRGAP" bundle $command >"$WORK/out" 2>"$WORK/err" || status=$?
    expect "$kind: bundle $command" $status 1
    expect "$kind: lines" "$(wc -l <"$WORK/err")" 1
    [ ! -e "$WORK/new.tar" ] || fail "$kind: a bundle was left"
  done
  for path in "$WORK/../escaped" /tmp/escaped; do
    [ ! -e "$path" ] || fail "$kind: $path was written"
  done
done
