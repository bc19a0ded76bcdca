"""Conditions and values as SQLite takes them, and rows as it gives them."""

from typing import Any

from reportcli.query.conditions import Between, Is, comparable


def checked(row: tuple[Any, ...], *types: type) -> tuple[Any, ...]:
    """Return a row whose values have these types. Raises TypeError where they have not: the file is damaged."""
    if tuple(map(type, row)) != types:
        raise TypeError(row)
    return row


def bindable(value: Any) -> Any:
    """Return a value as SQLite takes it: text without lone surrogates, numbers of at most 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return comparable(value)


def bounds(condition: Is | Between) -> tuple[tuple[str, int | float | str | None], ...]:
    """Return the comparisons that a value keeps; one with None is no bound."""
    if isinstance(condition, Is):
        return (("=", condition.value),)
    low = ">" if condition.exclusive else ">="
    high = "<" if condition.exclusive or condition.right_open else "<="
    return (low, condition.low), (high, condition.high)


def fact(token: str) -> str:
    """Return what matches a token that stands for a fact."""
    return f'facts : "{token}"'
