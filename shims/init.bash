# guard, for bash: its shims come first on PATH, also after activate, deactivate or another tool has changed it; its
# command comes last, so that it hides no other of that name.
_guard_shims=@shims@
_guard_first() {
	local rest=:$PATH:
	[[ $rest == ":$_guard_shims:"* || ! -d $_guard_shims ]] && return
	while [[ $rest == *":$_guard_shims:"* ]]; do rest=${rest/":$_guard_shims:"/:}; done
	rest=${rest#:}
	export PATH=$_guard_shims:${rest%:}
}
_guard_first
[[ :$PATH: == *:@bin@:* || ! -d @bin@ ]] || PATH+=:@bin@
if [[ $- == *i* ]]; then
	# Before each prompt, and last: what else is done there (direnv, pyenv-virtualenv) may put something in front.
	if [[ ${PROMPT_COMMAND[*]-} == *_guard_first* ]]; then
		:
	elif [[ $(declare -p PROMPT_COMMAND 2>/dev/null) == 'declare -a'* ]]; then
		PROMPT_COMMAND+=(_guard_first)
	else
		PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}_guard_first
	fi
	# A line like ". venv/bin/activate && pip install x" sees no prompt on its way; a function comes before any PATH.
	_guard_run() {
		if [[ -x $_guard_shims/$1 ]]; then "$_guard_shims/$1" "${@:2}"; else command "$@"; fi
	}
	for _guard_tool in "$_guard_shims"/[a-z]*; do
		_guard_tool=${_guard_tool##*/}
		declare -F "$_guard_tool" >/dev/null || alias "$_guard_tool" >/dev/null 2>&1 ||
			eval "function $_guard_tool { _guard_run $_guard_tool \"\$@\"; }"
	done
	unset _guard_tool
fi
