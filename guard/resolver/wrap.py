"""How a function of a tool is replaced: by one that looks the same from outside."""

import functools


def wrap(owner, name, make):
    """Replace ``owner.name`` by what ``make`` makes of it. Raises AttributeError where there is no such thing."""
    inner = getattr(owner, name)
    setattr(owner, name, functools.wraps(inner)(make(inner)))
