#!/bin/sh
# The end of a CI job behind guard: events are delivered, findings become annotations in the log, events an artifact, and
# guard is taken off again.
#
# It asks for: GUARD_PREFIX (begin.sh set it), GUARD_EVENTS (the artifact; default guard-events.jsonl).
# Exit codes: 0; 1 where guard did not stand in front of pip to the end; 69 where a receiver of events was away.
set -u

complain() {
	case ${GITHUB_ACTIONS:+github}${TF_BUILD:+azure} in
	github) printf '::error title=guard::%s\n' "$1" ;;
	azure) printf '##vso[task.logissue type=error]guard: %s\n' "$1" ;;
	*) printf 'guard: %s\n' "$1" >&2 ;;
	esac
}

prefix=${GUARD_PREFIX:-}
guard=$prefix/bin/guard
if [ -z "$prefix" ] || ! [ -x "$guard" ]; then
	complain 'guard is not there: begin.sh did not run, or its folder was removed'
	exit 1
fi

"$guard" events flush --annotate
code=$?
"$guard" events --json >"${GUARD_EVENTS:-guard-events.jsonl}" || code=1

# A later step may have put another folder first on PATH. The name is on every list, and with no index nothing is asked.
folder=$(mktemp -d)
pip download --no-index --no-deps --disable-pip-version-check -d "$folder" typoguard-test-blocked >/dev/null 2>&1
case $? in
77 | 127) ;; # 127: there is no pip in this job
*)
	complain "guard did not stand in front of $(command -v pip) at the end: let it begin after what sets up Python"
	code=1
	;;
esac
rm -rf "$folder"

"$guard" uninstall --yes >&2 || code=1
rmdir "$prefix" 2>/dev/null
exit "$code"
