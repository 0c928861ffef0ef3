#!/usr/bin/env bash
# Every package says why it is there, exactly which files it is, and under which licence; the
# licence text in the fetched package is the recorded one.
# timeout: 180
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$ROOT/scripts/lib/common.sh"
. "$ROOT/scripts/lib/pin.sh"

# licence_text PACKAGE prints the text out of a binary package or a wheel.
licence_text() {
  local package=$1 holder path file
  path=$(about_get "$package" licence-file)
  holder=$(about_get "$package" licence-package)
  [ "$(pin_get "$package" kind)" != within ] || holder=$(pin_get "$package" name)
  file=$("$ROOT/scripts/fetch" --print "${holder:-$package}")
  case $file in
  *.deb) { dpkg-deb --fsys-tarfile "$file" || true; } | tar -xO --occurrence=1 "./$path" ;;
  *.whl) python3 -c 'import sys, zipfile
sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))' "$file" "$path" ;;
  esac
}

# Those of another architecture as well, which no build here asked for.
"$ROOT/scripts/fetch" --kind deb --kind wheel
count=0
for package in $(pin_names); do
  for field in why licence licence-file licence-sha256; do
    [ -n "$(about_get "$package" $field)" ] || fail "$package: its about file has no \"$field\""
  done
  [ -n "$(pin_get "$package" version)" ] || fail "$package: its pin has no version"
  kind=$(pin_get "$package" kind)
  [ "$kind" = within ] || [ -n "$(pin_files "$package")" ] || fail "$package: no files pinned"
  # The build checks the text of what is built from source.
  [ "$kind" != deb-source ] || [ -e "$PACKAGES/$package/recipe.sh" ] || fail "$package: no recipe"
  if [ "$kind" != deb-source ]; then
    licence_text "$package" >"$WORK/licence" || fail "$package: no licence text"
    got=$(sha256_of "$WORK/licence")
    expect "$package: licence text" "$got" "$(about_get "$package" licence-sha256)"
  fi
  count=$((count + 1))
done
echo "$count packages"
