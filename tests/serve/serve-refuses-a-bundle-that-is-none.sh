#!/usr/bin/env bash
# Each bad bundle gets one line that names the file and what is wrong, and an exit status.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
need_file "$AIRGAP" "make programs"

# refused FILE STATUS WORD
refused() {
  local status=0
  timeout 60 "$AIRGAP" serve --bundle "$1" --listen "127.0.0.1:$(free_port)" \
    --state "$WORK/state" >"$WORK/out" 2>&1 || status=$?
  expect "$1: exit status" $status "$2"
  expect "$1: lines" "$(wc -l <"$WORK/out")" 1
  grep -q -F "$1" "$WORK/out" || fail "$1 is not named: $(cat "$WORK/out")"
  grep -q -i -E "$3" "$WORK/out" || fail "$1: wanted a word about $3: $(cat "$WORK/out")"
  cat "$WORK/out"
}

# make_tar NAME PYTHON: writes WORK/NAME.tar with a tarfile object t; add(name, bytes).
make_tar() {
  python3 - "$WORK/$1.tar" "$2" <<'PYTHON'
import io, sys, tarfile
t = tarfile.open(sys.argv[1], "w", format=tarfile.USTAR_FORMAT)
def add(name, raw, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(raw), kind, link
    t.addfile(info, io.BytesIO(raw))
LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
INDEX = b'{"schemaVersion":2,"manifests":[]}'
exec(sys.argv[2])
t.close()
PYTHON
}

head -c 3000000 "$DEMO" >"$WORK/truncated.tar"
refused "$WORK/truncated.tar" 1 'truncated|ends|short|beyond|past'
head -c 700 "$DEMO" >"$WORK/short.tar"
refused "$WORK/short.tar" 1 'truncated|ends|short'
make_tar not-json 'add("oci-layout", LAYOUT); add("index.json", b"this is not JSON")'
refused "$WORK/not-json.tar" 1 'json'
make_tar dots 'add("oci-layout", LAYOUT); add("index.json", INDEX); add("../../etc/passwd", b"x")'
refused "$WORK/dots.tar" 1 '\.\.'
make_tar absolute 'add("oci-layout", LAYOUT); add("index.json", INDEX); add("/etc/passwd", b"x")'
refused "$WORK/absolute.tar" 1 '/etc/passwd'
make_tar linked 'add("oci-layout", LAYOUT); add("index.json", b"", tarfile.SYMTYPE, "/etc/shadow")'
refused "$WORK/linked.tar" 1 'link|regular|type'
echo "no tar at all, but long enough to look at: $(head -c 2000 /dev/zero | tr '\0' x)" \
  >"$WORK/text.tar"
refused "$WORK/text.tar" 1 'tar'
refused "$WORK/nothing.tar" 3 'no such file'

# An index.json of 1 GiB, as a sparse file: refused by its size, not read.
make_tar huge 'add("oci-layout", LAYOUT)
info = tarfile.TarInfo("index.json"); info.size = 1 << 30
t.fileobj.write(info.tobuf(tarfile.USTAR_FORMAT)); t.offset = t.fileobj.tell()'
truncate -s $((1100 * 1024 * 1024)) "$WORK/huge.tar"
refused "$WORK/huge.tar" 1 'index.json'
