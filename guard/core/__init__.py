"""The ground floor: small, pure, cheap to start; Python 3.7 syntax, standard library only, no import of what is dear.

Imports inside core are relative: in pip's own interpreter the package is loaded under a private name, since the index
has a project called ``guard`` and a working directory may hold a ``guard.py``.
"""
