"""Values with a caveat: a mark beside each, and below them the sentences of the report's `confidence`."""

from collections.abc import Iterable, Iterator

from reportcli.render.value import escape_controls
from reportcli.report.declare import FieldInfo
from reportcli.report.fields import TEXTS, Field, Report

MARK = "*"
RUNS = Field("posttraining.rl", TEXTS, FieldInfo("", label="RL runs"), lambda report: report.posttraining.rl)


def caveat(field: Field, report: Report) -> str:
    """Return what is uncertain about a known value of a report; "" without a caveat."""
    if not report.confidence:
        return ""
    of_models = field.derived and not field.info.computed
    return report.confidence.get(f"models.{field.key}" if of_models else field.path, "")


def marked(text: str, field: Field, report: Report) -> str:
    """Return the text of a value with the mark after it if it has a caveat."""
    return text + MARK if text and caveat(field, report) else text


def caveat_lines(shown: Iterable[tuple[str, Field, Report]]) -> Iterator[str]:
    """Yield the sentences of the known values that are shown, each once: ``* dots.llm1, experts active: …``.

    A value comes with what its line calls it.
    """
    lines = (
        f"{MARK} {escape_controls(name)}: {escape_controls(sentence)}"
        for name, field, report in shown
        if (sentence := caveat(field, report))
    )
    yield from dict.fromkeys(lines)


def of_fields(fields: Iterable[Field], report: Report) -> Iterator[str]:
    """Yield the sentences of the values that one report has in some fields."""
    return caveat_lines((field.label, field, report) for field in fields if field.get(report) not in (None, ()))
