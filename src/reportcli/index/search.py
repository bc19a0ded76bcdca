"""Answers queries in a SQLite copy of the catalogue that may be deleted at any time.

An index is one read transaction: all that is asked of it is answered as of one moment. What a query means is said by
``Query.evaluate``; a property test holds the sets of the index to it. Damage that SQLite notices discards the file; a
change in sound SQL, or a flipped bit, may go unnoticed.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache, partial
from itertools import chain

from reportcli.index.columns import Columns, ColumnSubject
from reportcli.index.schema import (
    CODE,
    EVERY,
    MODEL_STEP,
    RUN_STEP,
    SOME,
    knowledge_token,
    model_of,
    report_of,
    stored_run,
    value_token,
)
from reportcli.index.sets import Everything, Sets, numbers_to_show
from reportcli.index.sql import bounds, fact
from reportcli.index.tables import Tables
from reportcli.index.words import WordSearch
from reportcli.query.conditions import (
    And,
    Between,
    Is,
    IsKnown,
    IsUndisclosed,
    MostOf,
    Not,
    Or,
    Query,
    Within,
    Words,
    conditions_of,
)
from reportcli.query.explain import EXACT_NAME_SCORE, possible_names
from reportcli.query.names import ARXIV_SPELLING
from reportcli.query.subject import MODEL_FIELDS, RL_FIELDS, RUN_FIELDS, UNDISCLOSED, Hit, Hits, Subject

_KEPT_REPORTS = 64  # a table on a terminal is gone through several times
_KEPT_QUERIES = 8  # and parts of queries, whose sets are kept: an answer asks several things of the same


class Index(Tables):
    """The reports of some folders, as one read transaction sees them. Open it with ``open_index``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._sets = lru_cache(maxsize=_KEPT_QUERIES)(self._join)
        self._subject_of = lru_cache(maxsize=_KEPT_REPORTS)(self._read_subject)
        self.word_search = WordSearch(self._rows, self._search)
        self._columns = Columns(self._rows)

    def matching(
        self,
        query: Query,
        limit: int | None = None,
        ranked: bool = True,
        by_model: bool = False,
        by_run: bool = False,
        with_rl: bool = False,
    ) -> Hits:
        """Return the reports that fit a query, where ranked the best first, then newest first.

        Each is shown as its flagship if that fits, else as its largest model that does; ``by_model``, as each model
        that fits; ``by_run``, as each run of RL that does; ``with_rl``, as no model that never went through RL.
        """
        sets = self._everything.with_rl(self._sets(query)) if with_rl else self._sets(query)
        if by_run:
            sets = self._everything.as_runs(sets)
        elif by_model or sets.of_models:
            sets = self._everything.as_models(sets)
        reports = sets.as_reports().fits
        numbers = [number for number in self._newest_first if number in reports]
        if by_run or sets.of_models:
            numbers = numbers_to_show(numbers, sets.fits, by_model or by_run)
        if scores := self._scores(query) if ranked else {}:
            numbers.sort(key=lambda number: -scores.get(report_of(number), 0.0))

        def hit_of(subject_of: Callable[[int], Subject]) -> Callable[[int], Hit]:
            return lambda number: Hit(subject_of(number), scores.get(report_of(number), 0.0))

        read = partial(self._subject, by_run)
        return Hits(numbers[:limit], hit_of(read), hit_of(partial(ColumnSubject, self._columns, by_run, read)))

    def _subject(self, of_run: bool, number: int) -> Subject:
        model, run = model_of(number) // MODEL_STEP, number // RUN_STEP
        subject = self._subject_of(report_of(number))
        with self._readable():
            subject = subject.of_each_model[model] if model else subject
            return subject.as_each_run[run] if of_run else subject

    def _read_subject(self, report: int) -> Subject:
        return Subject(self._stored("number = ?", report), self.techniques)

    def total(self, query: Query, by_model: bool = False) -> tuple[int, int]:
        """Return how many reports fit a query, and of how many this is unknown; ``by_model``, how many models."""
        sets = self._sets(query)
        fits, may_fit, *_ = self._everything.as_models(sets) if by_model else sets.as_reports()
        return len(fits), len(may_fit) - len(fits)

    def undisclosed(self, query: Query) -> int:
        """Return of how many of the reports of which it is unknown whether they fit a field asked is undisclosed."""
        fits, may_fit, *_ = self._sets(query).as_reports()
        fields = {getattr(condition, "field", "") for condition, _ in conditions_of(query)} - {""}
        without = (self._search(fact(knowledge_token(field, UNDISCLOSED))) for field in fields)
        return len((may_fit - fits).intersection(set[int]().union(*without)))

    @cached_property
    def _newest_first(self) -> list[int]:
        return [number for (number,) in self._rows("SELECT number FROM report WHERE NOT hidden ORDER BY day DESC, id")]

    @cached_property
    def _everything(self) -> Everything:
        return Everything(set(self._newest_first), self._others)

    def _others(self, code: int) -> list[int]:
        rows = self._rows("SELECT model FROM value WHERE field = ? AND value <> 'yes'", [code])
        with self._readable():
            return [int(model) for (model,) in rows]

    def _join(self, query: Query) -> Sets:
        match query:
            case And(parts):
                return self._everything.intersection([self._sets(part) for part in parts])
            case Or(parts):
                return self._everything.union([self._join(part) for part in parts])
            case MostOf(parts):
                counts = Counter(chain.from_iterable(self._join(part).fits for part in parts))
                fits = {number for number, count in counts.items() if count >= query.least}
                return Sets(fits, fits)
            case Not(part):
                return self._everything.without(self._join(part))
            case IsKnown(field, True):
                return self._known(field)
            case IsKnown(field):
                chosen = self._everything.reports - self._search(fact(knowledge_token(field, SOME)))
                return Sets(chosen, chosen)
            case IsUndisclosed(field):
                chosen = self._search(fact(knowledge_token(field, UNDISCLOSED)))
                return Sets(chosen, chosen)
            case Is(field) | Between(field) if field in MODEL_FIELDS:
                return self._of_models(query)
            case Words(_, field) if field in RUN_FIELDS:
                return self._of_runs(field, self._runs_with(query))
            case Between(field) if field in RUN_FIELDS:
                return self._of_runs(field, self._numbers(field, *bounds(query)))
        return self._look_up(query)

    def _of_models(self, condition: Is | Between) -> Sets:
        """Look up a condition on values of models: those that fit and those without a value in one passage."""
        ends = [(sign, end) for sign, end in bounds(condition) if end is not None]
        compared = " AND ".join(f"value {sign} ?" for sign, _ in ends) or "1"
        sql = f"SELECT model, {compared} FROM value WHERE field = ?"
        rows = self._rows(sql, [*(end for _, end in ends), CODE[condition.field]])
        fits = {number for number, holds in rows if holds} & self._everything.models
        return Sets(fits, fits | self._everything.models.difference(number for number, _ in rows), of_models=True)

    def _known(self, field: str) -> Sets:
        """Look up the models, or runs, that have a value, or the reports if it is theirs."""
        of_models, of_runs = field in MODEL_FIELDS, field in RUN_FIELDS
        fits = self._numbers(field) if of_models or of_runs else self._search(fact(knowledge_token(field, SOME)))
        sets = Sets(fits, fits, of_models, of_runs)
        return self._everything.with_rl(sets) if field in RL_FIELDS else sets

    def _of_runs(self, field: str, fits: set[int]) -> Sets:
        may_fit = fits | (self._everything.runs - self._numbers(field))
        return self._everything.with_rl(Sets(fits, may_fit, of_runs=True))

    def _runs_with(self, words: Words) -> set[int]:
        """Return the runs of which a text contains words; there are few."""
        rows = self._rows("SELECT value, model FROM value WHERE field = ?", [CODE[words.field]])
        with self._readable():
            fits = {stored_run(number) for text, number in rows if words.match(text)}
        return fits & self._everything.runs

    def _look_up(self, query: Query) -> Sets:
        """Look up a condition on what a report has for all its models."""
        match query:
            case Words(_, field):
                fits = self.word_search.reports_with(query)
                if not field:
                    return Sets(fits, fits)
            case Is(field, value):
                fits = self._search(fact(value_token(field, value)))
            case Between(field):
                fits = self._numbers(field, *bounds(query))
            case Within(field, period):
                first, last = period.span()
                fits = self._numbers(field, (">=", first.toordinal()), ("<=", last.toordinal()))
            case _:
                raise TypeError(f"not a condition: {query!r}")
        sets = Sets(fits, fits | (self._everything.reports - self._search(fact(knowledge_token(field, EVERY)))))
        return self._everything.with_rl(sets) if field in RL_FIELDS else sets

    def _search(self, match: str) -> set[int]:
        rows = self._rows("SELECT rowid FROM search WHERE search MATCH ?", [match])
        return {number for (number,) in rows} & self._everything.reports

    def _numbers(self, field: str, *ends: tuple[str, int | float | str | None]) -> set[int]:
        """Return the numbers of the models, of the reports, or of the runs, whose value compares like this."""
        given = [(sign, end) for sign, end in ends if end is not None]
        compared = "".join(f" AND value {sign} ?" for sign, _ in given)
        sql = f"SELECT model FROM value WHERE field = ?{compared}"
        rows = self._rows(sql, [CODE[field], *(end for _, end in given)])
        numbers = {number for (number,) in rows}
        if field in RUN_FIELDS:
            return set(map(stored_run, numbers)) & self._everything.runs
        return numbers & (self._everything.models if field in MODEL_FIELDS else self._everything.reports)

    def _scores(self, query: Query) -> dict[int, float]:
        """Return what each report scores; a report that the query names comes first."""
        scores = dict.fromkeys(self._named(possible_names(query)), EXACT_NAME_SCORE)
        for condition, negated in conditions_of(query):
            if isinstance(condition, Words) and not negated:
                self.word_search.add_scores(condition, scores)
        return scores

    def _named(self, names: Iterable[str]) -> set[int]:
        sql = "SELECT report FROM spelling WHERE folded = ? AND kind <> ?"
        return {number for name in names for (number,) in self._rows(sql, [name, ARXIV_SPELLING])}

    def words(self, field: str, prefix: str, most: int) -> list[str]:
        """Return the words of a text field that begin with folded letters, numbers aside, the most frequent first."""
        return self.word_search.beginning(field, prefix, most)
