"""One JSON object on one line, without the ``json`` module (7.5 ms to import)."""


# Printable ASCII but the two that JSON escapes. (str.isprintable looks each letter up, ten times as long.)
_PLAIN = bytes(code for code in range(32, 127) if code not in b'"\\')


def _is_plain(text):
    """Whether ``text`` stands in JSON as it is; most does, and needs no encoder at all."""
    return text.isascii() and not text.encode("ascii").translate(None, _PLAIN)


def _string(text):
    """``text``, ASCII or not, as a JSON string."""
    if _is_plain(text):
        return '"%s"' % text
    from _json import encode_basestring_ascii  # the encoder that json itself uses

    return encode_basestring_ascii(text)


def _strings(values):
    """A list of str as JSON, at one look for all of them; None where that cannot be done."""
    return '["%s"]' % '","'.join(values) if _is_plain("".join(values)) else None


def _rows(rows):
    """A list of lists of str likewise: a long requirement file is thousands of them."""
    try:
        joined = "".join(["".join(row) for row in rows])
    except TypeError:  # something else is among them
        return None
    return '[["%s"]]' % '"],["'.join(['","'.join(row) for row in rows]) if all(rows) and _is_plain(joined) else None


def dump(value):
    """``value`` (dict, list, tuple, str, int, bool, None) as ASCII JSON; a byte not UTF-8 becomes ``\\\\xNN``."""
    if isinstance(value, str):
        if value.isascii():
            return _string(value)
        try:
            return _string(value.encode("utf-8").decode("utf-8"))
        except UnicodeEncodeError:  # surrogates of bytes that were not UTF-8: no JSON reader agrees on them
            return _string(value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))
    if value is True:
        return "true"
    if value is False:
        return "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "{%s}" % ",".join([_string(key) + ":" + dump(item) for key, item in value.items()])
    kinds = set(map(type, value))
    many = _strings(value) if kinds == {str} else _rows(value) if kinds == {list} else None
    return many or "[%s]" % ",".join([dump(item) for item in value])
