#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or installs one: Debian's package when root, Playwright's own otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

found() {
  [ -n "${KEEPLESS_CHROMIUM:-}" ] && [ -x "$KEEPLESS_CHROMIUM" ] && return 0
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  .venv/bin/python - <<'PY'
import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    sys.exit(not pathlib.Path(playwright.chromium.executable_path).exists())
PY
}

found && exit 0
echo "==> No Chromium on this machine: installing one for the browser tests"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium
else
  .venv/bin/playwright install chromium
fi || true
found || {
  echo "The browser tests need a Chromium and none could be installed: install it, or name it in KEEPLESS_CHROMIUM." >&2
  exit 1
}
