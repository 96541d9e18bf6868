#!/usr/bin/env bash
# Instructions of one pass of each hot path, in a release build without the fat link: the main thread's, as callgrind
# counts them, so that the fakes in their own threads are not counted. Needs valgrind; installs nothing.
#
#   tests/budget/instructions.sh [path]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
command -v valgrind >/dev/null || { echo "valgrind is missing: apt-get install valgrind" >&2; exit 1; }
target=${CARGO_TARGET_DIR:-target}
cargo build --quiet --release --config 'profile.release.lto="off"' --config profile.release.codegen-units=16 \
  --config 'profile.release.strip="none"' --package budget --example budget
program=$target/release/examples/budget
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The totals of the main thread with so many passes of one path.
instructions() {
  valgrind --tool=callgrind --separate-threads=yes --callgrind-out-file="$folder/out" --quiet \
    "$program" --pass "$1" "$2" 2>/dev/null
  awk '/^(totals|summary):/ { print $2; exit }' "$folder/out-01"
  rm -f "$folder"/out*
}

for path in $(sed -n 's/^\[\(.*\)\]$/\1/p' tests/budget/baseline.toml); do
  case "$path" in "${1:-}"*) ;; *) continue ;; esac
  few=$(instructions "$path" 2)
  many=$(instructions "$path" 6)
  printf '%-24s %14d instructions a pass\n' "$path" $(((many - few) / 4))
done
