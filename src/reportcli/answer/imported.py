"""What an import did, or would do, with each record."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from reportcli.answer import Record
from reportcli.errors import ExitCode

NEW, CHANGED, UNCHANGED, KNOWN, REFUSED = "new", "changed", "unchanged", "known", "refused"


class Outcome(NamedTuple):
    """What became of a record: where it stands, its id, and of one that was refused the reason."""

    place: str
    id: str
    action: str
    reason: str = ""
    rows: Sequence[Any] = ()  # as the source has it


class ImportReport(NamedTuple):
    """The outcome of every record, in their order."""

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()
    header: tuple[str, ...] = ("id", "action", "place", "reason")

    def rows(self) -> Iterator[tuple[Any, ...]]:
        return ((each.id, each.action, each.place, each.reason) for each in self.outcomes)

    def records(self) -> Iterator[Record]:
        return (dict(zip(self.header, row, strict=True)) for row in self.rows())

    def ids(self) -> Iterator[str]:
        """Yield the ids of what is new or changed."""
        return (each.id for each in self.outcomes if each.action in (NEW, CHANGED))

    @property
    def refused(self) -> list[Outcome]:
        """The outcomes of records that were refused."""
        return [each for each in self.outcomes if each.action == REFUSED]

    @property
    def exit_code(self) -> int:
        return ExitCode.NOTHING_FOUND if self.refused or not self.outcomes else ExitCode.SUCCESS

    @property
    def summary(self) -> str:
        """The number of records of each outcome: ``1,171 new, 12 changed, 159 refused``."""
        counts = Counter(each.action for each in self.outcomes)
        return ", ".join(f"{counts[action]:,} {action}" for action in _ORDER if counts[action]) or "nothing to import"


_ORDER = (NEW, CHANGED, UNCHANGED, KNOWN, REFUSED)
