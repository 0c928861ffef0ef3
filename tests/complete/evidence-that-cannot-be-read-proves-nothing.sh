#!/usr/bin/env bash
# A template that was not rendered, a damaged archive, a folder without manifests, a list of unknown
# form, a billion laughs: exit status 3 and the place, never "complete". Usage: 2.
set -euo pipefail
. "$(dirname "$0")/fixture.bash"

make_bundle "$WORK/b.tar" ghcr.io/org/app:v1
# refused STATUS WORDS ARGUMENT...
refused() {
  check "$1" "${@:3}"
  grep -q -F -- "$2" "$WORK/err" || fail "$2: $(cat "$WORK/err")"
}
mkdir "$WORK/r"
refused 3 'no Kubernetes object' --rendered "$WORK/r"
refused 3 "$WORK/none" --rendered "$WORK/none"
printf 'kind: Pod\nspec:\n  {{ toYaml .Values }}\n' >"$WORK/r/a.yaml"
refused 3 "$WORK/r/a.yaml: line 3" --rendered "$WORK/r"
printf 'kind: Pod\n' | gzip | head -c 20 >"$WORK/r/a.yaml"
refused 3 'no whole gzip file' --rendered "$WORK/r"
{
  echo 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
  for i in {1..9}; do
    echo "a$i: &a$i [$(for _ in {1..10}; do printf '*a%s, ' $((i - 1)); done)]"
  done
} >"$WORK/r/a.yaml"
refused 3 'more than 1000000 values' --rendered "$WORK/r"
head -c 70000000 /dev/zero | tr '\0' ' ' | gzip >"$WORK/r/a.yaml"
refused 3 'unpacks to more than 67108864 bytes' --rendered "$WORK/r"
printf 'ghcr.io/org/app:v1\nwhat is this\n' >"$WORK/live"
refused 3 "$WORK/live: line 2: 'what is this'" --live "$WORK/live"
echo '{"items": []}' >"$WORK/live"
refused 3 'crictl images' --live "$WORK/live"
: >"$WORK/live"
refused 3 'lists no images' --live "$WORK/live"
refused 2 'give --rendered or --live'
refused 2 'only once' --rendered - --live -
truncate -s 1000 "$WORK/b.tar"
refused 3 "$WORK/b.tar" --live "$WORK/live"
