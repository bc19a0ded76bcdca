"""The table of parameters, as the signatures of the commands declare them.

``python -m reportcli.cli.complete.signatures`` writes it anew, after a change of commands or options.
"""

import inspect
import json
from collections.abc import Callable, Iterator
from typing import Annotated, Any, get_args, get_origin

from typer.models import OptionInfo

from reportcli.cli.complete.parameters import TABLE, CommandParameters, Parameter
from reportcli.cli.main import COMMANDS, command_function, root

_HELP = Parameter("help", ("--help", "-h"), "Show this message and exit.", (), True, False)


def declared_commands() -> dict[str, CommandParameters]:
    """Return what ``read_table`` should."""
    commands = {"": CommandParameters("", (*parameters_of(root), _HELP))}
    for name, entry in COMMANDS.items():
        parameters = (*parameters_of(command_function(name)), _HELP)
        commands[name] = CommandParameters(entry.summary if entry.group else "", parameters)
    return commands


def parameters_of(function: Callable[..., Any]) -> Iterator[Parameter]:
    """Yield the options and arguments that the signature of a command declares."""
    for parameter in inspect.signature(function).parameters.values():
        if get_origin(parameter.annotation) is Annotated:
            kind, info, *takes = get_args(parameter.annotation)
            kinds = (kind, *get_args(kind))
            declared = [part for part in (info.default, *(info.param_decls or ())) if isinstance(part, str)]
            spellings = [part for both in declared for part in both.split("/")] if isinstance(info, OptionInfo) else []
            is_repeated = any(get_origin(part) is list for part in kinds)
            words = tuple(list(part) if isinstance(part, tuple) else part for part in takes)
            yield Parameter(parameter.name, tuple(spellings), info.help or "", words, bool in kinds, is_repeated)


def table_text() -> str:
    """Return the table as JSON, a line for each parameter."""
    commands = []
    for name, (summary, parameters) in declared_commands().items():
        lines = ",\n".join(json.dumps(parameter, ensure_ascii=False) for parameter in parameters)
        commands.append(f"{json.dumps(name)}: [{json.dumps(summary, ensure_ascii=False)}, [\n{lines}\n]]")
    return "{" + ",\n".join(commands) + "}\n"


if __name__ == "__main__":
    TABLE.write_text(table_text(), encoding="utf-8")
