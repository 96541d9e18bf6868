#!/usr/bin/env bash
# Known faults of our dependencies (RustSec), where the database can be had: it is a git repository at GitHub,
# and in no package registry. A network without GitHub checks the rest; this says so in a line.
#   advisories.sh <cargo-deny>
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
deny=$1
said=$(mktemp)
trap 'rm -f "$said"' EXIT

export GIT_TERMINAL_PROMPT=0 GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=20
if ! "$deny" --locked fetch db >"$said" 2>&1; then
  if ! compgen -G '.tools/deny/advisory-dbs/*/crates' >/dev/null; then
    echo "advisories: NOT CHECKED, the database at github.com/RustSec/advisory-db cannot be fetched from here:"
    { grep -m1 -E '^fatal' || tail -n 1; } <"$said" | sed 's/^/  /'
    exit 0
  fi
  # cargo-deny refuses one that is older than deny.toml allows.
  echo "advisories: the database cannot be fetched now; as it was when it was last fetched"
fi
"$deny" --offline --locked check --hide-inclusion-graph advisories
