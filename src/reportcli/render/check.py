"""The findings of a check, one a line: as text, and as commands that GitHub understands. Without rich."""

import os
from collections.abc import Iterator

from reportcli.answer.check import REMARK, CheckReport, Finding
from reportcli.render.value import escape_controls, escape_path


def text(answer: CheckReport) -> Iterator[str]:
    """Yield a line for each finding: ``FILE:LINE:COLUMN: KEY: PROBLEM``."""
    for finding in answer.findings:
        position = ":".join(str(part) for part in (escape_path(finding.file), finding.line, finding.column) if part)
        severity = "remark: " if finding.severity == REMARK else ""
        yield escape_controls(f"{position}: {severity}{_message(finding)}") + "\n"


def github(answer: CheckReport) -> Iterator[str]:
    """Yield a workflow command for each finding, so that GitHub shows it beside the line.

    See https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
    """
    for finding in answer.findings:
        path = escape_path(_from_workspace(finding.file))
        values = {"file": path, "line": finding.line, "col": finding.column}
        properties = ",".join(f"{key}={_escape(str(value), ':,')}" for key, value in values.items() if value)
        command = "warning" if finding.severity == REMARK else "error"
        yield f"::{command} {properties}::{_escape(_message(finding))}\n"


def _from_workspace(path: str) -> str:
    """Return a path relative to the folder of a workflow, whatever folder a step of it works in; else as it is."""
    if workspace := os.environ.get("GITHUB_WORKSPACE"):
        relative = os.path.relpath(path, workspace)
        return path if relative.startswith(os.pardir) else relative
    return path


def _message(finding: Finding) -> str:
    return f"{finding.key}: {finding.problem}" if finding.key else finding.problem


def _escape(text: str, separators: str = "") -> str:
    special = f"%\r\n{separators}"
    return "".join(f"%{ord(char):02X}" if char in special else char for char in escape_controls(text))
