#!/usr/bin/env bash
# timeout: 300
# containerd 2 asks for one layer in several ranges at once, open at their end, and leaves each
# when it has its part.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../containerd.sh"
alone_on_the_network
need_file "$ROOT/build/peers/containerd" scripts/build-peers
PATH=$ROOT/build/peers:$PATH

start_serve "$DEMO"
write_hosts_toml "$URL" "$CA"
mkdir -p "$WORK/containerd"
cat >"$WORK/containerd/config.toml" <<TOML
version = 3
root = "$WORK/containerd/root"
state = "$WORK/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images",
  "io.containerd.cri.v1.runtime", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$WORK/containerd/socket"
[plugins."io.containerd.transfer.v1.local"]
  config_path = "$WORK/hosts"
  concurrent_layer_fetch_buffer = 1048576
  max_concurrent_downloads = 8
[[plugins."io.containerd.transfer.v1.local".unpack_config]]
  platform = "linux/amd64"
  snapshotter = "native"
TOML
background containerd containerd --config "$WORK/containerd/config.toml" --log-level warn
wait_for 30 containerd ctr_here version

# Where it mounts what it unpacks, after it has ended.
at_end "umount -l $WORK/containerd/state/io.containerd.mount-manager.v1.bolt/t/*/* 2>/dev/null"
requests() {
  get /metrics | awk '/^airgap_requests_total.*"registry"/ { print $2 }'
}
before=$(requests)
ctr_here images pull --snapshotter native --hosts-dir "$WORK/hosts" \
  ghcr.io/cozystack/demo/debian:13 >"$WORK/pull.log" 2>&1 || fail "$(tail -n 3 "$WORK/pull.log")"
after=$(requests)
echo "$((after - before)) requests for one image"
[ $((after - before)) -ge 15 ] || fail "the layers did not come in ranges"
get /v2/ghcr.io/cozystack/demo/debian/manifests/13 -o "$WORK/manifest"
for digest in $(json "$WORK/manifest" '" ".join(l["digest"] for l in v["layers"])'); do
  ctr_here content get "$digest" >"$WORK/layer" || fail "no $digest"
  expect "a layer" "sha256:$(sha256_of "$WORK/layer")" "$digest"
done
run_in_image ghcr.io/cozystack/demo/debian:13 /bin/bash -c 'ls /' | finds -x etc ||
  fail "the image does not run"
