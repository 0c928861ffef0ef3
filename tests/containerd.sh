# A containerd of the test's own. Needs lib.sh and root. Source it, don't run it.
# shellcheck shell=bash

# start_containerd: with its state in WORK and nothing configured but where that is.
start_containerd() {
  need containerd ctr
  mkdir -p "$WORK/containerd" "$WORK/hosts"
  cat >"$WORK/containerd/config.toml" <<TOML
version = 2
root = "$WORK/containerd/root"
state = "$WORK/containerd/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$WORK/containerd/socket"
TOML
  background containerd containerd --config "$WORK/containerd/config.toml" --log-level warn
  wait_for 30 containerd ctr_here version
}

ctr_here() {
  ctr --address "$WORK/containerd/socket" "$@"
}

# write_hosts_toml URL CA: one mirror for each upstream of the demo bundle. A later call replaces
# the earlier: containerd reads the files at each pull.
write_hosts_toml() {
  local host
  while read -r host; do
    mkdir -p "$WORK/hosts/$host"
    cat >"$WORK/hosts/$host/hosts.toml" <<TOML
server = "https://$host"

[host."$1"]
  capabilities = ["pull", "resolve"]
  ca = "$2"
TOML
  done < <(references | cut -d / -f 1 | sort -u)
}

# pull_every_reference pulls images with all their platforms, and fetches what is not an image
# (signatures, SBOMs) as content; then every digest must be the bundle's.
pull_every_reference() {
  local reference digest media_type count=0
  references >"$WORK/references"
  while read -r reference digest media_type; do
    count=$((count + 1))
    if is_image "$digest"; then
      ctr_here images pull --snapshotter native --all-platforms --hosts-dir "$WORK/hosts" \
        "$reference" >"$WORK/pull.log" 2>&1 ||
        fail "$reference: $(tail -n 3 "$WORK/pull.log")"
    else
      ctr_here content fetch --all-platforms --hosts-dir "$WORK/hosts" "$reference" \
        >"$WORK/pull.log" 2>&1 || fail "$reference: $(tail -n 3 "$WORK/pull.log")"
    fi
    ctr_here content get "$digest" >"$WORK/content" || fail "$reference: no $digest ($media_type)"
    expect "$reference" "sha256:$(sha256_of "$WORK/content")" "$digest"
  done <"$WORK/references"
  [ $count -ge 6 ] || fail "only $count references in the demo bundle"
  echo "$count references pulled"
}

# is_image DIGEST: does the manifest in the demo bundle hold file system layers?
is_image() {
  local first
  tar -xOf "$DEMO" "blobs/sha256/${1#sha256:}" >"$WORK/manifest.json"
  first=$(json "$WORK/manifest.json" \
    'v["manifests"][0].get("artifactType", "index") if "manifests" in v
     else v["layers"][0]["mediaType"]') || exit 1
  [[ $first = *rootfs* || $first = *layer* || $first = index ]]
}

# run_in_image REFERENCE COMMAND...: the unpacked image as root of COMMAND. The folder is new each
# time: containerd names the snapshot by it.
run_in_image() {
  local status=0 reference=$1 folder
  shift
  folder=$(mktemp -d "$WORK/root.XXXXXX")
  ctr_here images mount --snapshotter native "$reference" "$folder" >"$WORK/mount.log" 2>&1 ||
    fail "$reference: $(tail -n 1 "$WORK/mount.log")"
  chroot "$folder" "$@" || status=$?
  umount "$folder"
  return $status
}
