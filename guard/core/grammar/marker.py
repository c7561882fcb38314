"""Whether a text is an environment marker of PEP 508. It is never evaluated: a name behind a false marker is a name."""

from .requirement import LONG, MODERN, NEWEST

_VARIABLES = (
    "implementation_version", "platform_python_implementation", "implementation_name", "python_full_version",
    "platform_release", "platform_version", "platform_machine", "platform_system", "python_version", "sys_platform",
    "os_name", "os.name", "sys.platform", "platform.version", "platform.machine", "platform.python_implementation",
    "python_implementation", "extra",
)  # fmt: skip
_LOCK_VARIABLES = ("extras", "dependency_groups")  # for pylock.toml, since pip 25.1
_LOCKS = (25, 1)
_COMPARE = ("===", "==", "~=", "!=", "<=", ">=", "<", ">")

_known = {}  # type: dict  # a locked requirement file repeats a handful of markers a thousand times


def valid(text, pip=NEWEST):
    """Whether a pip of this version takes the text after ``;``."""
    if len(text) > LONG:
        return True
    legacy = pip < MODERN
    key = (text, legacy, pip < _LOCKS)
    if key not in _known:
        try:
            variables = _VARIABLES if pip < _LOCKS else _LOCK_VARIABLES + _VARIABLES
            _known[key] = not _expression(text.lstrip(_blank(legacy)), legacy, variables)
        except ValueError:
            _known[key] = False
        except RecursionError:
            _known[key] = True  # nested deeper than anybody writes: leave the verdict to pip
    return _known[key]


def _blank(legacy):
    return " \t\n\r" if legacy else " \t"


def _expression(text, legacy, variables):
    """The rest after ``atom (and|or atom)*``; raises ValueError."""
    blank = _blank(legacy)
    while True:
        text = _atom(text, legacy, variables).lstrip(blank)
        word = "and" if text.startswith("and") else "or" if text.startswith("or") else ""
        if not word or not (legacy or _bounded(text, len(word))):
            return text
        text = text[len(word) :].lstrip(blank)


def _atom(text, legacy, variables):
    if text[:1] == "(":
        text = _expression(text[1:].lstrip(_blank(legacy)), legacy, variables)
        if text[:1] != ")":
            raise ValueError("the parenthesis is not closed")
        return text[1:]
    blank = _blank(legacy)
    text = _operand(text, legacy, variables).lstrip(blank)
    text = _operator(text, legacy).lstrip(blank)
    return _operand(text, legacy, variables)


def _operand(text, legacy, variables):
    quote = text[:1]
    if quote in ("'", '"'):
        end = text.find(quote, 1)
        if end < 0 or (legacy and "\n" in text[:end]):
            raise ValueError("the quotes are not closed")
        return text[end + 1 :]
    for word in variables:
        if text.startswith(word) and (legacy or _bounded(text, len(word))):
            return text[len(word) :]
    raise ValueError("a variable or a quoted text is expected")


def _operator(text, legacy):
    for word in _COMPARE:
        if text.startswith(word):
            return text[len(word) :]
    if text.startswith("in") and (legacy or _bounded(text, 2)):
        return text[2:]
    if text.startswith("not") and (legacy or _bounded(text, 3)):
        rest = text[3:].lstrip(_blank(legacy))
        if len(rest) < len(text) - 3 and rest.startswith("in") and (legacy or _bounded(rest, 2)):
            return rest[2:]
    raise ValueError("an operator is expected")


def _bounded(text, end):
    """Whether a word that ends here is a whole word (``\\b``)."""
    return not (text[end : end + 1].isalnum() or text[end : end + 1] == "_")
