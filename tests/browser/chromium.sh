#!/bin/sh
# Says where a Chromium is: $CHROMIUM, or one on PATH; or installs one, once: Debian's as root, else that of an
# npm package, into .tools/browser. Says why there is none, and fails, when there is none.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
package=$root/.tools/browser/chromium
PATH=$root/.tools/clients/venv/bin:$PATH
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# It must do more than be there: start, and show a page.
found() {
  BROWSER_PACKAGES=$root/.tools/browser/node node "$root/tests/browser/support/starts.mjs" "$1" >"$log" 2>&1 ||
    { echo "$1 does not start:" >&2; head -n 12 "$log" >&2; return 1; }
  echo "$1"
  exit 0
}

if [ -n "${CHROMIUM:-}" ]; then
  found "$CHROMIUM"
fi
for name in chromium chromium-browser google-chrome; do
  if path=$(command -v "$name"); then found "$path" || true; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing chromium with apt-get, once (about a minute)" >&2
  if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium fonts-dejavu-core; } >"$log" 2>&1; then
    found "$(command -v chromium)" || true
  else
    tail -n 5 "$log" >&2
  fi
fi
if ! cmp -s "$root/tests/browser/chromium/package-lock.json" "$package/installed-lock.json"; then
  echo "installing the Chromium of an npm package into .tools/browser, once (70 MB)" >&2
  mkdir -p "$package"
  cp "$root/tests/browser/chromium/package.json" "$root/tests/browser/chromium/package-lock.json" "$package"
  (cd "$package" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
  cp "$package/package-lock.json" "$package/installed-lock.json"
fi
found "$(cd "$package" && TMPDIR=$package node --input-type=module --eval 'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath())')"
