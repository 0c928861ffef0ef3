#!/usr/bin/env bash
# An index.json of 1 GiB is refused at once and without reading it: 256 MiB of memory are enough.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

"$ROOT/tests/bundle/make-layout" one "$WORK/layout"
truncate -s 1G "$WORK/layout/index.json"
python3 - "$WORK/b.tar" <<'PYTHON'
import io, sys, tarfile
with tarfile.open(sys.argv[1], "w", format=tarfile.USTAR_FORMAT) as archive:
    marker = b'{"imageLayoutVersion":"1.0.0"}'
    info = tarfile.TarInfo("oci-layout")
    info.size = len(marker)
    archive.addfile(info, io.BytesIO(marker))
    info = tarfile.TarInfo("index.json")
    info.size = 1 << 30
    archive.fileobj.write(info.tobuf(tarfile.USTAR_FORMAT))
with open(sys.argv[1], "r+b") as file:  # all zeros, and none of them on the disk
    file.truncate(2048 + (1 << 30) + 1024)
PYTHON

started=$SECONDS
for command in "verify $WORK/b.tar" "inspect $WORK/b.tar" \
  "create --name t --version 1 --file $WORK/new.tar --from oci:$WORK/layout" \
  "create --name t --version 1 --file $WORK/new.tar --from bundle:$WORK/b.tar" \
  "create --name t --version 1 --file $WORK/new.tar --from oci-archive:$WORK/b.tar"; do
  status=0
  # shellcheck disable=SC2086 # words
  (ulimit -v 262144 && exec "$AIRGAP" bundle $command) >"$WORK/out" 2>"$WORK/err" || status=$?
  [[ $status = [13] ]] || fail "bundle $command: exit $status: $(cat "$WORK/err")"
  grep -q 'index.json has 1073741824 bytes' "$WORK/err" ||
    fail "bundle $command: $(cat "$WORK/err")"
done
[ $((SECONDS - started)) -le 10 ] || fail "took $((SECONDS - started)) s"
