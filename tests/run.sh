#!/bin/sh
# The front door of development. It needs sh and python3, and sets up the rest in .work/.
#
#   sh tests/run.sh            check, then test: what CI runs
#   sh tests/run.sh check      lint, types, import contracts, shell scripts
#   sh tests/run.sh test […]   the tests (words go to pytest)
#   sh tests/run.sh long […]   the long run: fuzz, faults, every version of the real tools
#   sh tests/run.sh bench […]  the benchmarks: medians and ratios in one run
#   sh tests/run.sh fix        what the linter can mend by itself
set -eu

cd "$(dirname "$0")/.."
venv=.work/venv
unset PYTHONPATH PYTHONHOME

# A Python from 3.9 on; pyenv's shims answer with the version that is in force here.
for python in "${PYTHON-python3}" python3.11 python3.12 python3.13 python3.10 python3.9; do
	if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then break; fi
	python=
done
[ -n "$python" ] || { echo "tests/run.sh: Python 3.9 or later with venv is needed" >&2 && exit 1; }

# Installed anew whenever what is asked for changes.
wanted=$(cat tests/requirements.txt pyproject.toml | cksum)
if [ "$(cat .work/wanted 2>/dev/null)" != "$wanted" ]; then
	mkdir -p .work
	[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
	"$venv/bin/python" -m pip install -q --disable-pip-version-check -r tests/requirements.txt
	# Guard's own dependencies and extras; the tests read guard itself from this folder.
	"$venv/bin/python" -m pip install -q --disable-pip-version-check '.[hunt,spark,trust]'
	"$venv/bin/python" -m pip uninstall -q -y typoguard
	printf '%s' "$wanted" >.work/wanted
fi

check() {
	"$venv/bin/python" -m ruff check .
	"$venv/bin/python" -m mypy guard
	"$venv/bin/shellcheck" -s sh shims/*.sh installer/*.sh installer/ci/*.sh tests/run.sh
	"$venv/bin/shellcheck" -s bash -e SC2128,SC2178 shims/init.bash
}

verb=${1-all}
[ $# -eq 0 ] || shift
case $verb in
all) check && "$venv/bin/python" -m pytest -n 2 --dist loadfile "$@" ;;
check) check ;;
test) "$venv/bin/python" -m pytest -n 2 --dist loadfile "$@" ;;
long) "$venv/bin/python" -m pytest -m long "$@" ;;
bench) "$venv/bin/python" -m bench "$@" ;;
fix) "$venv/bin/python" -m ruff check --fix . ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
