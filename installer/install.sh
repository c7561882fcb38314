#!/bin/sh
# Installs guard from this checkout, or upgrades it in place: sh installer/install.sh [--help]
# Needs sh and a Python. This part finds the Python; guard/setup/install.py does the rest.
set -eu

source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
if ! [ -f "$source/guard/setup/install.py" ]; then
	echo "install.sh: $source is no checkout of guard; run install.sh from where it lies" >&2
	exit 2
fi

chosen='' before=''
for word do
	[ "$before" != --python ] || chosen=$word
	case $word in --python=*) chosen=${word#*=} ;; esac
	before=$word
done

# Says "RANK PATH", where PATH is the interpreter behind an environment; or in one word why this Python will not do.
probe='
import sys
if sys.version_info < (3, 9):
    sys.exit("old")
if sys.version_info.releaselevel != "final":
    sys.exit("unfinished")
try:
    import ensurepip, venv
except ImportError:
    sys.exit("bare")
print("%d%03d%03d" % sys.version_info[:3], getattr(sys, "_base_executable", None) or sys.executable)
'

# Every python3 and python3.N on PATH, and those of pyenv, one a line.
candidates() {
	printf '%s\n' "${PATH:-/usr/local/bin:/usr/bin:/bin}" | tr ':' '\n' | while IFS= read -r folder; do
		folder=${folder:-.}
		printf '%s\n' "$folder"/python3 "$folder"/python3.[0-9] "$folder"/python3.[0-9][0-9]
	done
	printf '%s\n' "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/*/bin/python3
}

# The newest of them that will do, else the reasons of the others.
newest() {
	best=0 python='' reasons=''
	while IFS= read -r candidate; do
		if ! [ -f "$candidate" ] || ! [ -x "$candidate" ]; then continue; fi
		answer=$("$candidate" -I -c "$probe" 2>&1 </dev/null | tail -n 1)
		case $answer in
		[0-9]*' '/*) if [ "${answer%% *}" -gt "$best" ]; then best=${answer%% *} python=${answer#* }; fi ;;
		old | unfinished | bare) reasons="$reasons $answer:$candidate" ;;
		esac
	done
	echo "${python:-$reasons}"
}

if [ -n "$chosen" ]; then
	found=$(command -v "$chosen" || :)
	if [ -z "$found" ]; then
		echo "install.sh: there is no Python at $chosen" >&2
		exit 2
	fi
	case $found in /*) ;; *) found=$PWD/$found ;; esac
	python=$(echo "$found" | newest)
else
	python=$(candidates | newest)
fi

case $python in
/*) exec "$python" -I -B -c 'import sys; sys.path.insert(0, sys.argv.pop(1))
from guard.setup.install import main
sys.exit(main(sys.argv[1:]))' "$source" "$@" ;;
*bare:*)
	echo "install.sh: ${python##*bare:} cannot make virtual environments: it lacks venv or ensurepip" >&2
	echo "            on Debian and Ubuntu: apt install python3-venv" >&2
	;;
*old:*) echo "install.sh: guard needs Python 3.9 or later; ${python##*old:} is older (another: --python PYTHON)" >&2 ;;
*) echo "install.sh: guard needs Python 3.9 or later, and found none ${chosen:+at $chosen }(another: --python PYTHON)" >&2 ;;
esac
exit 69
