#!/usr/bin/env bash
# Twelve clients push the same bytes at the same time, to two repositories; all of them succeed.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push.bash"

start_push_serve
login=$(as_pusher)
head -c 8000000 /dev/urandom >"$WORK/blob"
blob=sha256:$(sha256_of "$WORK/blob")
pids=()
for client in {1..12}; do
  curl -sS --cacert "$CA" -K "$login" -o "$WORK/body.$client" -w '%{http_code}' -X POST \
    --data-binary "@$WORK/blob" --max-time 60 \
    "$URL/v2/site.example/app$((client % 2))/blobs/uploads/?digest=$blob" \
    >"$WORK/status.$client" &
  pids+=($!)
done
wait "${pids[@]}"
for client in {1..12}; do expect "client $client" "$(cat "$WORK/status.$client")" 201; done
expect "files" "$(find "$WORK/overlay/blobs" "$WORK/overlay/uploads" -type f | wc -l)" 1
for repository in app0 app1; do
  get "/v2/site.example/$repository/blobs/$blob" -o "$WORK/got"
  cmp "$WORK/blob" "$WORK/got"
done

# Gone from one, it stays in the other.
expect "a delete" "$(status_of "/v2/site.example/app0/blobs/$blob" -X DELETE -K "$login")" 202
expect "there no more" "$(status_of "/v2/site.example/app0/blobs/$blob")" 404
expect "here still" "$(status_of "/v2/site.example/app1/blobs/$blob")" 200
expect "the last delete" \
  "$(status_of "/v2/site.example/app1/blobs/$blob" -X DELETE -K "$login")" 202
expect "files after it" "$(find "$WORK/overlay/blobs" -type f | wc -l)" 0
