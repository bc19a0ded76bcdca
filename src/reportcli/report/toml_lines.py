"""On which line of a TOML text a key stands, and where its comments are."""

import re
from collections.abc import Iterator, Mapping, Sequence

SCHEMA_DIRECTIVE = "#:schema "  # https://taplo.tamasfe.dev/configuration/directives.html
_TOKEN = re.compile(
    r""""{3}(?:\\.|[^\\])*?"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[\[\]{},=\n]|[^\s\[\]{},="'#]+""",
    re.S,
)


def split_schema_line(text: str) -> tuple[str, str]:
    """Split a text into the first line, if it names a schema (else ""), and the rest."""
    if not text.startswith(SCHEMA_DIRECTIVE):
        return "", text
    line, end, rest = text.partition("\n")
    return line + end, rest


def first_comment(text: str) -> int:
    """Return the line of the first comment of a TOML text, counted from 1, but for the schema line; 0 without one."""
    schema_line, rest = split_schema_line(text)
    return next((number + bool(schema_line) for number in comments(rest)), 0)


def comments(text: str) -> dict[int, str]:
    """Return the comments of a TOML text by line number, counted from 1."""
    return {number: token for number, token in _tokens(text) if token[0] == "#"}


def lines_without_comments(text: str) -> list[tuple[int, str]]:
    """Return the lines of a TOML text with their numbers, without comments and lines that consist of a comment."""
    schema_line, rest = split_schema_line(text)
    comment_by_line = comments(rest)
    lines = []
    for number, line in enumerate(rest.removesuffix("\n").split("\n"), 1):
        code = line.removesuffix(comment_by_line[number]).rstrip() if number in comment_by_line else line
        if code or number not in comment_by_line:
            lines.append((number + bool(schema_line), code))
    return lines


def line_of_key(text: str, key: str) -> int:
    """Return the line of a dotted key (``models[2].tokens``), else of the table it belongs in, else 0.

    Lines are counted from 1. The text must be TOML.
    """
    return closest_line(key_lines(text), key)


def closest_line(lines: Mapping[str, int], key: str) -> int:
    """Return the line of a key, else of the nearest key it is part of, in what ``key_lines`` returned; else 0."""
    return next((lines[part] for part in ancestor_keys(key) if part in lines), 0)


def ancestor_keys(key: str) -> Iterator[str]:
    """Yield a dotted key and the keys it is part of: ``models[2].tokens``, ``models[2]``, ``models``."""
    while key:
        yield key
        key = key[: max(key.rfind("."), key.rfind("["), 0)]


def key_lines(text: str) -> dict[str, int]:
    """Return the line of every key, table and list item of a TOML text, by dotted keys."""
    lines: dict[str, int] = {}
    for key, statement in _statements_by_key(text):
        number, first_token = statement[0]
        if first_token != "[":
            lines.setdefault(key, number)
            for index, line in enumerate(_item_lines(statement[_equals(statement) + 1 :])):
                lines[f"{key}[{index}]"] = line
        elif key.endswith("]"):
            lines.setdefault(key[: key.rfind("[")], number)
            lines[key] = number
        else:
            lines.setdefault(key, number)
    return lines


def statement_lines(text: str) -> dict[int, str]:
    """Return the dotted key of each statement of a TOML text by the line that it begins on."""
    return {statement[0][0]: key for key, statement in _statements_by_key(text)}


def _statements_by_key(text: str) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Yield the tokens of each statement with its dotted key, that of a table in an array with its index."""
    last_index: dict[str, int] = {}  # of the tables of an array, by its path
    prefix = ""
    for statement in _statements(text):
        if statement[0][1] != "[":
            yield prefix + _key_text(statement[: _equals(statement)]), statement
            continue
        parent, _, name = f".{_key_text(statement)}".rpartition(".")
        parent = _with_indexes(parent[1:], last_index)
        path = f"{parent}.{name}" if parent else name
        if [token for _, token in statement[:2]] == ["[", "["]:
            last_index[path] = last_index.get(path, -1) + 1
            path = f"{path}[{last_index[path]}]"
        yield path, statement
        prefix = f"{path}."


def _equals(statement: Sequence[tuple[int, str]]) -> int:
    """Return the place of the first equals sign among the tokens of a statement, else their number."""
    return next((index for index, (_, token) in enumerate(statement) if token == "="), len(statement))


def _with_indexes(path: str, last_index: Mapping[str, int]) -> str:
    """Return the path of a table with the index of each array of tables that it is in."""
    indexed = ""
    for name in filter(None, path.split(".")):
        indexed = f"{indexed}.{name}" if indexed else name
        indexed = f"{indexed}[{last_index[indexed]}]" if indexed in last_index else indexed
    return indexed


def _key_text(tokens: Sequence[tuple[int, str]]) -> str:
    return "".join(_unquote(token) for _, token in tokens if token not in "[]")


def _unquote(token: str) -> str:
    """Return the part of a key that a token stands for."""
    if token[0] == '"' and "\\" in token:
        import tomli

        return str(tomli.loads(f"name = {token}")["name"])
    return token[1:-1] if token[0] in "\"'" else token


def _item_lines(value: Sequence[tuple[int, str]]) -> Iterator[int]:
    """Yield the line of each item of a list."""
    depth, expects_item = 0, False
    for number, token in value:
        if depth == 1 and expects_item and token not in "]":
            yield number
        stays_expected = expects_item and token in "]"
        expects_item = stays_expected or (depth == 1 and token == ",") or (depth == 0 and token == "[")
        depth += _nesting(token)


def _statements(text: str) -> Iterator[list[tuple[int, str]]]:
    """Yield the tokens of each statement with their line numbers, without comments."""
    statement: list[tuple[int, str]] = []
    depth = 0
    for number, token in _tokens(text):
        if token == "\n":
            if statement and not depth:
                yield statement
                statement = []
        elif token[0] != "#":
            statement.append((number, token))
            depth += _nesting(token)
    if statement:
        yield statement


def _nesting(token: str) -> int:
    return (token in "[{") - (token in "]}")


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    number = 1
    for match in _TOKEN.finditer(text):
        yield number, match[0]
        number += match[0].count("\n")
