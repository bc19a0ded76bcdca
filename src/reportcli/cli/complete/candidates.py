"""What may go on from a text that has been typed so far, for each kind of value that a parameter takes.

Nothing here fails: of a catalogue that cannot be read there are no candidates. It knows no command line and no shell.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from reportcli.cli import options
from reportcli.errors import ReportcliError
from reportcli.library import Library
from reportcli.query.conditions import OPERATORS
from reportcli.query.names import ID_SPELLING, NAME_SPELLING, Spelling
from reportcli.query.subject import TEXT_FIELDS
from reportcli.report.derived import DERIVED
from reportcli.report.field_names import COLUMN_NAMES, QUERY_NAMES, column_field, query_field
from reportcli.report.fields import DATE, FIELDS, MAP, NUMBER, YES_NO, Field
from reportcli.text import fold_name

_MOST_WORDS = 100  # of a text field
_MOST_DESCRIBED = 200  # reports; of more, only the names are read


class Candidate(NamedTuple):
    """What may stand at the place, and what it is. After one that ``goes_on`` there is no space."""

    value: str
    meaning: str = ""
    goes_on: bool = False


class Completion(NamedTuple):
    """What may follow the first ``kept`` letters of a word; ``by_shell`` are files or folders, which it finds."""

    kept: int = 0
    candidates: tuple[Candidate, ...] = ()
    by_shell: str = ""


class CompletionContext(NamedTuple):
    """What a value may depend on: the catalogue, opened where it is needed, and the arguments before it."""

    library: Callable[[], Library]
    before: Sequence[str] = ()


def matching_candidates(typed: str, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates that go on from a text, or else those that do where hyphens, dots and accents are nothing.

    What comes before a catalogue that cannot be read is kept.
    """
    known: list[Candidate] = []
    with suppress(ReportcliError, OSError):
        known.extend(candidates)
    plain, folded = typed.casefold(), fold_name(typed)
    exact = tuple(one for one in known if one.value.casefold().startswith(plain))
    return exact or tuple(one for one in known if folded and fold_name(one.value).startswith(folded))


def complete_value(kind: str, typed: str, asked: CompletionContext) -> Completion:
    """Return what may go on from a text that is the value of a parameter of this kind."""
    return _KINDS[kind](typed, asked)


def _names(typed: str, asked: CompletionContext) -> Completion:
    return Completion(0, matching_candidates(typed, _named(typed, asked)))


def _named(typed: str, asked: CompletionContext) -> Iterator[Candidate]:
    known = asked.library().complete_name(typed)
    for one in known:
        yield Candidate(_written(one), _meaning(asked.library(), one) if len(known) <= _MOST_DESCRIBED else "")


def _written(one: Spelling) -> str:
    """Return a spelling that finds the same and needs no quotes."""
    plain = _without_spaces(one.written)
    return plain if one.kind != ID_SPELLING and fold_name(plain) == one.folded else one.written


def _without_spaces(name: str) -> str:
    return re.sub(r"\s+", "-", name.lower())


def _meaning(library: Library, one: Spelling) -> str:
    report = library.report(one.report)
    if one.kind in (ID_SPELLING, NAME_SPELLING):
        return f"{report.name} · {', '.join(report.organizations)} · {report.date}"
    return f"a model of {report.name}"


def _techniques(typed: str, asked: CompletionContext) -> Completion:
    return Completion(0, matching_candidates(typed, _technique_names(typed, asked)))


def _technique_names(typed: str, asked: CompletionContext) -> Iterator[Candidate]:
    """Yield the ids of techniques, and the other names of those whose id goes on from something else."""
    for id, one in asked.library().techniques().items():
        yield Candidate(id, ", ".join((one.name, *one.also)))
        if not id.startswith(typed.lower()):
            yield from (Candidate(_without_spaces(name), id) for name in (one.name, *one.also))


def _fields(names: Mapping[str, Field], typed: str, short: bool = False, end: str = "") -> Iterator[Candidate]:
    """Yield each field by the best of its names, or else by one that goes on from a text.

    The best means no other field; where wanted it is a short one.
    """
    begun = typed.lower()
    for field in FIELDS + DERIVED:
        spellings = (*(field.info.short_names if short else ()), field.key, field.path)
        best = next(spelling for spelling in spellings if names[spelling] is field)
        others = (name for name, one in names.items() if one is field and name.startswith(begun))
        name = best if best.startswith(begun) else next(others, best)
        yield Candidate(name + end, field.info.help, bool(end))


def _columns(typed: str, asked: CompletionContext) -> Completion:
    start = typed.rfind(",") + 1
    used = typed[:start].split(",")
    listed = tuple(one._replace(goes_on=True) for one in _named_columns(typed[start:]) if one.value not in used)
    return Completion(start, listed + (() if start else matching_candidates(typed, [_ALL_FIELDS])))


_ALL_FIELDS = Candidate("help", "list all fields")


def _named_columns(typed: str, suits: Callable[[Field], bool] = lambda field: True) -> tuple[Candidate, ...]:
    return matching_candidates(typed, (one for one in _fields(COLUMN_NAMES, typed) if suits(COLUMN_NAMES[one.value])))


def _sort(typed: str, asked: CompletionContext) -> Completion:
    start = typed.rfind(",") + 1
    start += typed.startswith("-", start)
    return Completion(start, tuple(one._replace(goes_on=True) for one in _named_columns(typed[start:], _has_values)))


def _field(typed: str, asked: CompletionContext) -> Completion:
    return Completion(0, _named_columns(typed, _has_values))


def _has_values(field: Field) -> bool:
    return field.kind != MAP


def _figure(typed: str, asked: CompletionContext) -> Completion:
    return Completion(0, _named_columns(typed, _is_figure))


def _is_figure(field: Field) -> bool:
    return field.kind in (NUMBER, DATE) and not field.in_array


def _value(typed: str, asked: CompletionContext) -> Completion:
    """Complete a value of the field that the first argument names."""
    field = column_field(asked.before[0]) if asked.before else None
    return Completion(0, matching_candidates(typed, _values(field, typed, asked)) if field else ())


def _period(typed: str, asked: CompletionContext) -> Completion:
    start = typed.rfind("..") + 2 if ".." in typed else 0
    return Completion(start, matching_candidates(typed[start:], _dates(_DATE, asked)))


_DATE = next(field for field in FIELDS if field.kind == DATE)


def _dates(field: Field, asked: CompletionContext) -> Iterator[Candidate]:
    """Yield the years and the months that have reports."""
    reports: Counter[str] = Counter()
    for day, count in asked.library().dates(field).items():
        reports.update({f"{day:%Y}": count, f"{day:%Y-%m}": count})
    for period, count in sorted(reports.items()):
        yield Candidate(period, f"{count:,} report{'s' * (count != 1)}")


def _query(typed: str, asked: CompletionContext) -> Completion:
    """Complete the last condition of a query; not inside the quotes of a phrase."""
    if typed.count('"') % 2:
        return Completion()
    start = len(typed) - len(re.split(r"[\s()]", typed)[-1])
    name, colon, value = typed[start:].partition(":")
    if colon:
        field = query_field(name)
        values = matching_candidates(value, _values(field, value, asked)) if field else ()
        return Completion(start + len(name) + 1, values)
    found = _condition(name, asked)
    if len(found) == 1 and found[0].goes_on:  # the field is certain: its values are what is asked
        name = found[0].value
        values = matching_candidates("", _values(QUERY_NAMES[name[:-1]], "", asked))
        return Completion(start, tuple(one._replace(value=name + one.value) for one in values))
    return Completion(start, found)


def _condition(typed: str, asked: CompletionContext) -> tuple[Candidate, ...]:
    operators = [Candidate(word, "operator") for word in OPERATORS] if typed else []
    found = matching_candidates(typed, [*_fields(QUERY_NAMES, typed, short=True, end=":"), *operators])
    return found or _techniques(typed, asked).candidates


def _values(field: Field, typed: str, asked: CompletionContext) -> Iterator[Candidate]:
    yield Candidate("unknown", "the catalogue does not know")
    yield Candidate("known", "the catalogue knows")
    if field.info.choices or field.kind == YES_NO:
        yield from map(Candidate, field.info.choices or ("yes", "no"))
    elif field.info.vocabulary:
        yield from _techniques(typed, asked).candidates
    elif field.path == "id":
        yield from _named(typed, asked)
    elif field.kind == DATE:
        yield from _dates(field, asked)
    elif field in TEXT_FIELDS:
        yield from map(Candidate, asked.library().words(field, typed, _MOST_WORDS))


_KINDS: Mapping[str, Callable[[str, CompletionContext], Completion]] = {
    options.NAMES: _names,
    options.TECHNIQUE: _techniques,
    options.FIELD: _field,
    options.FIGURE: _figure,
    options.VALUE: _value,
    options.COLUMNS: _columns,
    options.SORT: _sort,
    options.QUERY: _query,
    options.PERIOD: _period,
}
