#!/usr/bin/env bash
# timeout: 300
# `ctr images import` takes a bundle as it is, under the names that it has, in Debian's containerd
# and in containerd 2; what `ctr images export` writes is a source.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"
. "$ROOT/tests/containerd.sh"
alone_on_the_network
need_file "$PEERS/containerd" scripts/build-peers

make_bundle
try() {
  start_containerd
  # An SBOM is no image to unpack.
  ctr_here images import --no-unpack --all-platforms "$WORK/b.tar" >"$WORK/import.log" 2>&1 ||
    fail "$(tail -n 3 "$WORK/import.log")"
  ctr_here images ls -q | sort | cmp - <(cut -d ' ' -f 1 "$WORK/references" | sort)
  while read -r reference digest _; do
    ctr_here content get "$digest" >"$WORK/content" || fail "$reference: no $digest"
    expect "$reference" "sha256:$(sha256_of "$WORK/content")" "$digest"
  done <"$WORK/references"

  # Through its transfer service ctr 2 may end before all that it was sent is in the file.
  local by_itself=()
  ! ctr_here images export --help | finds -e --local || by_itself=(--local)
  ctr_here images export "${by_itself[@]}" --all-platforms "$WORK/exported.tar" \
    ghcr.io/org/app:v1 ghcr.io/org/multi:v1 ghcr.io/org/docker:v1
  for kind in oci-archive docker-archive; do
    same_as_ours ghcr.io/org/app:v1 "$kind:$WORK/exported.tar"
    for reference in ghcr.io/org/multi:v1 ghcr.io/org/docker:v1; do
      grep -q -x -F "$reference $(digest_of "$reference")" "$WORK/got" ||
        fail "$kind, $reference: $(cat "$WORK/got")"
    done
  done
  kill "$LAST_PID"
  wait "$LAST_PID" || true
  rm -rf "$WORK/containerd" "$WORK/exported.tar"
}
try
PATH=$PEERS:$PATH
try
