#!/bin/sh
# Puts guard in front of pip and poetry for the rest of a CI job: enforce mode, and refused where it cannot judge.
#
#   GitHub Actions   what is to hold in later steps goes to GITHUB_PATH and GITHUB_ENV
#   elsewhere        it is printed: environment=$(sh begin.sh) || exit 1; eval "$environment"
#
# It asks for: GUARD_PREFIX (a folder that does not exist yet), GUARD_MODE, GUARD_ON_ERROR, GUARD_SETTINGS (a guard.toml
# to take), GUARD_PYTHON, GUARD_FIND_LINKS (a directory of wheels, to ask no index), GUARD_PROTECT (no: leave the
# interpreters alone, where several jobs share a machine). All may be unset or empty.
# It fails, in one line, where guard would not stand in front.
set -eu

fail() {
	printf 'guard: %s\n' "$1" >&2
	exit 1
}
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }

here=$(cd "$(dirname "$0")" && pwd)
mode=${GUARD_MODE:-enforce} on_error=${GUARD_ON_ERROR:-block}
case $mode in audit | warn | enforce) ;; *) fail "GUARD_MODE=$mode: it takes audit, warn, enforce" ;; esac
case $on_error in allow | block) ;; *) fail "GUARD_ON_ERROR=$on_error: it takes allow, block" ;; esac
case ${RUNNER_OS-} in Windows) fail 'Windows runners are not covered' ;; esac
settings=${GUARD_SETTINGS:-}
[ -z "$settings" ] || [ -r "$settings" ] || fail "GUARD_SETTINGS=$settings cannot be read"

prefix=${GUARD_PREFIX:-}
if [ -n "$prefix" ]; then
	# One that is there may be another job's, or laid there by another user.
	mkdir -m 700 "$prefix" || fail "GUARD_PREFIX=$prefix must not exist, and the folder above it must"
	prefix=$(cd "$prefix" && pwd)
else
	prefix=$(cd "$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/typoguard.XXXXXX")" && pwd)
fi
case $prefix in *:* | *'
'*) fail "$prefix cannot stand on PATH" ;; esac

set -- --prefix "$prefix" --no-rc
[ -z "${GUARD_PYTHON:-}" ] || set -- "$@" --python "$GUARD_PYTHON"
[ -z "${GUARD_FIND_LINKS:-}" ] || set -- "$@" --find-links "$GUARD_FIND_LINKS"
[ "${GUARD_PROTECT:-yes}" != no ] || set -- "$@" --no-protect
# CI: what the installer tries out leaves no recorder behind, which would take events from the flush at the end.
CI=${CI:-true} sh "$here/../install.sh" "$@" >&2 || fail 'guard could not be installed'

# In the settings too: what is started with an empty environment is judged the same way.
if [ -n "$settings" ]; then
	cp "$settings" "$prefix/etc/guard.toml"
else
	printf 'mode = "%s"\non_error = "%s"\n[events]\nrecorder = "flush"\n' "$mode" "$on_error" >"$prefix/etc/guard.toml"
fi

if [ -n "${GITHUB_ENV:-}" ] && [ -n "${GITHUB_PATH:-}" ]; then
	printf '%s\n' "GUARD_PREFIX=$prefix" "GUARD_MODE=$mode" "GUARD_ON_ERROR=$on_error" >>"$GITHUB_ENV"
	printf '%s\n' "$prefix/bin" "$prefix/shims" >>"$GITHUB_PATH" # the last comes first
else
	# shellcheck disable=SC2016 # $PATH is for the shell that reads this
	printf 'export GUARD_PREFIX=%s GUARD_MODE=%s GUARD_ON_ERROR=%s PATH=%s:"$PATH":%s\n' \
		"$(quoted "$prefix")" "$mode" "$on_error" "$(quoted "$prefix/shims")" "$(quoted "$prefix/bin")"
fi
