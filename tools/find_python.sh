#!/bin/sh
# Print the path of the newest Python that can run this project; where there is none, say what is
# missing. PYTHON=/path/to/python chooses one by hand.
#
# The name `python3` is often an old one while newer interpreters stand beside it, and a pyenv shim
# may exist for a version that does not answer, so each candidate is run and asked.
set -u

OLDEST=12 # mesa 3.5 needs Python 3.12
NEWEST=14 # numba has no wheels for Python 3.15 yet

ask='
import platform, struct, sys, sysconfig
oldest, newest = int(sys.argv[1]), int(sys.argv[2])
v = sys.version_info
name = platform.python_implementation() + " " + platform.python_version()
path = getattr(sys, "_base_executable", None) or sys.executable
if platform.python_implementation() != "CPython":
    print("no", name, "is not CPython")
elif v < (3, oldest):
    print("no", name, "is too old")
elif v >= (3, newest + 1):
    print("no", name, "is newer than numba supports")
elif v[3] != "final":
    print("no", name, "is a pre-release")
elif struct.calcsize("P") < 8:
    print("no", name, "is a 32-bit build")
elif sysconfig.get_config_var("Py_GIL_DISABLED"):
    print("no", name, "is a free-threaded build")
else:
    missing = []
    for module in "bz2 ctypes ensurepip lzma sqlite3 ssl venv zlib".split():
        try:
            __import__(module)
        except ImportError:
            missing.append(module)
    if missing:
        print("no", name, "lacks " + ", ".join(missing) + " (Debian, Ubuntu: install python3-venv)")
    else:
        print("yes", v[1] * 1000 + v[2], path)
'

best=0 best_path= refused=
consider() {
    command -v "$1" >/dev/null 2>&1 || return 0
    answer=$("$1" -I -c "$ask" "$OLDEST" "$NEWEST" 2>/dev/null </dev/null) || return 0
    case $answer in
    "yes "*)
        answer=${answer#yes }
        rank=${answer%% *}
        if [ "$rank" -gt "$best" ]; then
            best=$rank best_path=${answer#* }
        fi
        ;;
    "no "*)
        line="  $1: ${answer#no }"
        case "$refused" in
        *"$line"*) ;;
        *) refused="$refused$line
" ;;
        esac
        ;;
    esac
}

if [ -n "${PYTHON:-}" ]; then
    consider "$PYTHON"
else
    minor=$NEWEST
    while [ "$minor" -ge "$OLDEST" ]; do
        consider "python3.$minor"
        minor=$((minor - 1))
    done
    consider python3
    consider python
    # pyenv, uv, conda and mise, python.org's and Homebrew's places, whether or not on PATH.
    for path in \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3 \
        "${UV_PYTHON_INSTALL_DIR:-$HOME/.local/share/uv/python}"/cpython-3.*/bin/python3 \
        "$HOME"/.local/share/mise/installs/python/3.*/bin/python3 \
        "$HOME"/.asdf/installs/python/3.*/bin/python3 \
        "$HOME"/miniconda3/bin/python3 "$HOME"/miniforge3/bin/python3 "$HOME"/anaconda3/bin/python3 \
        /usr/bin/python3.1[2-9] /usr/local/bin/python3.1[2-9] /opt/homebrew/bin/python3.1[2-9] \
        /opt/*/bin/python3 /opt/python/*/bin/python3 \
        /Library/Frameworks/Python.framework/Versions/3.*/bin/python3; do
        if [ -x "$path" ]; then consider "$path"; fi
    done
fi

if [ "$best" -gt 0 ]; then
    printf '%s\n' "$best_path"
    exit 0
fi
{
    if [ -n "${PYTHON:-}" ]; then
        echo "PYTHON=$PYTHON cannot run this project, which needs CPython 3.$OLDEST to 3.$NEWEST, 64-bit."
    else
        echo "No suitable Python was found: this project needs CPython 3.$OLDEST to 3.$NEWEST, 64-bit."
    fi
    if [ -n "$refused" ]; then
        echo "Looked at:"
        printf '%s' "$refused"
    fi
    echo "Install one, for example:"
    echo "  Debian, Ubuntu:  apt install python3.13 python3.13-venv"
    echo "  Fedora:          dnf install python3.13"
    echo "  macOS:           brew install python@3.13"
    echo "  anywhere:        pyenv install 3.13   or   uv python install 3.13"
    echo "and run the command again, or name one: make setup PYTHON=/path/to/python3.13"
} >&2
exit 1
