# The Go toolchain that builds the peers of the tests. Needs common.sh and pin.sh. Source it, don't
# run it.
# shellcheck shell=bash

# The version that compiles; any Go from 1.21 on fetches it from the module proxy, checked against
# Go's checksum database.
GO_VERSION=go1.26.8

# find_go prints a go command of at least 1.21: the host's, or else Debian 13's, unpacked into the
# cache (its own Go is too old to compile the peers, but not to fetch the one that does).
find_go() {
  local version folder file
  if command -v go >/dev/null; then
    version=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null || true)
    if [[ $version =~ ^go1\.([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 21 ]; then
      command -v go
      return
    fi
  fi
  folder=$CACHE/go/$(AIRGAP_PACKAGES=$PEER_PACKAGES pin_version golang-go)
  if [ ! -e "$folder/.complete" ]; then
    rm -rf "$folder"
    mkdir -p "$folder"
    AIRGAP_PACKAGES=$PEER_PACKAGES "$ROOT/scripts/fetch" golang-go golang-src
    while read -r file; do
      dpkg-deb -x "$file" "$folder"
    done < <(AIRGAP_PACKAGES=$PEER_PACKAGES "$ROOT/scripts/fetch" --print golang-go golang-src)
    touch "$folder/.complete"
  fi
  printf '%s\n' "$folder"/usr/lib/go-*/bin/go
}

# pin_version PACKAGE prints the pinned version of a peer's package.
pin_version() {
  PACKAGES=$PEER_PACKAGES pin_get "$1" version
}

# go_here ARGS... runs the pinned toolchain with everything of its own in the cache.
go_here() {
  local go
  go=$(find_go)
  env -u GOROOT GOTOOLCHAIN=$GO_VERSION GOPATH="$CACHE/go/path" GOCACHE="$CACHE/go/cache" \
    GOFLAGS=-modcacherw CGO_ENABLED=0 GOBIN= "$go" "$@"
}
