# guard, for fish: its shims come first on PATH, at once when activate, deactivate or another tool has changed it; its
# command comes last, so that it hides no other of that name.
set -g _guard_shims @shims@
function _guard_first --on-variable PATH
    if test -d $_guard_shims; and test "$PATH[1]" != $_guard_shims
        set -l rest
        for folder in $PATH
            test $folder = $_guard_shims; or set -a rest $folder
        end
        set -gx PATH $_guard_shims $rest
    end
end
_guard_first
if test -d @bin@; and not contains -- @bin@ $PATH
    set -gxa PATH @bin@
end
