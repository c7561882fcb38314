"""What each command of poetry takes, by version. Derived by tests/core/grammar_poetry/derive.py.

{command: (((1, 1), spec), …)}: the spec holds from that version on, None where the command is gone; "" is the
application itself. A spec lists arguments (``!`` required, ``+`` and ``*`` many) and options (``=`` takes a value,
``=?`` may take one), each with its shortcuts: ``name!+ --dev:D --extras=E``.
"""

# ruff: noqa: E501

NEWEST = (2, 5)  # the newest version this was derived from

COMMANDS = {
    "": (
        ((1, 1), "--help:h --quiet:q --verbose=?v --version:V --ansi --no-ansi --no-interaction:n"),
        ((1, 2), "--help:h --quiet:q --verbose:v|vv|vvv --version:V --ansi --no-ansi --no-interaction:n --no-plugins --no-cache"),
        ((1, 3), "--help:h --quiet:q --verbose:v|vv|vvv --version:V --ansi --no-ansi --no-interaction:n --no-plugins --no-cache --directory=C"),
        ((2, 0), "--help:h --quiet:q --verbose:v|vv|vvv --version:V --ansi --no-ansi --no-interaction:n --no-plugins --no-cache --project=P --directory=C"),
    ),
    "about": (
        ((1, 1), ""),
    ),
    "add": (
        ((1, 1), "name!+ --dev:D --extras=E --optional --python= --platform= --source= --allow-prereleases --dry-run --lock"),
        ((1, 2), "name!+ --group=G --dev:D --editable:e --extras=E --optional --python= --platform= --source= --allow-prereleases --dry-run --lock"),
        ((2, 0), "name!+ --group=G --dev:D --editable:e --extras=E --optional= --python= --platform= --markers= --source= --allow-prereleases --dry-run --lock"),
    ),
    "build": (
        ((1, 1), "--format=f"),
        ((1, 8), "--format=f --output=o"),
        ((2, 0), "--format=f --clean --local-version=l --output=o"),
        ((2, 1), "--format=f --clean --local-version=l --output=o --config-settings=c"),
    ),
    "cache": (
        ((1, 1), ""),
        ((1, 2), None),
    ),
    "cache clear": (
        ((1, 1), "cache! --all"),
        ((2, 5), "cache? --all"),
    ),
    "cache list": (
        ((1, 1), ""),
    ),
    "check": (
        ((1, 1), ""),
        ((1, 6), "--lock"),
        ((2, 0), "--lock --strict"),
    ),
    "completions": (
        ((1, 1), "shell? --alias="),
        ((1, 2), None),
    ),
    "config": (
        ((1, 1), "key? value* --list --unset --local"),
        ((2, 0), "key? value* --list --unset --local --migrate"),
    ),
    "debug": (
        ((1, 1), ""),
        ((1, 2), None),
    ),
    "debug info": (
        ((1, 1), ""),
    ),
    "debug resolve": (
        ((1, 1), "package* --extras=E --python= --tree --install"),
    ),
    "debug tags": (
        ((2, 1), ""),
    ),
    "env": (
        ((1, 1), ""),
        ((1, 2), None),
    ),
    "env activate": (
        ((2, 0), ""),
    ),
    "env info": (
        ((1, 1), "--path:p"),
        ((1, 5), "--path:p --executable:e"),
    ),
    "env list": (
        ((1, 1), "--full-path"),
    ),
    "env remove": (
        ((1, 1), "python!"),
        ((1, 2), "python* --all"),
    ),
    "env use": (
        ((1, 1), "python!"),
    ),
    "export": (
        ((1, 1), "--format=f --output=o --without-hashes --dev --extras=E --with-credentials"),
        ((1, 2), None),
    ),
    "help": (
        ((1, 1), "command*"),
        ((1, 2), None),
    ),
    "init": (
        ((1, 1), "--name= --description= --author= --python= --dependency= --dev-dependency= --license=l"),
    ),
    "install": (
        ((1, 1), "--no-dev --no-root --dry-run --remove-untracked --extras=E"),
        ((1, 2), "--without= --with= --only= --no-dev --sync --no-root --dry-run --remove-untracked --extras=E --all-extras --only-root"),
        ((1, 4), "--without= --with= --only= --no-dev --sync --no-root --dry-run --remove-untracked --extras=E --all-extras --only-root --compile"),
        ((1, 5), "--without= --with= --only= --no-dev --sync --no-root --no-directory --dry-run --remove-untracked --extras=E --all-extras --only-root --compile"),
        ((2, 0), "--without= --with= --only= --sync --no-root --no-directory --dry-run --extras=E --all-extras --all-groups --only-root --compile"),
    ),
    "lock": (
        ((1, 1), "--no-update"),
        ((1, 2), "--no-update --check"),
        ((2, 0), "--regenerate"),
    ),
    "new": (
        ((1, 1), "path! --name= --src"),
        ((1, 2), "path! --name= --src --readme="),
        ((2, 0), "path! --interactive:i --name= --src --readme= --description= --author= --python= --dependency= --dev-dependency= --license=l"),
        ((2, 1), "path! --interactive:i --name= --src --flat --readme= --description= --author= --python= --dependency= --dev-dependency= --license=l"),
    ),
    "publish": (
        ((1, 1), "--repository=r --username=u --password=p --cert= --client-cert= --build --dry-run"),
        ((1, 2), "--repository=r --username=u --password=p --cert= --client-cert= --build --dry-run --skip-existing"),
        ((1, 8), "--repository=r --username=u --password=p --cert= --client-cert= --dist-dir= --build --dry-run --skip-existing"),
    ),
    "python install": (
        ((2, 1), "python! --clean:c --free-threaded:t --implementation=i --reinstall:r"),
    ),
    "python list": (
        ((2, 1), "version? --all:a --implementation=i --managed:m"),
        ((2, 5), "version? --all:a --free-threaded:t --implementation=i --managed:m"),
    ),
    "python remove": (
        ((2, 1), "python!+ --implementation=i"),
        ((2, 5), "python!+ --free-threaded:t --implementation=i"),
    ),
    "remove": (
        ((1, 1), "packages!+ --dev:D --dry-run"),
        ((1, 2), "packages!+ --group=G --dev:D --dry-run"),
        ((1, 5), "packages!+ --group=G --dev:D --dry-run --lock"),
    ),
    "run": (
        ((1, 1), "args!+"),
    ),
    "search": (
        ((1, 1), "tokens!+"),
    ),
    "self": (
        ((1, 1), ""),
        ((1, 2), None),
    ),
    "self add": (
        ((1, 2), "name!+ --editable:e --extras=E --source= --allow-prereleases --dry-run"),
    ),
    "self install": (
        ((1, 2), "--sync --dry-run"),
    ),
    "self lock": (
        ((1, 2), "--no-update --check"),
        ((2, 0), "--regenerate"),
    ),
    "self remove": (
        ((1, 2), "packages!+ --dry-run"),
    ),
    "self show": (
        ((1, 2), "package? --addons --tree:t --latest:l --outdated:o"),
        ((2, 2), "package? --addons --tree:t --latest:l --outdated:o --format=f"),
    ),
    "self show plugins": (
        ((1, 2), ""),
    ),
    "self sync": (
        ((2, 0), "--dry-run"),
    ),
    "self update": (
        ((1, 1), "version? --preview"),
        ((1, 2), "version? --preview --dry-run"),
    ),
    "shell": (
        ((1, 1), ""),
        ((2, 0), None),
    ),
    "show": (
        ((1, 1), "package? --no-dev --tree:t --latest:l --outdated:o --all:a"),
        ((1, 2), "package? --without= --with= --only= --no-dev --tree:t --why --latest:l --outdated:o --all:a"),
        ((1, 5), "package? --without= --with= --only= --no-dev --tree:t --why --latest:l --outdated:o --all:a --top-level:T"),
        ((2, 0), "package? --without= --with= --only= --tree:t --why --latest:l --outdated:o --all:a --top-level:T"),
        ((2, 1), "package? --without= --with= --only= --tree:t --why --latest:l --outdated:o --all:a --top-level:T --no-truncate"),
        ((2, 2), "package? --without= --with= --only= --tree:t --why --latest:l --outdated:o --all:a --top-level:T --no-truncate --format=f"),
    ),
    "source add": (
        ((1, 2), "name! url! --default:d --secondary:s"),
        ((1, 5), "name! url? --default:d --secondary:s --priority=p"),
        ((2, 0), "name! url? --priority=p"),
    ),
    "source remove": (
        ((1, 2), "name!"),
    ),
    "source show": (
        ((1, 2), "source*"),
    ),
    "sync": (
        ((2, 0), "--without= --with= --only= --no-root --no-directory --dry-run --extras=E --all-extras --all-groups --only-root --compile"),
    ),
    "update": (
        ((1, 1), "packages* --no-dev --dry-run --lock"),
        ((1, 2), "packages* --without= --with= --only= --no-dev --dry-run --lock"),
        ((1, 8), "packages* --without= --with= --only= --no-dev --sync --dry-run --lock"),
        ((2, 0), "packages* --without= --with= --only= --sync --dry-run --lock"),
    ),
    "version": (
        ((1, 1), "version? --short:s"),
        ((1, 2), "version? --short:s --dry-run"),
        ((1, 7), "version? --short:s --dry-run --next-phase"),
    ),
}
