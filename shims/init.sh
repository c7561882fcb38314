# guard, for any login shell: its shims come first on PATH, its command last.
if [ -d @shims@ ]; then
	case $PATH in
	@shims@ | @shims@:*) ;;
	*) export PATH=@shims@:"$PATH" ;;
	esac
	case $PATH in
	*:@bin@ | *:@bin@:*) ;;
	*) export PATH="$PATH":@bin@ ;;
	esac
fi
