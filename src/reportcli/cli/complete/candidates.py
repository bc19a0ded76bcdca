"""The candidates that complete a text typed so far, for each kind of value that a parameter takes.

Nothing here fails: a catalogue that cannot be read has no candidates. It knows no command line and no shell.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from reportcli import cli
from reportcli.errors import ReportcliError
from reportcli.index.reader import OpenCatalog
from reportcli.query.conditions import OPERATORS
from reportcli.query.names import ID_SPELLING, NAME_SPELLING, Spelling
from reportcli.query.subject import TEXT_FIELDS
from reportcli.report.derived import DERIVED
from reportcli.report.field_names import FIELDS_BY_NAME, field_named
from reportcli.report.fields import DATE, ENTRY_FIELDS, FIELDS, MAP, NUMBERS, TEXTS, YES_NO, Field
from reportcli.text import fold_name

_MAX_WORDS = 100  # of a text field
_MAX_DESCRIBED = 200  # reports; of more, only the names are read


class Candidate(NamedTuple):
    """A value and what it means; after one that ``continues`` the shell adds no space."""

    value: str
    meaning: str = ""
    continues: bool = False


class Completion(NamedTuple):
    """What may follow the first ``kept`` characters of a word; ``by_shell`` are files or folders, which it finds."""

    kept: int = 0
    candidates: tuple[Candidate, ...] = ()
    by_shell: str = ""


class CompletionContext(NamedTuple):
    """What a value may depend on: the catalogue, opened where it is needed, and the arguments before it.

    Where the shell shows no meanings, those of names, which are in the reports, are left out.
    """

    catalog: Callable[[], OpenCatalog]
    arguments: Sequence[str] = ()
    shows_meanings: bool = True


def matching_candidates(typed: str, candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates that begin with a text; if none does, those that do without hyphens, dots and accents.

    Candidates that come before an error of the catalogue are kept.
    """
    readable: list[Candidate] = []
    with suppress(ReportcliError, OSError):
        readable.extend(candidates)
    plain, folded = typed.casefold(), fold_name(typed)
    exact = tuple(candidate for candidate in readable if candidate.value.casefold().startswith(plain))
    return exact or tuple(
        candidate for candidate in readable if folded and fold_name(candidate.value).startswith(folded)
    )


def complete_value(kind: str, typed: str, context: CompletionContext) -> Completion:
    """Return what completes a text that is the value of a parameter of this kind."""
    return _KINDS[kind](typed, context)


def _names(typed: str, context: CompletionContext) -> Completion:
    return Completion(0, matching_candidates(typed, _name_candidates(typed, context)))


def _name_candidates(typed: str, context: CompletionContext) -> Iterator[Candidate]:
    spellings = context.catalog().complete_name(typed)
    is_described = context.shows_meanings and len(spellings) <= _MAX_DESCRIBED
    for spelling in spellings:
        yield Candidate(_unquoted_name(spelling), _name_meaning(context.catalog(), spelling) if is_described else "")


def _unquoted_name(spelling: Spelling) -> str:
    """Return a spelling that finds the same and needs no quotes."""
    plain = _without_spaces(spelling.written)
    return plain if spelling.kind != ID_SPELLING and fold_name(plain) == spelling.folded else spelling.written


def _without_spaces(name: str) -> str:
    return re.sub(r"\s+", "-", name.lower())


def _name_meaning(catalog: OpenCatalog, spelling: Spelling) -> str:
    report = catalog.with_id(spelling.report)
    if spelling.kind in (ID_SPELLING, NAME_SPELLING):
        return f"{report.name} · {', '.join(report.organizations)} · {report.date}"
    return f"a model of {report.name}"


def _techniques(typed: str, context: CompletionContext) -> Completion:
    return Completion(0, matching_candidates(typed, _technique_candidates(typed, context)))


def _technique_candidates(typed: str, context: CompletionContext) -> Iterator[Candidate]:
    """Yield the ids of techniques, and the other names of those whose id begins otherwise."""
    for technique_id, technique in context.catalog().techniques().items():
        yield Candidate(technique_id, ", ".join((technique.name, *technique.also)))
        if not technique_id.startswith(typed.lower()):
            yield from (Candidate(_without_spaces(name), technique_id) for name in (technique.name, *technique.also))


def _fields(
    names: Mapping[str, Field],
    typed: str,
    short: bool = False,
    end: str = "",
    fields: Iterable[Field] = FIELDS + DERIVED,
) -> Iterator[Candidate]:
    """Yield each field by the best of its names, or else by one that begins with a text.

    The best name means no other field; with ``short`` it is a short one.
    """
    beginning = typed.lower()
    for field in fields:
        spellings = (*(field.info.short_names if short else ()), field.key, field.path)
        best = next(spelling for spelling in spellings if names[spelling] is field)
        others = (name for name, other in names.items() if other is field and name.startswith(beginning))
        name = best if best.startswith(beginning) else next(others, best)
        yield Candidate(name + end, field.info.help, bool(end))


def _columns(typed: str, _context: CompletionContext) -> Completion:
    start = typed.rfind(",") + 1
    used = typed[:start].split(",")
    columns = tuple(
        candidate._replace(continues=True)
        for candidate in _column_candidates(typed[start:])
        if candidate.value not in used
    )
    return Completion(start, columns + (() if start else matching_candidates(typed, [_ALL_FIELDS])))


_ALL_FIELDS = Candidate("help", "list all fields")


def _column_candidates(typed: str, is_suitable: Callable[[Field], bool] | None = None) -> tuple[Candidate, ...]:
    candidates = _fields(FIELDS_BY_NAME, typed)
    return matching_candidates(
        typed,
        (candidate for candidate in candidates if is_suitable is None or is_suitable(FIELDS_BY_NAME[candidate.value])),
    )


def _sort(typed: str, _context: CompletionContext) -> Completion:
    start = typed.rfind(",") + 1
    start += typed.startswith("-", start)
    keys = _column_candidates(typed[start:], _has_values)
    return Completion(start, tuple(key._replace(continues=True) for key in keys))


def _field(typed: str, _context: CompletionContext) -> Completion:
    return Completion(0, _column_candidates(typed, _has_values))


def _has_values(field: Field) -> bool:
    return field.kind != MAP


def _figure(typed: str, _context: CompletionContext) -> Completion:
    return Completion(0, _column_candidates(typed, _is_figure))


def _is_figure(field: Field) -> bool:
    return field.kind in (*NUMBERS, DATE) and not (field.in_array or field.info.seen_as)


def _value(typed: str, context: CompletionContext) -> Completion:
    """Complete a value of the field that the first argument names."""
    field = field_named(context.arguments[0]) if context.arguments else None
    return Completion(0, matching_candidates(typed, _values(field, typed, context)) if field else ())


def _period(typed: str, context: CompletionContext) -> Completion:
    start = typed.rfind("..") + 2 if ".." in typed else 0
    return Completion(start, matching_candidates(typed[start:], _dates(_DATE, context)))


_DATE = next(field for field in FIELDS if field.kind == DATE)


def _dates(field: Field, context: CompletionContext) -> Iterator[Candidate]:
    """Yield the years and the months that have reports."""
    reports: Counter[str] = Counter()
    for day, count in context.catalog().dates(field).items():
        reports.update({f"{day:%Y}": count, f"{day:%Y-%m}": count})
    for period, count in sorted(reports.items()):
        yield Candidate(period, f"{count:,} report{'s' * (count != 1)}")


def _query(typed: str, context: CompletionContext) -> Completion:
    """Complete the last condition of a query; not inside the quotes of a phrase."""
    if typed.count('"') % 2:
        return Completion()
    start = len(typed) - len(re.split(r"[\s()]", typed)[-1])
    name, colon, value = typed[start:].partition(":")
    if colon:
        field = field_named(name)
        values = matching_candidates(value, _values(field, value, context)) if field else ()
        return Completion(start + len(name) + 1, values)
    candidates = _conditions(name, context)
    if len(candidates) == 1 and candidates[0].continues:  # only one field is left: go on to its values
        name = candidates[0].value
        values = matching_candidates("", _values(FIELDS_BY_NAME[name[:-1]], "", context))
        return Completion(start, tuple(candidate._replace(value=name + candidate.value) for candidate in values))
    return Completion(start, candidates)


def _conditions(typed: str, context: CompletionContext) -> tuple[Candidate, ...]:
    operators = [Candidate(word, "operator") for word in OPERATORS] if typed else []
    candidates = matching_candidates(typed, [*_fields(FIELDS_BY_NAME, typed, short=True, end=":"), *operators])
    return candidates or _techniques(typed, context).candidates


def _assignment(typed: str, context: CompletionContext) -> Completion:
    """Complete a field to set, or the value of one after its equals sign; of a list, the last item."""
    name, equals, value = typed.partition("=")
    if not equals:
        return _settable(name, context)
    path = name.rstrip("+-")
    field = field_named(path) or field_named(path.rpartition(".")[2])
    start = len(name) + 1 + (value.rfind(",") + 1 if field and field.kind == TEXTS else 0)
    return Completion(start, matching_candidates(typed[start:], _set_values(field, context)) if field else ())


def _settable(typed: str, context: CompletionContext) -> Completion:
    """Complete a field of an entry; after ``models.`` one of a model, after ``sources.`` the field that it is of."""
    head, dot, rest = typed.partition(".")
    field = field_named(head)
    if dot and field and field.kind == MAP:
        return Completion(len(head) + 1, matching_candidates(rest, _fields(FIELDS_BY_NAME, rest, end="=")))
    if typed.startswith("models."):
        return Completion(0, matching_candidates(typed, _model_fields(typed, context)))
    return Completion(0, matching_candidates(typed, _fields(FIELDS_BY_NAME, typed, end="=", fields=_UNMAPPED)))


_UNMAPPED = tuple(field for field in ENTRY_FIELDS if field.kind != MAP)


def _model_fields(typed: str, context: CompletionContext) -> Iterator[Candidate]:
    """Yield the models of the entry, or the fields of the one that is typed."""
    models = context.catalog().find(" ".join(context.arguments)).report.models
    names = [f"models.{model.name}." for model in models]
    for name in names:
        if not typed.startswith(name):
            yield Candidate(name, "", True)
        for field in ENTRY_FIELDS if typed.startswith(name) else ():
            if field.table == "models":
                yield Candidate(f"{name}{field.key}=", field.info.help, True)


def _set_values(field: Field, context: CompletionContext) -> Iterator[Candidate]:
    if field.info.vocabulary:
        yield from _techniques("", context).candidates
    elif field.info.choices or field.kind == YES_NO:
        yield from map(Candidate, field.info.choices or ("yes", "no"))


def _values(field: Field, typed: str, context: CompletionContext) -> Iterator[Candidate]:
    yield Candidate("unknown", "not in the catalogue")
    yield Candidate("known", "in the catalogue")
    if field.table.partition(".")[0] in ("architecture", "pretraining", "posttraining"):
        yield Candidate("undisclosed", "read for, and not stated")
    if field.info.choices or field.kind == YES_NO:
        yield from map(Candidate, field.info.choices or ("yes", "no"))
    elif field.info.vocabulary:
        yield from _techniques(typed, context).candidates
    elif field.path == "id":
        yield from _name_candidates(typed, context)
    elif field.kind == DATE:
        yield from _dates(field, context)
    elif field in TEXT_FIELDS:
        yield from map(Candidate, context.catalog().words(field, typed, _MAX_WORDS))


_KINDS: Mapping[str, Callable[[str, CompletionContext], Completion]] = {
    cli.NAMES: _names,
    cli.TECHNIQUE: _techniques,
    cli.FIELD: _field,
    cli.ASSIGNMENT: _assignment,
    cli.FIGURE: _figure,
    cli.VALUE: _value,
    cli.COLUMNS: _columns,
    cli.SORT: _sort,
    cli.QUERY: _query,
    cli.PERIOD: _period,
}
