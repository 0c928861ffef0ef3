#!/usr/bin/env bash
# `image build --site`: a partition that independent tools find right, from which the same site file
# is read; the same inputs give the same image; a site file with mistakes gives none.
set -euo pipefail
source "$(dirname "$0")/../lib.sh"
source "$(dirname "$0")/fixture.bash"
need sgdisk blkid

SITE_GUID=2C0E9F54-6A1B-4D38-8E27-51B3D4C6A7F8
build() {
  "$AIRGAP" image build --quiet --no-identity --base "$BASE" --bundle "$WORK/one.tar" \
    --bundle "$WORK/two.tar" "$@"
}
# read_site IMAGE: takes the site file apart into WORK/parts.
read_site() {
  rm -rf "$WORK/parts"
  "$AIRGAP" site read "$1" --dir "$WORK/parts" >"$WORK/said" 2>&1
}

make_bundle one 3000000
make_bundle two 70000
hash=$(echo shift-of-six-machines | "$AIRGAP" login hash)
cat >"$WORK/site.yaml" <<YAML
name: Rack 7
hostNames: [seed.example.org, seed]
push:
  users: [{name: night, password: "$hash"}]
  loginToPull: true
YAML

build --site "$WORK/site.yaml" --file "$WORK/out.iso"
sgdisk --verify "$WORK/out.iso" >"$WORK/verify"
finds '^No problems found' <"$WORK/verify" || fail "sgdisk: $(cat "$WORK/verify")"
! finds -i "warning\|problem:\|corrupt" <"$WORK/verify" || fail "sgdisk: $(cat "$WORK/verify")"
expect "bundle partitions" "$(bundle_partitions "$WORK/out.iso" | awk '{ print $4 }' | xargs)" \
  "airgap-bundle-1 airgap-bundle-2"
read -r first _ < <(bundle_partitions "$WORK/out.iso")
details=$(sgdisk -i $((first - 1)) "$WORK/out.iso")
finds -F "Partition GUID code: $SITE_GUID" <<<"$details" || fail "its type: $details"
finds -F "Partition name: 'airgap-site'" <<<"$details" || fail "its name: $details"
start=$(sed -n 's/^First sector: \([0-9]*\).*/\1/p' <<<"$details")
size=$(stat -c %s "$WORK/site.yaml")
cmp <(tail -c +$((start * 512 + 513)) "$WORK/out.iso" | head -c "$size") "$WORK/site.yaml" ||
  fail "FORMAT.md says where the text is"

read_site "$WORK/out.iso"
expect "the name" "$(cat "$WORK/parts/name")" "Rack 7"
expect "host names" "$(xargs <"$WORK/parts/host-names")" "seed.example.org seed"
expect "logins" "$(cat "$WORK/parts/logins")" "night:$hash"
expect "who may read the logins" "$(stat -c %a "$WORK/parts/logins")" 640
[ -e "$WORK/parts/login-to-pull" ] || fail "login-to-pull"

# GRUB tells the appliance this, as blkid sees it too.
expect "the volume's stamp" "$(blkid -p -o value -s UUID "$WORK/out.iso")" \
  "$(python3 -c 'import hashlib, sys
def sha256(data): return hashlib.sha256(data).digest()
d = sha256(sha256(b"") + sha256(open(sys.argv[1], "rb").read()))
print("2025-%02d-%02d-%02d-%02d-%02d-%02d" % (
    d[0] % 12 + 1, d[1] % 28 + 1, d[2] % 24, d[3] % 60, d[4] % 60, d[5] % 99 + 1))' \
  "$WORK/site.yaml")"

build --site "$WORK/site.yaml" --file "$WORK/again.iso"
cmp "$WORK/out.iso" "$WORK/again.iso" || fail "the same inputs gave another image"
build --file "$WORK/without.iso"
status=0
read_site "$WORK/without.iso" || status=$?
expect "exit status without a site file" $status 3
build_image "$WORK/plain.iso" "$WORK/one.tar" "$WORK/two.tar"
cmp "$WORK/without.iso" "$WORK/plain.iso"

# An image takes another site file, and no bundle is needed for that.
echo "name: Rack 8" >"$WORK/other.yaml"
"$AIRGAP" image build --quiet --no-identity --base "$WORK/out.iso" --site "$WORK/other.yaml" \
  --file "$WORK/other.iso"
read_site "$WORK/other.iso"
expect "the other name" "$(cat "$WORK/parts/name")" "Rack 8"
[ ! -e "$WORK/parts/logins" ] || fail "the former logins are there"
sgdisk --verify "$WORK/other.iso" | finds '^No problems found' || fail "sgdisk finds problems"

# A flipped bit.
cp "$WORK/out.iso" "$WORK/damaged.iso"
printf x | dd of="$WORK/damaged.iso" bs=1 seek=$((start * 512 + 520)) conv=notrunc status=none
status=0
read_site "$WORK/damaged.iso" || status=$?
expect "exit status for a damaged site file" $status 1
finds -F "is damaged" <"$WORK/parts/problems" || fail "$(cat "$WORK/parts/problems")"
[ ! -e "$WORK/parts/logins" ] || fail "logins of a damaged site file"

sed 's/^hostNames/hostname/' "$WORK/site.yaml" >"$WORK/wrong.yaml"
status=0
build --site "$WORK/wrong.yaml" --file "$WORK/wrong.iso" 2>"$WORK/error" || status=$?
expect "exit status for a site file with a mistake" $status 1
finds -F "wrong.yaml: line 2: hostname: unknown key" <"$WORK/error" || fail "$(cat "$WORK/error")"
[ ! -e "$WORK/wrong.iso" ] || fail "an image with a wrong site file"
status=0
build --site "$WORK/site.yaml" --file "$WORK/site.yaml" 2>"$WORK/error" || status=$?
expect "exit status for an output over the site file" $status 2
