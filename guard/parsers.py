"""Run as a process by ``guard.core.apart``: parse standard input (a form of FORMS), answer with ``marshal``."""

import marshal
import sys


def toml(text):
    try:
        import tomllib
    except ImportError:  # before Python 3.11
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        last = "(at line %d, the last one)" % len(text.rstrip().split("\n"))
        raise ValueError(str(error).replace("(at end of document)", last))


def ini(text, strict=True):
    import configparser

    parser = configparser.RawConfigParser(strict=strict)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(" ".join(str(error).split()))
    return {section: dict(parser.items(section)) for section in parser.sections()}


def loose_ini(text):
    """As Python 2 reads it, to which the last of several equal options counts; Python 3 refuses them."""
    return ini(text, strict=False)


def plain(value):
    """Only what ``marshal`` takes: dates and times become their ISO text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


FORMS = {"toml": toml, "ini": ini, "loose-ini": loose_ini}


def main():
    data = sys.stdin.buffer.read()
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        answer = ("ok", plain(FORMS[sys.argv[1]](text)))
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        answer = ("bad", str(error) or type(error).__name__)
    sys.stdout.buffer.write(marshal.dumps(answer, 2))


if __name__ == "__main__":
    main()
