"""The coverage table as data: every way to start an install that guard is held to.

The scripts see, besides ``$NAME`` and ``$KIND``: ``$VENV`` (protected), ``$BARE`` (not protected; its pip is the one
behind the shims), ``$INDEX`` and ``$FILES`` (addresses of the index and of its files), ``$WHEEL`` (the file name of
$NAME's wheel), ``$GUARD`` (guard's own command).
"""

from tests.coverage import tools
from tests.coverage.row import BEFORE, HIDDEN, IN_PIP, NOT, OPEN, PROTECTED, RESOLVER, SHIM, SYSTEM, Row

UNPROTECTED = "nothing of guard stands there; `guard protect` on its Python holds for it, `guard protect --scan DIR` finds it"
OWN_PATH = "it brings a PATH of its own; `guard protect` on the Python behind it, or `install.sh --system`"
MACHINE = "tests/system/test_machine.py::"
MADE_OF_S = """
mkdir own; printf '#!%s -S\nimport sys\nsys.path[:0] = ["%s"]\n' "$BARE/bin/python" "$BARE"/lib/*/site-packages >own/pip
printf 'from pip._internal.cli.main import main\nsys.exit(main())\n' >>own/pip; chmod 755 own/pip
PATH=$GUARD_SHIMS:$PWD/own:$PATH PIP_TARGET=$PWD/target pip """

WITHOUT_SITE = 'PYTHONPATH=$(echo "$VENV"/lib/*/site-packages) "$VENV/bin/python" -S '
BRINGS_PIP = '"{}" wheel -w out --no-deps builds-with-$KIND-and-pip'


def shim(way, script, **more):
    return Row(way, SHIM, script, **more)


def protected(way, script, **more):
    return Row(way, PROTECTED, script, **more)


def learnt(way, script, **more):
    """A name that nobody typed, met inside pip: behind the shim, and in a protected environment."""
    more = {"answer": RESOLVER, **more}
    return [shim(way, f"pip {script}", **more), protected(way, f'"$VENV/bin/pip" {script}', **more)]


WORDS = [
    shim("`pip`", "pip install $NAME", quick=True),
    shim("`pip3`", "pip3 install $NAME"),
    shim("`pip3.N`", "pip3.11 install $NAME"),
    shim("`command pip`", "command pip install $NAME", quick=True),
    shim("`\\pip`", "bash --norc -c '\\pip install $NAME'", needs=("bash",)),
    shim("`env pip`", "env pip install $NAME"),
    shim("`pip download`", "pip download -d out $NAME"),
    shim("`pip wheel`", "pip wheel -w out $NAME"),
    shim("`PIP_REQUIREMENT`", "echo $NAME >r.txt; PIP_REQUIREMENT=r.txt pip install", quick=True),
    shim("a requirement file", "echo $NAME >r.txt; pip install -r r.txt"),
    shim("a requirement file in a requirement file", "echo $NAME >r.txt; echo '-r r.txt' >s.txt; pip install -r s.txt"),
    shim("a wheel by path", 'pip install "$DISTS/$WHEEL"'),
    shim("a wheel by URL", 'pip install "$FILES/$WHEEL"', quick=True),
    shim("`--no-index --find-links`", 'pip install --no-index --find-links "$DISTS" $NAME', quick=True),
    shim("another index", 'PIP_INDEX_URL=http://127.0.0.1:9/ pip install -i "$INDEX" $NAME'),
    shim("a warm pip cache", "PIP_NO_CACHE_DIR= PIP_CACHE_DIR=$PWD/cache pip install --force-reinstall $NAME",
         prepare="PIP_NO_CACHE_DIR= PIP_CACHE_DIR=$PWD/cache pip download -d warm $NAME", quick=True),
    shim("`pip` whose first line says `#!PYTHON -S`", MADE_OF_S + "install $NAME"),
    shim("`pip` whose first line says `#!PYTHON -S`, and a dependency by name", MADE_OF_S + "install pulls-in-$KIND",
         answer=RESOLVER),
    shim("a symlink of another name to pip", 'ln -s "$BARE/bin/pip" installer; ./installer install $NAME', answer=NOT,
         because="the shim knows tools by their names; `guard protect` on its Python refuses it"),
    shim("`python -m pip`", 'python -m pip install $NAME', answer=NOT,
         because="`python` has no shim; `guard protect` on that Python refuses it"),
]  # fmt: skip

ENVIRONMENTS = [
    shim("an activated venv, with `guard init bash`", """
         "$GUARD" init bash >init; printf '. ./init\\n. "$BARE/bin/activate"\\npip install $NAME\\nexit $?\\n' |
         bash --norc --noprofile -i""", needs=("bash",), quick=True),
    shim("an activated venv, with `guard init zsh`", """
         "$GUARD" init zsh >init; printf '. ./init\\n. "$BARE/bin/activate"\\npip install $NAME\\nexit $?\\n' |
         zsh -f -i""", needs=("zsh",)),
    shim("an activated venv, with `guard init fish`", """
         "$GUARD" init fish >init
         printf 'source ./init\\nsource $BARE/bin/activate.fish\\npip install $NAME\\nexit $status\\n' |
         fish --no-config -i""", needs=("fish",)),
    shim("a script started from an activated prompt, with `guard init bash`", """
         "$GUARD" init bash >init; echo 'pip install $NAME' >i.sh
         printf '. ./init\\n. "$BARE/bin/activate"\\nsh ./i.sh\\nexit $?\\n' | bash --norc --noprofile -i""",
         needs=("bash",)),
    shim("a script that activates a venv by itself", '. "$BARE/bin/activate"; pip install $NAME', answer=NOT,
         because="the venv's folder comes before the shims there; `guard protect` on the venv refuses it"),
    protected("an activated venv", '. "$VENV/bin/activate"; pip install $NAME', quick=True),
    protected("`pip` by absolute path", '"$VENV/bin/pip" install $NAME', quick=True),
    protected("`pip3` by absolute path", '"$VENV/bin/pip3" install $NAME'),
    protected("`pip3.N` by absolute path", '"$VENV/bin/pip3.11" install $NAME'),
    protected("`python -m pip`", '"$VENV/bin/python" -m pip install $NAME', quick=True),
    protected("`python -mpip`", '"$VENV/bin/python" -mpip install $NAME'),
    protected("`python -I -m pip`", '"$VENV/bin/python" -I -m pip install $NAME'),
    protected("`python -E -s -m pip`", '"$VENV/bin/python" -E -s -m pip install $NAME'),
    protected("`python -c 'import pip; pip.main(…)'`",
              """"$VENV/bin/python" -c 'import sys, pip; sys.exit(pip.main(sys.argv[1:]))' install $NAME"""),
    protected("`python` on pip's folder", '"$VENV/bin/python" "$VENV"/lib/python3.11/site-packages/pip install $NAME'),
    protected("a symlink of another name to pip", 'ln -s "$VENV/bin/pip" installer; ./installer install $NAME'),
    protected("a venv that its Python made",
              '"$VENV/bin/python" -m venv born; born/bin/pip install $NAME'),
    protected("`pip` of a venv that was there before its Python was protected", '"$ELDER/bin/pip" install $NAME', quick=True),
    protected("`python -m pip` of a venv that was there before its Python was protected",
              '"$ELDER/bin/python" -m pip install $NAME'),
    protected("pip from a pip.pyz", '"$VENV/bin/python" "$PYZ" install $NAME'),
    protected("pip's own wheel, run as a zip", '"$VENV/bin/python" "$PIPWHEEL/pip" install $NAME'),
    protected("get-pip.py, made of pip's own wheel as the real one is", '"$VENV/bin/python" "$GETPIP" --target t $NAME',
              served=("pip",)),
    protected("`runpy.run_module('pip')`", """"$VENV/bin/python" -c "import runpy, sys
sys.argv[0] = 'pip'; runpy.run_module('pip', run_name='__main__', alter_sys=True)" install $NAME"""),
    protected("a script with `#!PYTHON -I`, `-E` or `-s`", """
              for flag in I E s; do
                  printf '#!%s -%s\\nimport sys\\nfrom pip._internal.cli.main import main\\nsys.exit(main())\\n' \\
                      "$VENV/bin/python" $flag >tool-$flag; chmod 755 tool-$flag
              done
              if ./tool-E install $NAME; then ./tool-I install $NAME && ./tool-s install $NAME; else
                  code=$?; ./tool-I install $NAME || ./tool-s install $NAME || exit $code
              fi"""),
    protected("`python -S` that runs `site.main()` itself", """
              "$VENV/bin/python" -S -c "import site, sys; site.main()
import pip; sys.exit(pip.main(sys.argv[1:]))" install $NAME"""),
    protected("conda-style environment", '"$CONDA/bin/pip" install $NAME'),
    protected("pyenv's shim", """
              export PYENV_ROOT=$PWD/pyenv PYENV_VERSION=ours PIP_TARGET=$PWD/target
              mkdir -p pyenv/versions; ln -s "$CONDA" pyenv/versions/ours
              "$PYENV" rehash; pyenv/shims/pip install $NAME""", needs=("pyenv",)),
    Row("`python -S -m pip`, site-packages on PYTHONPATH", IN_PIP, WITHOUT_SITE + "-m pip install --target t $NAME",
        quick=True),
    Row("`python -S` on pip's folder", IN_PIP, '"$VENV/bin/python" -S "$VENV"/lib/*/site-packages/pip install --target t $NAME'),
    Row("`python -S -m pip` in the folder of site-packages", IN_PIP, """
        here=$PWD; cd "$VENV"/lib/*/site-packages; "$VENV/bin/python" -S -m pip install --target "$here/t" $NAME"""),
    Row("`python -S -m pip`, and a dependency by name", IN_PIP, WITHOUT_SITE + "-m pip install --target t pulls-in-$KIND",
        RESOLVER),
    protected("`python -S -m pip`, site-packages on PYTHONPATH", WITHOUT_SITE + "-m pip install --target t $NAME",
              answer=NOT, because="without `site` no start file is read; `guard protect --in-pip` lets guard into that pip"),
    Row("`python -S` on a pip in an archive, as pip.pyz and get-pip.py are", IN_PIP,
        '"$VENV/bin/python" -S "$PYZ" install --target t $NAME', NOT,
        "no start file is read, and that pip is nobody's to change"),
    Row("`pip` of an unprotected venv by absolute path", OPEN, '"$BARE/bin/pip" install $NAME', NOT, UNPROTECTED,
        quick=True),
    Row("`python -m pip` of an unprotected venv", OPEN, '"$BARE/bin/python" -m pip install $NAME', NOT, UNPROTECTED),
]  # fmt: skip

STARTERS = [
    row
    for way, script, more in [
        ("`bash -c`", "bash -c '{pip} install $NAME'", {"needs": ("bash",)}),
        ("an `sh` script", """echo '{pip} install "$1"' >i.sh; sh i.sh $NAME""", {"quick": True}),
        ("zsh", "zsh -fc '{pip} install $NAME'", {"needs": ("zsh",)}),
        ("fish", "fish --no-config -c '{pip} install $NAME'", {"needs": ("fish",)}),
        ("Makefile", "printf 'all:\\n\\t%s install $(NAME)\\n' \"{pip}\" >Makefile; make",
         {"needs": ("make",), "exits": HIDDEN}),
        ("`xargs`", "echo $NAME | xargs {pip} install", {"exits": HIDDEN}),
        ("a subprocess of Python", '"$BARE/bin/python" -c "import subprocess, sys; '
         "sys.exit(subprocess.call(['{pip}', 'install', '$NAME']))\"", {}),
        ("a non-interactive shell without a terminal, as editors and coding assistants start",
         "setsid -w bash -c '{pip} install $NAME' >told 2>&1 </dev/null || {{ code=$?; cat told; exit $code; }}",
         {"needs": ("bash", "setsid")}),
    ]
    for row in (shim(way, script.format(pip="pip"), **more), protected(way, script.format(pip="$VENV/bin/pip"), **more))
]  # fmt: skip

BARE_PATH = [
    protected("`env -i`", 'env -i CI=1 PIP_INDEX_URL="$INDEX" "$VENV/bin/pip" install $NAME', quick=True),
    protected("cron's environment", """env -i CI=1 HOME="$HOME" LOGNAME=x SHELL=/bin/sh PATH=/usr/bin:/bin \\
              /bin/sh -c "PIP_INDEX_URL=$INDEX $VENV/bin/pip install $NAME" """),
    protected("`sudo`", 'sudo -n CI=1 PIP_INDEX_URL="$INDEX" "$VENV/bin/pip" install $NAME', needs=("sudo",)),
    shim("`env -i`, cron or `sudo`, and the `pip` of their PATH",
         'env -i CI=1 PIP_CONFIG_FILE=/dev/null PIP_INDEX_URL="$INDEX" PATH="$BARE/bin:/usr/bin:/bin" pip install $NAME',
         answer=NOT, because=OWN_PATH),
    *(Row(way, SYSTEM, "", proof=MACHINE + test) for way, test in [
        ("`pip` on the PATH of sudo, systemd, a container, sshd, su or /etc/crontab", "test_where_no_start_file_is_read"),
        ("`sudo pip`", "test_with_the_real_sudo"),
        ("cron: `pip` on /usr/bin:/bin", "test_what_no_shim_can_stand_before_meets_the_protected_python"),
        ("/usr/bin/pip and `/usr/bin/python3 -m pip`, by any user",
         "test_what_no_shim_can_stand_before_meets_the_protected_python"),
        ("`pip` in `su -c` and `runuser`", "test_su_runuser_and_a_name_in_the_password_file"),
    ]),
]  # fmt: skip

LEARNT = [
    *learnt("a dependency by name", "install pulls-in-$KIND", quick=True),
    *learnt("a dependency by link", "install links-to-$KIND"),
    *learnt("a build requirement", "install builds-with-$KIND"),
    shim("a pip that a build brings along and starts by itself", BRINGS_PIP.format("pip"), answer=RESOLVER, served=("pip",)),
    protected("a pip that a build brings along and starts by itself", BRINGS_PIP.format("$VENV/bin/pip"), answer=RESOLVER,
              served=("pip",)),
    protected("the same, in a venv that was there before its Python was protected",
              BRINGS_PIP.format("$ELDER/bin/pip"), answer=RESOLVER, served=("pip",)),
    *learnt("a requirement file from a URL", 'install -r "$FILES/$KIND.txt"'),
    *learnt("a constraint that is a link", 'install -c "$DISTS/$KIND-link.txt" pulls-in-$KIND', answer=BEFORE),
]

ROWS = [*WORDS, *ENVIRONMENTS, *STARTERS, *BARE_PATH, *LEARNT, *tools.ROWS]
