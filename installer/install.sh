#!/bin/sh
# Installs guard from this checkout, or upgrades it in place: sh installer/install.sh [--help]
# Needs sh and a Python, no other program. This part finds the Python; guard/setup/install.py does the rest.
set -eu

case $0 in
*/*) source=${0%/*}/.. ;;
*) source=.. ;;
esac
if ! [ -f "$source/guard/setup/install.py" ]; then
	echo "install.sh: $source is no checkout of guard; run install.sh from where it lies" >&2
	exit 2
fi

chosen='' everybody='' before=''
for word do
	[ "$before" != --python ] || chosen=$word
	case $word in --python=*) chosen=${word#*=} ;; --system) everybody=yes ;; esac
	before=$word
done

# Says "RANK PATH", where PATH is the interpreter behind an environment; or in one word why this Python will not do.
probe='
import os, stat, sys
if sys.version_info < (3, 9):
    sys.exit("old")
if sys.version_info.releaselevel != "final":
    sys.exit("unfinished")
try:
    import ensurepip, venv
except ImportError:
    sys.exit("bare")
base = getattr(sys, "_base_executable", None) or sys.executable
# With --system every user runs it, so every user must be able to, and root alone to change it.
for path in [base, os.__file__] if sys.argv[1:] else []:
    path = os.path.realpath(path)
    while path != "/":
        found = os.stat(path)
        if found.st_uid or not found.st_mode & (stat.S_IXOTH if os.path.isdir(path) else stat.S_IROTH) \
                or found.st_mode & stat.S_IWOTH:
            sys.exit("private")
        path = os.path.dirname(path)
print("%d%03d%03d" % sys.version_info[:3], base)
'

# Keeps every Python that will do, the newest of them apart, and of those that will not one for each reason.
best=0 newest='' enough='' old='' bare='' private='' other=''
consider() {
	if ! [ -f "$1" ] || ! [ -x "$1" ]; then return 0; fi
	answer=$("$1" -I -c "$probe" $everybody 2>&1 </dev/null) || :
	case $answer in
	[0-9]*' '/*)
		enough="$enough$answer
"
		if [ "${answer%% *}" -gt "$best" ]; then best=${answer%% *} newest=${answer#* }; fi
		;;
	old) old=$1 ;;
	bare) bare=$1 ;;
	private) private=$1 ;;
	*) other=$1 ;;
	esac
}

if [ -n "$chosen" ]; then
	consider "$(command -v "$chosen" || echo "$chosen")"
else
	rest=${PATH:-/usr/local/bin:/usr/bin:/bin}:
	while [ -n "$rest" ]; do
		folder=${rest%%:*} rest=${rest#*:}
		folder=${folder:-.}
		for candidate in "$folder"/python3 "$folder"/python3.[0-9] "$folder"/python3.[0-9][0-9]; do
			consider "$candidate"
		done
	done
	for candidate in "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/*/bin/python3; do consider "$candidate"; done
fi

if [ -n "$newest" ]; then
	python=$("$newest" -I -B "$source/guard/setup/quickest.py" "$enough") || python=$newest
	exec "$python" -I -B -c 'import os, sys
sys.path.insert(0, os.path.abspath(sys.argv.pop(1)))
from guard.setup.install import main
sys.exit(main(sys.argv[1:]))' "$source" "$@"
elif [ -n "$bare" ]; then
	echo "install.sh: $bare cannot make a virtual environment, for it lacks venv or ensurepip" >&2
	echo "            on Debian and Ubuntu: apt install python3-venv; another Python: --python PYTHON" >&2
elif [ -n "$private" ]; then
	echo "install.sh: with --system every user runs guard's Python and root alone may change it; $private is not so" >&2
	echo "            another Python: --python PYTHON" >&2
elif [ -n "$old" ]; then
	echo "install.sh: guard needs Python 3.9 or later, and $old is older; another Python: --python PYTHON" >&2
elif [ -n "$chosen$other" ]; then
	echo "install.sh: ${chosen:-$other} is no finished Python that runs; another Python: --python PYTHON" >&2
else
	echo "install.sh: guard needs Python 3.9 or later, and there is none on PATH; another place: --python PYTHON" >&2
fi
exit 69
