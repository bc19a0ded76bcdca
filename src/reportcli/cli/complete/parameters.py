"""What each command takes, read from a table: the signatures that it is made of need Typer, which takes far longer."""

import json
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).with_name("parameters.json")


class Parameter(NamedTuple):
    """A parameter of a command; ``takes`` are kinds of values, and lists of words."""

    name: str
    spellings: tuple[str, ...]  # of an option; an argument has none
    help: str
    takes: tuple[str | list[str], ...]
    is_flag: bool
    is_repeated: bool


class CommandParameters(NamedTuple):
    """A command: its line in the help, and what it takes; one without a line is not offered."""

    summary: str
    parameters: tuple[Parameter, ...]


def read_table() -> dict[str, CommandParameters]:
    """Return the commands by name; under "" are the options that may stand before a command."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return {
        name: CommandParameters(summary, tuple(Parameter._make(map(_as_tuple, one)) for one in parameters))
        for name, (summary, parameters) in table.items()
    }


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
