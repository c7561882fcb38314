# guard, for any login shell: its shims come first on PATH.
if [ -d @shims@ ]; then
	case $PATH in
	@shims@ | @shims@:*) ;;
	*) export PATH=@shims@:"$PATH" ;;
	esac
fi
