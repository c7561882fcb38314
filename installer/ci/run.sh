#!/bin/sh
# The plain recipe, for any runner and for Dockerfiles: sh installer/ci/run.sh COMMAND [WORD]…
# Runs the command behind guard. Its exit code is the command's, else that of end.sh.
set -u

here=$(cd "$(dirname "$0")" && pwd)
[ $# -gt 0 ] || { echo 'run.sh: no command to run: sh run.sh pip install -r requirements.txt' >&2 && exit 2; }
environment=$(sh "$here/begin.sh") || exit 1
eval "$environment"
"$@"
code=$?
sh "$here/end.sh"
end=$?
[ "$code" -ne 0 ] || code=$end
exit "$code"
