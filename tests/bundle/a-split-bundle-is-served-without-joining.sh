#!/usr/bin/env bash
# --split writes parts that FAT32 takes, and a manifest with the digest of each: verify, serve and
# repair take it as it lies. Together the parts are the bundle. A part that is missing, cut off or
# swapped is named. Killed on the way, a split create is gone on with.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/troubled.bash"

asset=$WORK/asset
head -c 150000000 /dev/urandom >"$asset"
create_one() {
  "$AIRGAP" bundle create --quiet --name t --version 1 --asset "vm/disk.raw=$asset" \
    --mirror "ghcr.io=http://$REGISTRY" "${IMAGES[@]}" "$@"
}
create_one --file "$WORK/whole.tar"
create_one --file "$WORK/out/b.tar" --split 64M
manifest=$WORK/out/b.tar.parts.json
expect "files" "$(ls "$WORK/out")" \
  "$(printf 'b.tar.part-001\nb.tar.part-002\nb.tar.part-003\nb.tar.parts.json')"
cat "$WORK/out/"b.tar.part-* | cmp - "$WORK/whole.tar"
for part in 001 002 003; do
  [ "$(stat -c %s "$WORK/out/b.tar.part-$part")" -le 67108864 ] || fail "part $part is too large"
  grep -q "$(sha256_of "$WORK/out/b.tar.part-$part")" "$manifest" || fail "part $part: other digest"
done
"$AIRGAP" bundle verify --quiet "$manifest"
start_serve "$manifest"
curl -sf --cacert "$CA" "$URL/vm/disk.raw" | cmp - "$asset"
curl -sf --cacert "$CA" -r 60000000-140000000 "$URL/vm/disk.raw" |
  cmp - <(tail -c +60000001 "$asset" | head -c 80000001)

refused() {
  local status=0
  "$AIRGAP" bundle verify --quiet "$manifest" 2>"$WORK/err" || status=$?
  [ $status != 0 ] || fail "$1 is not seen"
  grep -q 'b.tar.part-00' "$WORK/err" || fail "$1: the part is not named: $(cat "$WORK/err")"
}
mv "$WORK/out/b.tar.part-002" "$WORK/part"
refused "a missing part"
cp "$WORK/out/b.tar.part-001" "$WORK/out/b.tar.part-002"
refused "a swapped part"
head -c 1000 "$WORK/part" >"$WORK/out/b.tar.part-002"
refused "a part that was cut off"
cp "$WORK/part" "$WORK/out/b.tar.part-002"
printf 'XYZ' | dd of="$WORK/out/b.tar.part-002" bs=1 seek=1000000 conv=notrunc status=none
refused "a damaged part"
"$AIRGAP" bundle repair --quiet "$manifest" --from "$WORK/whole.tar"
cmp "$WORK/out/b.tar.part-002" "$WORK/part"

# Killed on the way, and gone on with.
rm "$WORK/out/"*
: >"$TROUBLES/log"
troubles rate 600000
"$AIRGAP" bundle create --quiet --name t --version 1 --asset "vm/disk.raw=$asset" --split 64M \
  --mirror "ghcr.io=http://$REGISTRY" "${IMAGES[@]}" --file "$WORK/out/b.tar" &
pid=$!
for _ in {1..100}; do
  [ ! -e "$WORK/out/b.tar.journal.partial" ] || break
  sleep 0.1
done
sleep 1.5
kill -KILL $pid
wait $pid || true
calm
[ ! -e "$manifest" ] || fail "a manifest was left"
create_one --file "$WORK/out/b.tar" --split 64M
cat "$WORK/out/"b.tar.part-* | cmp - "$WORK/whole.tar"
expect "files" "$(ls "$WORK/out")" \
  "$(printf 'b.tar.part-001\nb.tar.part-002\nb.tar.part-003\nb.tar.parts.json')"
status=0
create_one --file "$WORK/out/c.tar" --split 1M 2>"$WORK/err" || status=$?
expect "parts that are too small" $status 2
