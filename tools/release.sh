#!/bin/sh
# A release without publishing it: the source archive, the wheel made from it, an empty environment
# with what the wheel asks for, and a shipped scenario run from another folder.
# Needs .venv with its kernels (make setup), which the new environment finds where they are kept.
set -eu
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
requirements=$PWD/requirements.txt
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$python" -c 'import sys; from hatchling.build import build_sdist; build_sdist(sys.argv[1])' "$place" >/dev/null
mkdir "$place/source"
tar -xzf "$place"/multipolar-*.tar.gz -C "$place/source" --strip-components 1
# from the archive and not from here, so that nothing that it lacks is found
(cd "$place/source" && "$python" -c 'import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])' "$place") >/dev/null
echo "built: $(cd "$place" && ls multipolar-*)"

"$python" -m venv "$place/empty"
pip="$place/empty/bin/python -m pip -qq --disable-pip-version-check"
$pip install --no-compile --require-hashes --only-binary :all: -r "$requirements"
$pip install --no-compile --no-deps "$place"/multipolar-*.whl
$pip check # whatever the wheel asks for is in requirements.txt
echo "installed: $("$place/empty/bin/multipolar" --version)"

mkdir "$place/elsewhere"
cd "$place/elsewhere"
unset PYTHONPATH PYTHONDONTWRITEBYTECODE # the first start compiles for those after it
"$place/empty/bin/python" -c 'import sim, sys; sys.exit(not sim.__file__.startswith(sys.argv[1]))' "$place/empty"
"$place/empty/bin/multipolar" run russia_dprk_pact --runs 4 --quarters 4 --quiet --json --out treaty >told.json
"$place/empty/bin/multipolar" export treaty --out tables --quiet
"$place/empty/bin/multipolar" new mine --extends world/2024
"$place/empty/bin/multipolar" validate mine.yaml >/dev/null
echo "run from another folder: $(ls treaty | wc -l) files of results, $(ls tables | wc -l) tables"
