"""What a check found, a line each: for a reader of a pipe, and for GitHub. Without rich."""

import os
from collections.abc import Iterator

from reportcli.answer.check import REMARK, CheckReport, Finding
from reportcli.render.value import escape_controls, escape_path


def text(answer: CheckReport) -> Iterator[str]:
    """Yield a line for each finding: the place, the key, what is wrong."""
    for one in answer.findings:
        place = ":".join(str(part) for part in (escape_path(one.file), one.line, one.column) if part)
        yield escape_controls(f"{place}: {'remark: ' if one.severity == REMARK else ''}{_said(one)}") + "\n"


def github(answer: CheckReport) -> Iterator[str]:
    """Yield a workflow command for each finding, so that GitHub shows it beside the line.

    See https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
    """
    for one in answer.findings:
        place = {"file": escape_path(one.file.replace(os.sep, "/")), "line": one.line, "col": one.column}
        properties = ",".join(f"{key}={_github(str(value), ':,')}" for key, value in place.items() if value)
        yield f"::{'warning' if one.severity == REMARK else 'error'} {properties}::{_github(_said(one))}\n"


def _said(finding: Finding) -> str:
    return f"{finding.key}: {finding.problem}" if finding.key else finding.problem


def _github(text: str, more: str = "") -> str:
    return "".join(f"%{ord(one):02X}" if one in f"%\r\n{more}" else one for one in escape_controls(text))
