# guard, for zsh: its shims come first on PATH, also after activate, deactivate or another tool has changed it; its
# command comes last, so that it hides no other of that name.
_guard_shims=@shims@
_guard_first() {
	emulate -L zsh
	[[ $path[1] == "$_guard_shims" || ! -d $_guard_shims ]] || path=("$_guard_shims" "${(@)path:#$_guard_shims}")
	export PATH
}
_guard_first
[[ :$PATH: == *:@bin@:* || ! -d @bin@ ]] || PATH+=:@bin@
if [[ -o interactive ]]; then
	# Before each prompt, and last: what else is done there (direnv, pyenv-virtualenv) may put something in front.
	typeset -ga precmd_functions
	precmd_functions=(${precmd_functions:#_guard_first} _guard_first)
	# A line like ". venv/bin/activate && pip install x" sees no prompt on its way; a function comes before any PATH.
	_guard_run() {
		if [[ -x $_guard_shims/$1 ]]; then "$_guard_shims/$1" "${@:2}"; else command "$@"; fi
	}
	for _guard_tool in $_guard_shims/*(N:t); do
		(( $+functions[$_guard_tool] + $+aliases[$_guard_tool] )) ||
			eval "function $_guard_tool { _guard_run $_guard_tool \"\$@\" }"
	done
	unset _guard_tool
fi
