"""What one row of the coverage table says, and how it is put to the test."""

from dataclasses import dataclass

BEFORE = "refused before any connection"
RESOLVER = "refused at the resolver"
NOT = "not covered"

SHIM = "shims first on PATH"
PROTECTED = "protected environment, no shim"
IN_PIP = "environment protected with `--in-pip`, no shim"
OPEN = "nothing of guard in the way"
SYSTEM = "`install.sh --system`, no start file read"

REFUSED = 77
HIDDEN = "another"  # the tool in between leaves with a code of its own; it must not be 0
SWALLOWED = "any"  # what is in between leaves with 0 whatever happened


@dataclass(frozen=True)
class Row:
    """One way to start an install.

    way      as the table says it
    context  SHIM, PROTECTED, IN_PIP, OPEN or SYSTEM: what of guard there is
    script   for ``sh -eu``; it installs ``$NAME``, or something of ``$KIND`` ("good", "bad") that needs it. "" where
             a test elsewhere proves the row
    proof    that test: ``path::name``
    answer   BEFORE: no request at all; RESOLVER: none for the name; NOT: it is asked for, and ``because`` says why
    says     one of these is what a person reads
    exits    REFUSED, HIDDEN or SWALLOWED
    tool     requirements of the venv that ``$TOOL`` names
    needs    programs without which the row is skipped
    prepare  what is run first, with no guard in the way
    served   tools whose wheels the index serves besides
    quick    whether the default run proves it
    """

    way: str
    context: str
    script: str
    answer: str = BEFORE
    because: str = ""
    exits: object = REFUSED
    says: tuple = ("guard: refused", "guard refused")
    tool: tuple = ()
    needs: tuple = ()
    prepare: str = ""
    served: tuple = ()
    quick: bool = False
    proof: str = ""

    @property
    def id(self):
        return f"{self.way} ({self.context.partition(',')[0].partition(' ')[0]})".replace("`", "")

    @property
    def cell(self):
        """The answer as the table says it."""
        return f"{self.answer}, because {self.because}" if self.because else self.answer
