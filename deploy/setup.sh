#!/bin/sh
# Makes .venv with the locked dependencies; every `make` target runs this first, and it costs nothing when there is nothing to do.
# PYTHON=python3.12 sh deploy/setup.sh   chooses the interpreter. An interrupted set-up is begun again by the next run.
set -eu
cd "$(dirname "$0")/.."

LOCK=requirements-dev.lock
STAMP=.venv/.installed      # checksum of the lock that is installed whole
UNFINISHED=.venv/.unfinished

fail() {
  echo "setup: $1" >&2
  exit 1
}

new_enough() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
  if [ -n "${PYTHON:-}" ]; then
    new_enough "$PYTHON" || fail "$PYTHON is not Python 3.11 or newer: name another, for example PYTHON=python3.12"
    echo "$PYTHON"
    return
  fi
  for name in python3 python3.13 python3.12 python3.11; do
    if new_enough "$name"; then
      echo "$name"
      return
    fi
  done
  fail "no Python 3.11 or newer was found: install it, or name it, for example PYTHON=/usr/local/bin/python3.12"
}

wanted=$(cksum <"$LOCK")
if [ -f "$STAMP" ] && [ ! -f "$UNFINISHED" ] && [ -x .venv/bin/python ] && [ "$(cat "$STAMP")" = "$wanted" ]; then
  exit 0
fi

if [ -f "$UNFINISHED" ] || ! new_enough .venv/bin/python; then
  python=$(find_python)
  "$python" -c 'import venv, ensurepip' 2>/dev/null ||
    fail "$python has no venv module: install it (Debian and Ubuntu: apt install python3-venv), then run this again"
  rm -rf .venv
  mkdir .venv || fail "cannot write to $(pwd)"
  : >"$UNFINISHED"
  "$python" -m venv .venv >/dev/null || fail "$python could not make .venv"
fi

echo "setup: installing the locked dependencies into .venv, once (about a minute) ..."
: >"$UNFINISHED"
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$LOCK" ||
  fail "pip could not install $LOCK: its reason is above; run this again when it is gone"
echo "$wanted" >"$STAMP"
rm -f "$UNFINISHED"
