"""The authors of a report as bibliographies want them: people in parts, teams whole."""

import re
from typing import NamedTuple

from reportcli.report.fields import Report

_TEAM = re.compile(
    r"\b(?:AI|(?i:team|group|labs?|research|inc|ltd|universit\w+|institut\w*|project|foundation|collaboration|"
    r"consortium|community|contributors|and|others))\b|[\d@&/]"
)
_PARTICLES = ("De", "Del", "Della", "Di", "Du", "La", "Le", "Van", "Von")  # that stand in a family name with a capital
_SUFFIX = re.compile(r",? (?P<suffix>[JS]r\.?|I{2,3}|IV)$")


class Person(NamedTuple):
    """A person: Ludwig (given) van (particle) Beethoven (family) Jr. (suffix); "" for what a name does not have."""

    given: str
    particle: str
    family: str
    suffix: str


def authors(report: Report) -> list[Person | str]:
    """Return the people and teams on the title page, else the organizations; a team is a text.

    A single author is a team, as on the title pages of reports by many.
    """
    if len(report.authors) < 2:
        return [*(report.authors or report.organizations)]
    return [name if name in report.organizations else _parse(name) for name in report.authors]


def _parse(name: str) -> Person | str:
    """Return the parts of the name of a person: ``Given von Family Jr.`` or ``von Family, Given``; else the name."""
    suffix = _SUFFIX.search(name)
    parts = name[: suffix.start()].split(",") if suffix else name.split(",")
    if _TEAM.search(name) or len(parts) > 2 or not all(map(str.split, parts)):
        return name
    family = parts[0].split()
    given = parts[1].split() if len(parts) == 2 else [family.pop(0)]
    while len(parts) == 1 and len(family) > 1 and not (family[0][0].islower() or family[0] in _PARTICLES):
        given.append(family.pop(0))
    if not family:
        return name
    count = next((place for place, word in enumerate(family[:-1]) if not word[0].islower()), len(family) - 1)
    particle, family = family[:count], family[count:]
    return Person(" ".join(given), " ".join(particle), " ".join(family), suffix["suffix"] if suffix else "")
