"""Random queries against an evaluator of our own, which knows only the files and what the help says of the language.

Usage: python tests/trials/queries.py [--trials 1000] [--seed 1] [--only search,where] [--at 17]

A query is made as a tree, written as a person might write it, and answered twice: by the program, from a catalogue of
make-believe reports, and here, from the tables of its files. Prints the queries that find other reports.
"""

import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from synthetic import write_catalogue
from trials.runner import Answered, Trial, attempt, main

REPORTS = 200
DEPTH = 3
Table = dict[str, Any]
Truth = bool | None  # None: the report does not say


class Query(NamedTuple):
    """A query as it is typed, and whether it holds of a model of a report; a report without models is asked as one."""

    text: str
    holds: Callable[[Table, Table], Truth]
    binds: int  # how tightly: a condition 3, not 2, and 1, or 0


class Ground(NamedTuple):
    """A catalogue, and the tables of its files by their ids."""

    folder: Path
    tables: Mapping[str, Table]


def prepare(folder: Path) -> Ground:
    """Write a catalogue."""
    write_catalogue(folder / "catalogue", REPORTS, seed=18)
    paths = sorted((folder / "catalogue").glob("*.toml"))
    return Ground(folder / "catalogue", {path.stem: tomllib.loads(path.read_text()) for path in paths})


# Conditions.


def _parameters(tables: Sequence[Table], chance: Random) -> Query:
    figures = [model["parameters"] for table in tables for model in table.get("models", ()) if "parameters" in model]
    low, high = sorted(chance.choices(figures, k=2))
    form = chance.choice((f"{low}..{high}", f"{low / 1e9:g}B..", f"..{high}", f">{low}", f"<={high}", f"{low}"))
    low_end = 0 if form[0] in ".<" else low
    high_end = low if form == f"{low}" else high if ".." in form[:-2] or form[0] in ".<" else 1e30

    def holds(_: Table, model: Table) -> Truth:
        value = model.get("parameters")
        return None if value is None else low_end <= value <= high_end and not (form[0] == ">" and value == low)

    return Query(f"{chance.choice(('params', 'parameters', 'size'))}:{form}", holds, 3)


def _choice(tables: Sequence[Table], chance: Random) -> Query:
    key, short = chance.choice((("tags", "tag"), ("techniques", "technique")))
    value = chance.choice([value for table in tables for value in table.get(key, ())])
    return Query(f"{short}:{value}", lambda table, _: value in table[key] if table.get(key) else None, 3)


def _family(tables: Sequence[Table], chance: Random) -> Query:
    families = [value for table in tables for value in table.get("posttraining", {}).get("rl_family", ())]
    value = chance.choice(families)

    def holds(table: Table, model: Table) -> Truth:
        training = table.get("posttraining", {})
        named = [run.get("model") for run in training.get("rl", ())]
        if model.get("reinforcement_learning") is False and model["name"] not in named:
            return False
        return value in training["rl_family"] if training.get("rl_family") else None

    return Query(f"rl:{value}", holds, 3)


def _year(tables: Sequence[Table], chance: Random) -> Query:
    days = sorted(chance.choice(tables)["date"].isoformat()[: chance.choice((4, 7, 10))] for _ in range(2))
    last = f"{days[1]}~"  # after every day that begins so

    def holds(table: Table, _: Table) -> Truth:
        return days[0] <= table["date"].isoformat() <= last

    return Query(f"date:{days[0]}..{days[1]}", holds, 3)


def _license(_: Sequence[Table], chance: Random) -> Query:
    known = chance.random() < 0.5
    return Query(f"license:{'known' if known else 'unknown'}", lambda table, _: ("license" in table) is known, 3)


def _title(tables: Sequence[Table], chance: Random) -> Query:
    word = chance.choice(_words(chance.choice(tables)["title"]))
    return Query(f'title:"{word}"', lambda table, _: word in _words(table["title"]), 3)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


CONDITIONS = (_parameters, _parameters, _choice, _family, _year, _license, _title)


# Queries.


def _query(tables: Sequence[Table], chance: Random, depth: int = DEPTH) -> Query:
    """Return a query of conditions that are joined at random, with brackets where they are needed, and some more."""
    kind = chance.choice(("and", "or", "not", "")) if depth else ""
    if not kind:
        return chance.choice(CONDITIONS)(tables, chance)
    if kind == "not":
        part = _query(tables, chance, depth - 1)
        word = chance.choice(("not", "NOT", "without"))
        return Query(f"{word} {_bracketed(part, 2, chance)}", lambda *asked: _opposite(part.holds(*asked)), 2)
    parts = [_query(tables, chance, depth - 1) for _ in range(chance.choice((2, 2, 3)))]
    binds, join = (1, chance.choice((" ", " and ", " AND "))) if kind == "and" else (0, chance.choice((" or ", " OR ")))
    decisive = kind == "or"  # one part that is so decides

    def holds(table: Table, model: Table) -> Truth:
        truths = [part.holds(table, model) for part in parts]
        return decisive if decisive in truths else None if None in truths else not decisive

    return Query(join.join(_bracketed(part, binds, chance) for part in parts), holds, binds)


def _bracketed(query: Query, binds: int, chance: Random) -> str:
    return f"({query.text})" if query.binds < binds or chance.random() < 0.1 else query.text


def _opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def _fits(query: Query, table: Table) -> bool:
    return any(query.holds(table, model) for model in table.get("models") or [{}])


def asked(option: str, ground: Ground, chance: Random) -> Iterator[str]:
    """Ask a query, with a search or as a condition of a listing."""
    query = _query(list(ground.tables.values()), chance)
    words = ("search", "--exact", query.text) if option == "search" else ("list", "--where", query.text)
    answered = attempt((*words, "--json", "--catalog", str(ground.folder)))
    right = {name for name, table in ground.tables.items() if _fits(query, table)}
    if not isinstance(answered, Answered) or answered.code != (0 if right else 1):
        yield f"{query.text}: {answered}"
        return
    found = {record["id"] for record in json.loads(answered.out)}
    if found != right:
        yield f"{query.text}: too many {sorted(found - right)}, missing {sorted(right - found)}"


TRIALS: Mapping[str, Trial] = {option: partial(asked, option) for option in ("search", "where")}

if __name__ == "__main__":
    assert __doc__
    main(TRIALS, prepare, 1000, __doc__.splitlines()[0])
