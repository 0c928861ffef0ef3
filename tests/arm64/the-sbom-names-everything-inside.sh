#!/usr/bin/env bash
# timeout: 180
# The SBOM of the base ISO for arm64 is valid SPDX, and what is really inside belongs to a package
# that it names, as for amd64. The ISO carries the licence texts.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../image/sbom.bash"
sbom_names_everything arm64
