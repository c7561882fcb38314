"""Run by a poetry's own interpreter: print what each of its commands takes, from its own definitions, as JSON.

{"": spec of the application, "add": spec, …}; a spec is one string: the command's arguments, then its options.

    name!+   a required argument, any number       packages*  an optional one, any number
    version? an optional one                       command!   a required one
    --dev:D  a flag with the shortcut D            --extras=E an option that takes a value
                                                   --verbose=?v one that may take a value
"""

import json


def argument(name, required, many):
    return name + ("!" if required else "") + ("+" if required and many else "*" if many else "" if required else "?")


def option(name, value, shortcuts, optional=False):
    mark = "=?" if optional else "=" if value else ":" if shortcuts else ""
    return "--" + name + mark + "|".join(shortcuts)


def by_cleo(application):
    """Poetry 1.2 and later."""
    from poetry.console.application import COMMANDS

    def spec(definition):
        taken = [argument(a.name, a.is_required(), a.is_list()) for a in definition.arguments]
        for o in definition.options:
            assert not o.accepts_value() or o.requires_value(), o.name
            taken.append(option(o.name, o.accepts_value(), [s.lstrip("-") for s in (o.shortcut or "").split("|") if s]))
        return " ".join(taken)

    found = {"": spec(application.definition).partition(" ")[2]}  # without its one argument, ``command``
    for name in COMMANDS:
        found[name] = spec(application.find(name)._definition)
    return found


def by_clikit(application):
    """Poetry 1.1: clikit merges the application's options into each command's format."""
    common = {o.long_name for o in application.global_args_format.get_options().values()}

    def spec(arguments, options):
        taken = [argument(a.name, a.is_required(), a.is_multi_valued()) for a in arguments]
        for o in options:
            optional = o.accepts_value() and not o.is_value_required()
            taken.append(option(o.long_name, o.accepts_value(), [o.short_name] if o.short_name else [], optional))
        return " ".join(taken)

    found = {"": spec([], application.global_args_format.get_options().values())}

    def walk(commands, prefix):
        for command in commands:
            form = command.args_format
            options = [o for o in form.get_options().values() if o.long_name not in common]
            found[prefix + command.name] = spec(form.get_arguments().values(), options)
            walk(command.sub_commands, prefix + command.name + " ")

    walk(application.commands, "")
    return found


def main():
    from poetry.console.application import Application

    application = Application()
    print(json.dumps(by_clikit(application) if hasattr(application, "global_args_format") else by_cleo(application)))


if __name__ == "__main__":
    main()
