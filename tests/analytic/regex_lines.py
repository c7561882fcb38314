"""What the seed's regex means: arguments -> the package name PCRE extracts, None where it extracts none."""

LINES = {
    "-m pip install zzlisted": "zzlisted",
    "/usr/bin/pip3 install zzlisted": "zzlisted",
    "poetry add zzlisted": "zzlisted",
    "pip install zzlisted==1.0": "zzlisted==1.0",
    "pip install Zz.Listed[x]>=1.0": "Zz.Listed[x]>=1.0",
    "uv pip install zzlisted": "zzlisted",
    "pipx install zzlisted": "zzlisted",
    "PIP INSTALL ZZLISTED": "ZZLISTED",
    "PiP3.12   InStAlL\tzzlisted": "zzlisted",
    "poetry   add   zzlisted": "zzlisted",
    "pip --quiet install zzlisted": "zzlisted",
    "pip add zzlisted": "zzlisted",  # the words of the two tools are not kept apart
    "poetry self add zzlisted": "zzlisted",
    "-c pip;pip install zzlisted": "zzlisted",
    "pip list | pip install zzlisted": "zzlisted",  # the second pip has no | behind it
    "pip install zz|listed": "zz|listed",
    "pipeline install zzlisted": "zzlisted",  # a word that only begins with pip
    "pip install install zzlisted": "zzlisted",
    "pip install zzlisted\n": "zzlisted",  # $ lets one last line break pass
    "pip\ninstall\nzzlisted": "zzlisted",
    "pip\x0binstall\x0bzzlisted": "zzlisted",  # \s is also the vertical tab
    "pip\x0cinstall\x0czzlisted": "zzlisted",
    "pip install\r\nzzlisted": "zzlisted",
    "pip install zz\u00e4listed": "zz\u00e4listed",
    "pip install zz\u00a0listed": "zz\u00a0listed",  # \s is ASCII: a no-break space is part of a name
    "pip install zz\u2028listed": "zz\u2028listed",
    "pip install zzlisted\u0085": "zzlisted\u0085",
    "pip install zzlisted\u2028": "zzlisted\u2028",  # and no line break to $
    "pip install zzlisted\n\n": None,
    "pip install zzlisted\r\n": None,
    "pip install zzlisted\r": None,
    "pip install zzlisted ": None,
    "pip install zzlisted\nmore words": None,
    "pip install --upgrade zzlisted": None,
    "pip install zzlisted --upgrade": None,
    "pip install --upgrade": "--upgrade",
    "pip install -r requirements.txt": None,
    "pip install zzlisted zzother": None,
    'pip install "zzlisted"': None,
    "pip install 'zzlisted'": None,
    "pip install zz'listed": None,
    "pip | install zzlisted": None,
    "pip list | xargs install zzlisted": None,
    "pip download zzlisted": None,
    "pip wheel zzlisted": None,
    "poetry install": None,
    "uv add zzlisted": None,
    "pip installzzlisted": None,
    "pipinstall zzlisted": None,
    "install zzlisted": None,
    "pip install": None,
    "pip install\u00a0zzlisted": None,
    "p\u0131p install zzlisted": None,  # a dotless i is no i
    "pip in\u017ftall zzlisted": "zzlisted",  # but a long s is an s
    "": None,
}  # fmt: skip
