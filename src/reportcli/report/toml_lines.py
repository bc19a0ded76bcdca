"""TODO reportcli.report.toml_lines."""

import re
from collections.abc import Iterator, Mapping, Sequence

SCHEMA_DIRECTIVE = "#:schema "  # https://taplo.tamasfe.dev/configuration/directives.html
_LEXEME = re.compile(
    r""""{3}(?:\\.|[^\\])*?"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]{},=\n]|[^\s\[\]{},="'#]+""",
    re.S,
)


def split_schema_line(text: str) -> tuple[str, str]:
    """Split a text after the line that names its schema, where it begins with one."""
    if not text.startswith(SCHEMA_DIRECTIVE):
        return "", text
    line, end, rest = text.partition("\n")
    return line + end, rest


def has_comments(text: str) -> bool:
    """Return whether a TOML text has comments; the schema line is none."""
    return bool(comments(split_schema_line(text)[1]))


def comments(text: str) -> dict[int, str]:
    """Return the comments of a TOML text by their lines, counted from 1."""
    return {number: lexeme for number, lexeme in _lexemes(text) if lexeme[0] == "#"}


def lines_without_comments(text: str) -> list[tuple[int, str]]:
    """Return the lines of a TOML text without comments and without those that hold nothing else, with their numbers."""
    first, rest = split_schema_line(text)
    said = comments(rest)
    lines = []
    for number, line in enumerate(rest.removesuffix("\n").split("\n"), 1):
        bare = line.removesuffix(said[number]).rstrip() if number in said else line
        if bare or number not in said:
            lines.append((number + bool(first), bare))
    return lines


def line_of_key(text: str, key: str) -> int:
    """Return the line where a dotted key stands (``models[2].tokens``), else of the table it belongs in, else 0.

    Lines are counted from 1. The text must be TOML.
    """
    return closest_line(key_lines(text), key)


def closest_line(lines: Mapping[str, int], key: str) -> int:
    """Return the line of a key, or of what it is part of, among those that ``lines_of`` returned; else 0."""
    return next((lines[part] for part in ancestor_keys(key) if part in lines), 0)


def ancestor_keys(key: str) -> Iterator[str]:
    """Yield a dotted key, then what it is part of: ``models[2].tokens``, ``models[2]``, ``models``."""
    while key:
        yield key
        key = key[: max(key.rfind("."), key.rfind("["), 0)]


def key_lines(text: str) -> dict[str, int]:
    """Return the line of every key, table and list item of a TOML text, by dotted keys."""
    lines: dict[str, int] = {}
    last: dict[str, int] = {}  # place of the last table of an array
    table = ""
    for statement in _statements(text):
        number, first = statement[0]
        if first != "[":
            equals = next((place for place, (_, lexeme) in enumerate(statement) if lexeme == "="), len(statement))
            key = table + _key(statement[:equals])
            lines.setdefault(key, number)
            for place, line in enumerate(_items(statement[equals + 1 :])):
                lines[f"{key}[{place}]"] = line
            continue
        path, _, name = f".{_key(statement)}".rpartition(".")
        path = _inside(path[1:], last)
        name = f"{path}.{name}" if path else name
        lines.setdefault(name, number)
        if [lexeme for _, lexeme in statement[:2]] == ["[", "["]:
            last[name] = last.get(name, -1) + 1
            name = f"{name}[{last[name]}]"
            lines[name] = number
        table = f"{name}."
    return lines


def _inside(path: str, last: Mapping[str, int]) -> str:
    """Return the path of a table with the places of the tables of arrays that it is in."""
    whole = ""
    for name in filter(None, path.split(".")):
        whole = f"{whole}.{name}" if whole else name
        whole = f"{whole}[{last[whole]}]" if whole in last else whole
    return whole


def _key(lexemes: Sequence[tuple[int, str]]) -> str:
    return "".join(_name(lexeme) for _, lexeme in lexemes if lexeme not in "[]")


def _name(lexeme: str) -> str:
    """Return the part of a key that a lexeme stands for."""
    if lexeme[0] == '"' and "\\" in lexeme:
        import tomli

        return str(tomli.loads(f"name = {lexeme}")["name"])
    return lexeme[1:-1] if lexeme[0] in "\"'" else lexeme


def _items(value: Sequence[tuple[int, str]]) -> Iterator[int]:
    """Yield the line of each item of a list."""
    depth, awaited = 0, False
    for number, lexeme in value:
        if depth == 1 and awaited and lexeme not in "]":
            yield number
        awaited = (awaited and lexeme in "]") or (depth == 1 and lexeme == ",") or (depth == 0 and lexeme == "[")
        depth += (lexeme in "[{") - (lexeme in "]}")


def _statements(text: str) -> Iterator[list[tuple[int, str]]]:
    """Yield the lexemes of each statement, with their lines; comments are left out."""
    statement: list[tuple[int, str]] = []
    depth = 0
    for number, lexeme in _lexemes(text):
        if lexeme == "\n":
            if statement and not depth:
                yield statement
                statement = []
        elif lexeme[0] != "#":
            statement.append((number, lexeme))
            depth += (lexeme in "[{") - (lexeme in "]}")
    if statement:
        yield statement


def _lexemes(text: str) -> Iterator[tuple[int, str]]:
    number = 1
    for found in _LEXEME.finditer(text):
        yield number, found[0]
        number += found[0].count("\n")
