#!/usr/bin/env bash
# timeout: 180
# The SBOM of the base ISO is valid SPDX, and what is really inside belongs to a package that it
# names: every library that programs were linked with, every driver, every firmware file, every
# program, every boot loader. The ISO carries the licence texts.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/sbom.bash"
sbom_names_everything amd64
