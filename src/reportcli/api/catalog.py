"""A catalogue as a notebook or a script asks it: query texts and names of fields go in, whole results come out."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from operator import index
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Self
from weakref import finalize

from reportcli.answer import Answer
from reportcli.answer.disclosure import GROUPS
from reportcli.answer.listing import DATE_FIELD, Listing, parse_columns, parse_sort_keys
from reportcli.api.results import Report, Results, Row, match_of, report_as
from reportcli.catalog.files import cache_folder, catalog_folders
from reportcli.errors import ReportcliError, UsageError
from reportcli.library import Library
from reportcli.query.conditions import EVERYTHING, Query
from reportcli.query.names import ReportMatch
from reportcli.query.period import PERIOD_STEPS

if TYPE_CHECKING:
    import re

Names = str | Iterable[str]  # "name,date" or ["name", "date"]
Named = str | Report | Results[Report]  # what means reports, or models


def open_catalog(*folders: str | Path) -> "Catalog":
    """Open the catalogue in the given folders; without any, the shipped one with the user's own entries over it.

    >>> with open_catalog() as catalog:
    ...     [report.name for report in catalog.search("rl:grpo kl:no org:mistral")]
    ['Magistral']
    """
    with _hints_in_python():
        return Catalog(Library(catalog_folders([Path(folder) for folder in folders]), cache_folder()))


@contextmanager
def _hints_in_python() -> Iterator[None]:
    """Let the hint of an error say what to call, instead of what to type in a shell."""
    try:
        yield
    except ReportcliError as error:
        if error.hint:
            import re

            error.hint = re.sub(r"`reportcli (list|show|term|fields)( [^`-][^`]*)?`", _call, error.hint)
            error.hint = error.hint.replace("--catalog DIR", "open_catalog(DIR)")
        raise


def _call(command: "re.Match[str]") -> str:
    """Return what to call in place of a command: ``catalog.term('GRPO')``."""
    import shlex

    name = " ".join(shlex.split(command[2] or ""))
    if command[1] == "show":
        return f"catalog[{name!r}]"
    return f"catalog.{'listing' if command[1] == 'list' else command[1]}({repr(name) if name else ''})"


class Catalog:
    """The reports of some folders, as they were when ``open_catalog`` was called.

    Threads may share it; a copy, such as one for another process, opens the folders again.

    Queries, names, fields and orders are texts, written as for the command (``reportcli help queries``). A wrong one
    raises a ``ReportcliError``, whose text says what to write instead; what is no text, TypeError.

    >>> catalog = open_catalog()
    >>> catalog["Qwen 3"].parameters
    235000000000
    >>> "qwen3" in catalog
    True
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = RLock()
        self._close = finalize(self, library.close)  # also when nobody uses the catalogue any more
        library.techniques()  # are read now, for results that ask for them when the catalogue is closed

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index. Results stay as they are; another question raises ValueError."""
        with self._lock:
            self._close()

    def __reduce__(self) -> Any:
        """Return how to copy it: by opening its folders, since an open index belongs to one process."""
        with self._asking() as library:
            return open_catalog, library.folders

    @contextmanager
    def _asking(self, *texts: str) -> Iterator[Library]:
        for text in texts:
            _require_text(text)
        with self._lock, _hints_in_python():
            if not self._close.alive:
                raise ValueError("the catalogue is closed; open_catalog() opens it again")
            yield self._library

    def __repr__(self) -> str:
        if not self._close.alive:
            return "<Catalog, closed>"
        with self._asking() as library:
            days, unreadable = library.dates(DATE_FIELD), len(library.unreadable())
        count = sum(days.values())
        period = f", {min(days)} to {max(days)}" if days else ""
        skipped = f", {unreadable:,} unreadable" if unreadable else ""
        return f"<Catalog: {count:,} report{'s' * (count != 1)}{period}{skipped}>"

    def __len__(self) -> int:
        with self._asking() as library:
            return len(library.listing().hits)

    def __iter__(self) -> Iterator[Report]:
        """Yield every report, newest first, each read when it is reached."""
        with self._asking() as library:
            hits = library.listing().hits
        for place in range(len(hits)):
            with self._asking():
                report = hits[place].report
            yield report_as(report)

    def __getitem__(self, name: str) -> Report:
        """Return the report that a name stands for: an id, a name, a model, an arXiv number.

        Raises UnknownName or AmbiguousName, which are KeyErrors, or EntryUnreadable.
        """
        with self._asking(name) as library:
            match = library.find(name)
        return report_as(match.report, match.model)

    def __contains__(self, name: object) -> bool:
        name = name.id if isinstance(name, Report) else name
        try:
            return isinstance(name, str) and bool(self[name])
        except KeyError:
            return False

    def unreadable(self) -> list[str]:
        """Return the files that could not be read, each with its line and what is wrong; the others are read."""
        with self._asking() as library:
            return [f"{path}:{line}: {problem}" for path, line, problem in library.unreadable()]

    def search(
        self,
        query: str,
        *,
        columns: Names = (),
        sort: Names = (),
        limit: int | None = None,
        models: bool = False,
        exact: bool = False,
    ) -> Results[Report]:
        """Return the reports that fit a query, best first; with ``models``, each model that fits.

        With ``columns``, records have exactly these keys. Unless ``exact``, stop words, stems and typos are forgiven;
        ``notes`` say so.

        >>> open_catalog().search("magistral", columns="name,params", limit=1).to_records()
        [{'name': 'Magistral', 'parameters': 24000000000}]
        """
        with self._asking(query) as library:
            asked, chosen = library.parse(query), parse_columns(_listed(columns), searched=True)
            how = _order(sort, limit) | {"models": models, "exact": exact}
            return _reports(library.listing(asked, columns=chosen, searched=True, **how), models)

    def listing(
        self,
        where: str = "",
        *,
        columns: Names = (),
        sort: Names = (),
        limit: int | None = None,
        models: bool = False,
    ) -> Results[Report]:
        """Return the reports that fit a query, or all, newest first; with ``models``, each model that fits.

        With ``columns``, records have exactly these keys.

        >>> [report.id for report in open_catalog().listing("org:mistral date:..2025-06", sort="-params")]
        ['magistral']
        """
        with self._asking(where) as library:
            asked, chosen = _query(library, where), parse_columns(_listed(columns))
            return _reports(library.listing(asked, columns=chosen, models=models, **_order(sort, limit)), models)

    def count(self, field: str, *values: str, where: str = "", by: str = "", limit: int | None = None) -> Results[Row]:
        """Return how many reports have each value of a field, or one of ``values``; ``by`` year, quarter or month.

        >>> open_catalog().count("type", "moe", where="id:qwen3").to_records()
        [{'value': 'moe', 'count': 1}]
        """
        _require(by, PERIOD_STEPS)
        with self._asking(field, *values, where) as library:
            return _rows(library.count(field, values, _query(library, where), by=by, limit=_positive(limit)))

    def plot(
        self, x: str = "params", y: str = "tokens", *, where: str = "", limit: int | None = None, models: bool = False
    ) -> Results[Row]:
        """Return the reports, or with ``models`` the models, as points between two fields of numbers or dates.

        >>> [(point["x"], point["y"]) for point in open_catalog().plot("params", "tokens", where="id:qwen3")]
        [(235000000000, 36000000000000)]
        """
        with self._asking(x, y, where) as library:
            return _rows(library.plot(x, y, _query(library, where), limit=_positive(limit), models=models))

    def compare(
        self,
        *names: Named,
        where: str = "",
        columns: Names = (),
        differences: bool = False,
        models: bool = False,
        sort: Names = (),
        limit: int | None = None,
    ) -> Results[Row]:
        """Return reports or models side by side, a row for each field; ``where`` adds the reports that fit a query.

        They are given by name, as reports, or as results. With ``columns``, only these fields; with ``differences``,
        only where they differ; with ``models``, every model.

        >>> open_catalog().compare("qwen3", "dots.llm1", columns="layers").to_records()
        [{'field': 'architecture.layers', 'values': {'qwen3': 94, 'dots.llm1': 62}, 'differs': True}]
        """
        with self._asking(where) as library:
            asked, chosen = _query(library, where) if where else None, parse_columns(_listed(columns))
            how = _order(sort, limit) | {"models": models, "differences": differences}
            return _rows(library.comparison(_meant(names), asked, columns=chosen, **how))

    def recipe(
        self,
        *names: Named,
        where: str = "",
        stage: str = "",
        columns: Names = (),
        sort: Names = (),
        limit: int | None = None,
    ) -> Results[Row]:
        """Return the numbers of the RL runs of some reports or models, or of all, a row for each run.

        They are given as for ``compare``; ``stage`` is a part of the name of a run.
        """
        with self._asking(where, stage) as library:
            asked, fields = _query(library, where), parse_columns(_listed(columns))
            return _rows(library.recipe(_meant(names), asked, stage=stage, columns=fields, **_order(sort, limit)))

    def disclosure(self, *fields: str, where: str = "", by: str = "", limit: int | None = None) -> Results[Row]:
        """Return how many reports state each field, do not disclose it, or were not read for it.

        ``by`` is organization, year or quarter.

        >>> [row["stated"] for row in open_catalog().disclosure("tokens", where="id:qwen3")]
        [1]
        """
        _require(by, GROUPS)
        with self._asking(*fields, where) as library:
            return _rows(library.disclosure(fields, _query(library, where), by=by, limit=_positive(limit)))

    def lineage(self, name: str | Report = "", *, where: str = "", limit: int | None = None) -> Results[Row]:
        """Return who builds on whom, follows whom and was taught by whom: around one report, or everywhere."""
        name = name.id if isinstance(name, Report) else name
        with self._asking(name, where) as library:
            return _rows(library.lineage(name or None, _query(library, where), limit=_positive(limit)))

    def term(self, name: str = "") -> Results[Row]:
        """Return what a technique is and which reports use it; without a name, every technique.

        >>> open_catalog().term("group relative policy optimization")[0]["id"]
        'grpo'
        """
        with self._asking(name) as library:
            return _rows(library.term(name) if name else library.terms())

    def fields(self, name: str = "") -> Results[Row]:
        """Return the fields that queries, columns and orders take, or those whose name holds a text."""
        with self._asking(name) as library:
            return _rows(library.fields(name))


def _reports(listing: Listing, by_model: bool) -> Results[Report]:
    hits = tuple(listing.hits)
    models = (hit.subject.model if by_model or not hit.subject.is_flagship else None for hit in hits)
    return Results(map(report_as, (hit.report for hit in hits), models), listing._replace(hits=hits))


def _rows(answer: Answer) -> Results[Row]:
    return Results(answer.records(), answer)


def _query(library: Library, text: str) -> Query:
    return library.parse(text) if text.strip() else EVERYTHING


def _meant(names: Iterable[Named]) -> list[str | ReportMatch]:
    """Return names as they are, and reports, also those of results, as what their names would mean."""
    items = list(chain.from_iterable(name if isinstance(name, Results) else (name,) for name in names))
    for item in items:
        if not isinstance(item, (str, Report)):
            raise TypeError(f"expected a name or a report, got {item!r}")
    return [item if isinstance(item, str) else match_of(item) for item in items]


def _listed(names: Names) -> list[str]:
    words = names.split(",") if isinstance(names, str) else list(names)
    for word in words:
        _require_text(word)
    return [word.strip() for word in words if word.strip()]


def _require_text(value: object) -> None:
    if not isinstance(value, str):
        raise TypeError(f"expected a text, got {value!r}")


def _order(sort: Names, limit: int | None) -> dict[str, Any]:
    return {"sort": parse_sort_keys(",".join(_listed(sort))), "limit": _positive(limit)}


def _positive(limit: int | None) -> int | None:
    if limit is not None and index(limit) < 1:
        raise UsageError(f"limit is a whole number from 1, not {limit}", "leave it out for all")
    return limit


def _require(by: str, choices: Iterable[str]) -> None:
    if by not in ("", *choices):
        raise UsageError(f"invalid value for by: {by!r}", f"choose from {', '.join(choices)}")
