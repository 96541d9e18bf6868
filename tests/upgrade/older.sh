#!/usr/bin/env bash
# older.sh [REF]: builds the functions of an older version beside ours, and says where they are:
#
#     <the commit> <the folder of its binaries> <its sources>
#
# Without a REF: the last tag before HEAD; when there is none, the commit before what is stored changed last.
# Crates of others are built once for both versions: what is intermediate is shared, what is finished is not.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")

from=${1:-}
if [ -z "$from" ]; then
  from=$(git describe --tags --abbrev=0 HEAD^ 2>/dev/null || true)
  if [ -n "$from" ]; then
    echo "the older version: $from, the last tag" >&2
  else
    changed=$(git log -1 --first-parent -m --format=%H -- shared/aws/src/items shared/aws/src/devices shared/aws/src/queue)
    from=$changed^1
    echo "the older version: there is no tag, so what was there before \"$(git log -1 --format=%s "$changed")\", which changed what is stored" >&2
  fi
fi
commit=$(git rev-parse --verify --short=12 "$from^{commit}")
echo "the older version: $(git log -1 --format='%h of %cs, "%s"' "$commit")" >&2

tree=$target/upgrade/$commit/tree
if [ ! -e "$tree/Cargo.toml" ]; then
  git worktree prune
  git worktree add --quiet --detach "$tree" "$commit"
fi
binaries=$(sed -n 's|.*CodeUri: ../target/lambda/\(.*\)/bootstrap.zip|--bin \1|p' "$tree/infra/template.yaml" | sort -u)
# All of the workspace, so that crates of others have the features that they have for `make build`.
# shellcheck disable=SC2086 # the list is words
(cd "$tree" && CARGO_TARGET_DIR=$target/upgrade/$commit CARGO_BUILD_BUILD_DIR=$target \
  ${CARGO:-cargo} build --quiet --locked --workspace $binaries) >&2
echo "$commit $target/upgrade/$commit/debug $tree"
