#!/bin/sh
# Rewrite constraints.txt (everything) and requirements.txt (what a run needs) from pyproject.toml.
# Needs uv. Both hold names, versions and hashes only: one resolution for all platforms and for
# Python 3.12 and newer, and no address, so that they serve behind any mirror.
# `sh tools/lock.sh --upgrade` takes the newest releases; without it, pins stay where they can.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null 2>&1 || PATH="$PWD/.venv/bin:$PATH"
command -v uv >/dev/null 2>&1 || { echo "uv is not installed: .venv/bin/pip install uv" >&2; exit 1; }

lock() {
    uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
# The build backend is pinned too: the project itself is installed without build isolation.
backend=$(mktemp)
trap 'rm -f "$backend"' EXIT
echo "hatchling" >"$backend"

lock "$@" --all-extras --output-file constraints.txt pyproject.toml "$backend"
lock --constraints constraints.txt --output-file requirements.txt pyproject.toml "$backend"
echo "constraints.txt: $(grep -c == constraints.txt) packages; requirements.txt: $(grep -c == requirements.txt)"
