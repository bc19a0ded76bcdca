"""A run of RL as options of a training framework: what the report states, from where, and what it does not disclose.

Nothing is invented: an option stands for a stated number; what has no option of the same meaning is a comment.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reportcli.answer.recipe import ReportRun
from reportcli.query.subject import FIELDS_BY_PATH
from reportcli.render.value import escape_controls
from reportcli.report.fields import Field

_RUNS = "posttraining.rl"


class Framework(NamedTuple):
    """A training framework: its version, and the address of the documentation that has the names of its options."""

    name: str
    version: str
    documentation: str
    options: Mapping[str, str]  # key of a field of runs → option that means the same


class Option(NamedTuple):
    """An option with its value, and where that was read."""

    name: str
    value: Any
    comment: str = ""


def field_of(key: str) -> Field:
    """Return a field of runs by its key."""
    return FIELDS_BY_PATH[f"{_RUNS}.{key}"]


def head(framework: Framework) -> str:
    """Return the comment that a file begins with."""
    return (
        f"# {framework.name} {framework.version}, options as in {framework.documentation}\n"
        "# Only what a report states is set; the defaults of all else are not the report's.\n"
    )


def title_lines(each: ReportRun) -> Iterator[str]:
    """Yield the name of a run, and what is uncertain about it, as comments."""
    yield f"# {as_comment(each.name)}, {as_comment(each.stage)}\n"
    stated = (field_of(key).path for key, value in vars(each.run).items() if value not in (None, ()))
    for path in (_RUNS, *stated):
        if path in each.report.confidence:
            label = "" if path == _RUNS else f"{FIELDS_BY_PATH[path].label}: "
            yield f"# caveat: {label}{as_comment(each.report.confidence[path])}\n"


def source(each: ReportRun, key: str, remark: str = "") -> str:
    """Return the comment after a value: a remark on how it follows, and the nearest source."""
    return "; ".join(filter(None, (remark, as_comment(each.source(field_of(key))))))


def stated_options(each: ReportRun, names: Mapping[str, str]) -> Iterator[Option]:
    """Yield the options whose numbers a run states."""
    for key, name in names.items():
        value = each.value(field_of(key))
        if value is not None:
            yield Option(name, value, source(each, key))


def undisclosed_lines(each: ReportRun, names: Mapping[str, str]) -> Iterator[str]:
    """Yield a comment for each option that the report was read for in vain."""
    return (f"# {name}: not disclosed\n" for key, name in names.items() if each.is_undisclosed(field_of(key)))


def other_lines(each: ReportRun, keys: Iterable[str], remarks: Mapping[str, str]) -> Iterator[str]:
    """Yield what a run states, or does not disclose, without an option, as comments; with a remark on some of it."""
    for key in keys:
        field = field_of(key)
        value = each.value(field)
        if value not in (None, ()):
            text = ", ".join(value) if isinstance(value, tuple) else str(value)
            remark = f" ({remarks[key]})" if key in remarks else ""
            where = f"  # {source(each, key)}" if source(each, key) else ""
            yield f"# {field.label}: {as_comment(text)}{remark}{where}\n"
        elif each.is_undisclosed(field):
            yield f"# {field.label}: not disclosed\n"


def has_several_updates(each: ReportRun) -> bool:
    """Return whether a batch of rollouts serves several updates of the weights.

    Then the report's step may be a batch or an update: its numbers of prompts and of steps are no option by themselves.
    """
    return (each.run.updates_per_batch or 1) > 1


def without_steps(each: ReportRun, names: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """Return the options, without some whose meaning depends on what the report's step is."""
    return {key: name for key, name in names.items() if not (has_several_updates(each) and key in keys)}


def as_comment(text: str) -> str:
    """Return a text as it can stand in a comment: on one line."""
    return escape_controls(text.replace("\n", " "))
