#!/usr/bin/env bash
# A recipe's files come over HTTP, in the image factory's paths too: gone on with after a kill,
# checked against their sha256, listed when they cannot be had. They are served as any asset.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

schematic=ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515
file_of() { curl -s "http://$REGISTRY/files/$1"; }
recipe() {
  cat >"$WORK/recipe.yaml" <<YAML
name: t
version: "1"
assets:
  - {path: boot/kernel, url: "http://$REGISTRY/files/kernel", sha256: $1}
  - {path: boot/local, file: local.bin}
talos:
  - version: v1.13.6
    schematic: $schematic
    files: [kernel-amd64]
    factory: http://$REGISTRY/files/../files
YAML
}
echo 'a local file' >"$WORK/local.bin"
make_it=("$AIRGAP" bundle create --recipe "$WORK/recipe.yaml" --file "$WORK/out/b.tar")

kernel=$(file_of kernel | sha256sum | cut -d ' ' -f 1)
recipe "$kernel"
sed -i 's|/files/../files|/files/factory|' "$WORK/recipe.yaml"

# Killed half-way: the rest is asked for by range.
troubles rate 400000
"${make_it[@]}" --quiet &
pid=$!
for _ in {1..100}; do
  [ "$(du -sk "$WORK/out" | cut -f 1)" -lt 600 ] || break
  sleep 0.1
done
kill -KILL $pid
wait $pid || true
calm
: >"$TROUBLES/log"
"${make_it[@]}" --quiet
sent=$(awk '/^GET .files/ && $3 == 206 { sum += $4 } END { print sum }' "$TROUBLES/log")
[ "$sent" -lt 1700000 ] || fail "$sent bytes were fetched again"
is_whole
start_serve "$WORK/out/b.tar"
curl -sf --cacert "$CA" "$URL/boot/kernel" | cmp - <(file_of kernel)
curl -sf --cacert "$CA" "$URL/image/$schematic/v1.13.6/kernel-amd64" |
  cmp - <(file_of "factory/image/$schematic/v1.13.6/kernel-amd64")
curl -sf --cacert "$CA" "$URL/boot/local" | cmp - "$WORK/local.bin"

# By flag the same bytes; cut off again and again it comes all the same.
troubles drop 300000
factory=image/$schematic/v1.13.6/kernel-amd64
"$AIRGAP" bundle create --quiet --name t --version 1 --file "$WORK/flag.tar" \
  --asset "boot/kernel=http://$REGISTRY/files/kernel" --asset "boot/local=$WORK/local.bin" \
  --asset "$factory=http://$REGISTRY/files/factory/$factory"
cmp "$WORK/flag.tar" "$WORK/out/b.tar"
calm

rm "$WORK/out/b.tar"
refused() {
  local wanted=$1 status=0
  "${make_it[@]}" --quiet 2>"$WORK/err" || status=$?
  [ "$status" = "$wanted" ] || fail "create ends with $status, not $wanted: $(cat "$WORK/err")"
  [ ! -e "$WORK/out/b.tar" ] || fail "a bundle was left"
}
recipe "${kernel//[0-7]/8}"
refused 1
grep -q "missing: /boot/kernel: the file: http.*/files/kernel is sha256:$kernel, not sha256:" \
  "$WORK/err" || fail "$(cat "$WORK/err")"
recipe "$kernel"
troubles fail "GET files/kernel 404 99"
refused 3
grep -q "missing: /boot/kernel: the file: http.*/files/kernel answers 404" "$WORK/err" ||
  fail "$(cat "$WORK/err")"
