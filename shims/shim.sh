#!/bin/sh
# typoguard shim 1
# Stands in front of one tool: finds the real one, and starts guard's gate where the words could install something.
# It starts no process on the way and exports nothing; its variables bear guard's name, since assigning to one that
# the caller exported would change what the tool sees. (Variables that sh cannot name, such as bash's exported
# functions, are lost where sh is dash.) guard.setup.shims fills in the constants.
guard_home=@home@
guard_python=@python@
guard_gate=@gate@
guard_tool=@tool@

# Some shims of others (pyenv's on its "system" version) look along PATH for the tool and come back here. What this
# process, or the one that started it, was already handed to is left out below, so every round ends further on.
case ${TYPOGUARD_BEHIND-} in
"$$ :"*"/$guard_tool:" | "$PPID :"*"/$guard_tool:") guard_past=${TYPOGUARD_BEHIND#* } ;;
*) guard_past=: ;;
esac
unset TYPOGUARD_BEHIND

# The real tool is the first on PATH that is no shim of any guard: known by its second line, not by where it lies.
guard_rest=${PATH-}:
while :; do
	if [ -z "$guard_rest" ]; then
		printf 'guard: there is no %s on PATH behind the shim %s\n' "$guard_tool" "$guard_home/shims/$guard_tool" >&2
		exit 127
	fi
	guard_real=${guard_rest%%:*} guard_rest=${guard_rest#*:}
	case $guard_real in /*) ;; *) guard_real=$PWD/$guard_real ;; esac # an empty entry is the working directory
	guard_real=${guard_real%/}/$guard_tool
	if ! [ -f "$guard_real" ] || ! [ -x "$guard_real" ]; then continue; fi
	case $guard_past in *":$guard_real:"*) continue ;; esac
	guard_first='' guard_second=''
	if [ -r "$guard_real" ]; then
		{ read -r guard_first && [ "$guard_first" = '#!/bin/sh' ] && read -r guard_second; } <"$guard_real" || :
	fi
	case "$guard_first|$guard_second" in
	'#!/bin/sh|# typoguard shim'*) continue ;;
	'#!'*python*'|' | "#!/bin/sh|'''exec'"*) ;; # Python, the second way where the interpreter's path is long or odd
	'#!'*) export TYPOGUARD_BEHIND="$$ $guard_past$guard_real:" ;;
	*) [ ! -h "$guard_real" ] || export TYPOGUARD_BEHIND="$$ $guard_past$guard_real:" ;; # mise's shims are links
	esac
	break
done

# Could these words install? pip's commands have no abbreviations; of the other tools' words the harmless are named.
guard_ask='' guard_free='-h --help -V --version'
guard_skip='-q -v -vv -vvv -n --quiet --verbose --no-interaction --ansi --no-ansi --no-plugins --no-cache' # no values
case $guard_tool in
poetry) guard_free="$guard_free about cache check config env help list new search shell show source version" ;;
uv) guard_free="$guard_free cache freeze help list python self show uninstall" guard_skip="$guard_skip pip" ;;
pipx) guard_free="$guard_free completions ensurepath environment help list uninstall" ;;
pdm) guard_free="$guard_free cache completion config info list search show" ;;
esac
case $guard_tool in
pip | pip[23]*)
	for guard_word do
		case $guard_word in install | download | wheel | lock) guard_ask=yes && break ;; esac
	done
	;;
*)
	guard_ask=yes
	for guard_word do
		case " $guard_skip " in *" $guard_word "*) continue ;; esac
		case " $guard_free " in *" $guard_word "*) guard_ask='' ;; esac
		break
	done
	;;
esac
[ -n "$guard_ask" ] || exec "$guard_real" "$@"

[ -x "$guard_python" ] || guard_gate=$guard_python
[ -r "$guard_gate" ] && [ -x "$guard_python" ] &&
	exec "$guard_python" -I -S "$guard_gate" "$guard_home" "$guard_real" "$guard_tool" "$@"

# guard itself is damaged. What is to happen then stands in its settings, and is read without its Python.
guard_word=${GUARD_ON_ERROR-}
for guard_file in @system@ @settings@; do
	if ! [ -f "$guard_file" ] || ! [ -r "$guard_file" ]; then continue; fi
	while read -r guard_line || [ -n "$guard_line" ]; do
		case ${guard_line%%#*} in *on_error*=*block*) guard_word=block ;; esac
	done <"$guard_file"
done
[ "$guard_word" = block ] || guard_word=allow
printf 'guard: cannot judge, since %s is gone; on_error is %s. Install guard again.\n' "$guard_gate" "$guard_word" >&2
[ "$guard_word" != block ] || exit 78
exec "$guard_real" "$@"
