"""Hostile entries: files harmed in every way go through reading, check, every format and every picture.

Usage: python tests/trials/entries.py [--trials 400] [--seed 1] [--at 17]

A trial is a catalogue of 250 harmed files beside some that are sound. All go through check and, as a listing and as
sheets, through every format; every kind of answer is drawn at one width or as SVG, of long ones a part. Nothing may
be raised that is not our own error, nothing may reach a terminal that it obeys, every format must be what its name
says, and the sound entries must answer. Prints what did not hold, and which files complain by themselves.
"""

import os
import re
import shlex
import shutil
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

import tomli

from reportcli.answer.listing import parse_sort_keys
from reportcli.catalog.files import shipped_folder
from reportcli.cli.main import run
from reportcli.curate.check import check
from reportcli.library import Library
from reportcli.render import formats
from reportcli.render.formats import FORMATS, PICTURES, formats_for
from reportcli.render.terminal import svg
from reportcli.render.value import escape_controls
from reportcli.report.fields import FIELDS
from reportcli.text import fold_name
from terminal import on_terminal
from trials import mutations, readers
from trials.runner import Hung, Trial, in_time, main

FILES = 250  # of a catalogue
SOUND = 3  # beside them
WIDTHS = (20, 40, 80, 200)
LONGEST = 60  # seconds that a question may take
PAGES, FINDINGS = 10, 300  # that are drawn of a catalogue
REPEATED = 3  # times that a file is asked alone
PROCESSES = 20  # catalogues of which one is shown on a real terminal too
COUNTED = (
    "parameters", "context", "active", "tokens", "organizations", "type", "flops", "sparsity", "techniques", "kl",
)  # fmt: skip
AXES = (
    ("parameters", "tokens"), ("date", "flops"), ("context", "parameters"), ("sparsity", "first_published"),
    ("tokens_per_parameter", "gpu_hours"), ("active", "context"), ("date", "date"),
)  # fmt: skip
QUERIES = (
    "a or x or bold or https", "evil", "params:1..", "kl:unknown", "text:x*", "not date:2025", "tokens:10T..", "字*",
)  # fmt: skip
COMMANDS = (
    "list", "list --sort -parameters,date --columns name,parameters,summary,sources,notes.text", "list --columns help",
    "search bold or evil", "search x* --explain", "search params:1.. --limit 5", "filter 2025", "filter ..1999",
    "show {id}", "show {id} --sources", "show {name}", "compare {id} {other}", "compare {id} {name} --models", "term",
    "term {term}", "count organizations", "count parameters", "count date --by year", "count techniques --by year",
    "timeline", "timeline --date-field first_published", "plot", "plot date flops", "lineage", "lineage {id}",
    "lineage {name}", "open {id} --print", "info", "check {folder}", "check {file}", "edit {id} --no-edit",
    "show {typo}", "search {name}",
)  # fmt: skip

Question = Callable[[Library, Path, Random], Iterator[str]]


class Ground(NamedTuple):
    """A folder to work in, and sound entries: their bytes, and their tables."""

    folder: Path
    sound: Sequence[tuple[bytes, mutations.Table]]
    terms: bytes


def prepare(folder: Path) -> Ground:
    """Read the shipped catalogue, from which everything hostile is made."""
    os.environ.update(XDG_CACHE_HOME=str(folder / "cache"), XDG_DATA_HOME=str(folder / "data"), TERM="xterm-256color")
    contents = [path.read_bytes() for path in sorted(shipped_folder().glob("*.toml"))]
    whole = [(content, tomli.loads(content.decode())) for content in contents]
    short = [mutations.shortened(table) for _, table in whole]
    terms = (shipped_folder() / "vocabulary" / "techniques.toml").read_bytes()
    return Ground(folder, [*whole[::6], *((mutations.written(table), table) for table in short)], terms)


def harmed(ground: Ground, chance: Random) -> Iterator[str]:
    """Complain of all that does not go as it must with a folder of harmed files."""
    folder = ground.folder / "catalogue"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    _write(folder, ground, chance)
    complaints = list(_asked(QUESTIONS, folder, chance))
    yield from complaints
    failed = [question for question in QUESTIONS if any(text.startswith(f"{_name(question)}: ") for text in complaints)]
    for file in sorted(folder.glob("*.toml")) if failed else ():
        yield from _alone(file, failed)


def _asked(questions: Sequence[Question], folder: Path, chance: Random) -> Iterator[str]:
    with Library([folder], None) as library:
        for question in questions:
            yield from _tried(question, library, folder, chance)


def _alone(file: Path, questions: Sequence[Question]) -> Iterator[str]:
    """Ask some questions again of one file beside the sound ones, and say what they complain of first."""
    alone = file.parent.with_name("alone")
    shutil.rmtree(alone, ignore_errors=True)
    alone.mkdir()
    for path in (file, *file.parent.glob("sound-?.toml")):
        shutil.copy(path, alone)
    complaints = (text for seed in range(REPEATED) for text in _asked(questions, alone, Random(seed)))
    yield from (f"{file.name!r} alone: {text}; it is {file.read_bytes()[:2000]!r}" for text in islice(complaints, 1))


def _write(folder: Path, ground: Ground, chance: Random) -> None:
    taken: set[str] = set()
    for number in range(FILES):
        name = f"r{number}" if chance.random() < 0.8 else f"{mutations.name(chance)}{chance.choice(('', number))}"
        if name.lower() in taken or not 0 < len(os.fsencode(name)) < 250 or "/" in name:
            name = f"r{number}"
        taken.add(name.lower())
        suffix = chance.choice((".TOML", ".toml.toml", "toml", ".toml~")) if chance.random() < 0.02 else ".toml"
        Path(folder, name + suffix).write_bytes(mutations.entry(ground.sound, chance))
    for number in range(SOUND):
        Path(folder, f"sound-{number}.toml").write_bytes(chance.choice(ground.sound)[0])
    if chance.random() < 0.3:
        (folder / "vocabulary").mkdir()
        content = (
            mutations.structure(tomli.loads(ground.terms.decode()), chance) if chance.random() < 0.7 else ground.terms
        )
        if chance.random() < 0.4:
            content = mutations.mangled(content, ground.sound[0][0], chance)
        Path(folder, "vocabulary", "techniques.toml").write_bytes(content)


def _name(question: Question) -> str:
    return question.__name__[1:]


def _tried(question: Question, library: Library, folder: Path, chance: Random) -> Iterator[str]:
    """Ask a question; say what it complains of, what it raised, or that it took too long."""
    name = _name(question)
    try:
        with in_time(LONGEST):
            yield from (f"{name}: {complaint}" for complaint in question(library, folder, chance))
    except Hung:
        yield f"{name}: took more than {LONGEST} s"
    except Exception as error:
        calls = traceback.extract_tb(error.__traceback__)[-4:]
        trail = " > ".join(f"{Path(call.filename).name}:{call.lineno}" for call in calls)
        yield f"{name}: raised {type(error).__name__}: {str(error)[:120]!r} at {trail}"


def _reading(library: Library, folder: Path, _: Random) -> Iterator[str]:
    ids = {report.id for report in library.reports()}
    if missing := {path.stem for path in folder.glob("sound-?.toml")} - ids:
        yield f"sound entries are missing: {sorted(missing)}"
    for path, _, problem in library.unreadable():
        if not problem:
            yield f"{path!r} is unreadable without a reason"


def _every_way(answer: Any, chance: Random) -> Iterator[str]:
    yield from _every_format(answer)
    yield from _picture(answer, chance)


def _every_format(answer: Any) -> Iterator[str]:
    for name in (name for name in formats_for(type(answer).__name__) if name not in PICTURES):
        text = "".join(formats.write(answer, name, None if name == "csv" else False))
        yield from (f"{name}: {complaint}" for complaint in readers.wrong(name, text, answer))


def _picture(answer: Any, chance: Random) -> Iterator[str]:
    """Draw an answer at one of the widths, with and without colour, or as SVG."""
    width = chance.choice(WIDTHS)
    colored = formats.draw(answer, width, True)
    if chance.random() < 0.2:
        yield from (
            f"svg {width}: {complaint}" for complaint in readers.wrong("svg", svg.draw(colored.text, width), answer)
        )
        return
    for complaint in (*readers.terminal(colored.text), *readers.terminal("\n".join(colored.notes))):
        yield f"picture {width}: {complaint}"
    if chance.random() < 0.5:
        return
    plain = formats.draw(answer, width, False).text
    if "\x1b" in plain:
        yield f"picture {width}: escapes without colour"
    bare = readers.SGR.sub("", readers.LINK.sub("", colored.text))
    if [line.rstrip() for line in bare.splitlines()] != plain.splitlines():
        yield f"picture {width}: colour changes the text"


def _listings(library: Library, _: Path, chance: Random) -> Iterator[str]:
    yield from _every_way(library.listing(), chance)
    by = parse_sort_keys(
        ",".join(chance.sample(("parameters", "-date", "tokens", "name", "-flops", "summary", "sparsity"), 3))
    )
    columns = chance.sample([*FIELDS], 5)
    yield from _every_way(library.listing(sort=by, columns=columns, limit=chance.choice((1, 3, 20))), chance)
    asked, limit = library.parse(chance.choice(QUERIES)), chance.choice((5, 20, 40))
    yield from _every_way(library.listing(asked, searched=True, exact=False, limit=limit), chance)


def _sheets(library: Library, _: Path, chance: Random) -> Iterator[str]:
    ids = _typed(library)
    yield from _every_format(library.details(ids, sources=True))
    some = chance.sample(ids, min(PAGES, len(ids)))
    yield from _picture(
        library.details(some, sources=chance.random() < 0.7, topics=chance.choice(((), (), (), ("rl",)))), chance
    )
    for report_id in some[:2]:
        answer = library.details([report_id])
        yield from _every_way(answer, chance)
        page = _squeezed(formats.draw(answer, 200, False).text)
        (report,) = answer.reports
        texts = (report.name, report.title, report.summary, *(note.text for note in report.notes[:20]))
        for text in filter(None, texts):  # a draft has no summary
            if _squeezed(escape_controls(text)) not in page:
                yield f"the page of {report_id!r} lacks the text {text[:80]!r}"


def _typed(library: Library) -> list[str]:
    """Return the ids that can be typed: those in which a letter or a digit, or a sign that is no hyphen, stands."""
    ids = [report.id for report in library.reports() if fold_name(report.id)]
    assert all(library.find(report_id).report.id == report_id for report_id in ids)
    return ids


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def _comparisons(library: Library, _: Path, chance: Random) -> Iterator[str]:
    ids = _typed(library)
    some = chance.sample(ids, min(chance.choice((1, 2, 3, 7, 20)), len(ids)))
    yield from _every_way(library.comparison(some, differences=chance.random() < 0.3), chance)
    if sum(len(library.report(name).models) for name in some) < 50:
        yield from _every_way(library.comparison(some, models=True), chance)


def _terms(library: Library, _: Path, chance: Random) -> Iterator[str]:
    yield from _every_way(library.terms(), chance)
    known = [*library.techniques()]
    for technique_id in chance.sample(known, min(2, len(known))):
        yield from _every_way(library.term(technique_id), chance)


def _counts(library: Library, _: Path, chance: Random) -> Iterator[str]:
    for field in (*chance.sample(COUNTED, 3), chance.choice(("date", "first_published"))):
        yield from _every_way(library.count(field, by=chance.choice(("", "", "year"))), chance)
    by, asked = chance.choice(("year", "quarter", "month")), library.parse("date:2024..2026")
    yield from _every_way(library.count(chance.choice(COUNTED), by=by, query=asked), chance)


def _timelines(library: Library, _: Path, chance: Random) -> Iterator[str]:
    dated = chance.choice(("date", "first_published"))
    yield from _every_way(library.timeline(date_field=dated, reverse=chance.random() < 0.5), chance)


def _plots(library: Library, _: Path, chance: Random) -> Iterator[str]:
    for x, y in chance.sample(AXES, 3):
        yield from _every_way(library.plot(x, y), chance)
    ids = [report.id for report in library.reports() if report.id.isalnum()]
    asked = library.parse(" or ".join(f'id:"{report_id}"' for report_id in chance.sample(ids, min(2, len(ids)))) or "x")
    yield from _every_way(library.plot(*chance.choice(AXES), asked), chance)


def _lineages(library: Library, _: Path, chance: Random) -> Iterator[str]:
    yield from _every_way(library.lineage(), chance)
    related = [report_id for report_id in library.lineage().ids() if fold_name(report_id)]
    for report_id in chance.sample(related, min(2, len(related))):
        yield from _every_way(library.lineage(report_id), chance)


def _check(_: Library, folder: Path, chance: Random) -> Iterator[str]:
    answer = check([folder])
    some = chance.sample(answer.findings, min(FINDINGS, len(answer.findings)))
    yield from _every_way(answer._replace(findings=tuple(some)), chance)


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def _commands(library: Library, folder: Path, chance: Random) -> Iterator[str]:
    """Make some calls of the program in this process, as a terminal sees them, or a pipe."""
    reports = library.reports()
    terms = [*library.techniques()] or ["grpo"]
    for _ in range(3):
        report, other = chance.choice(reports), chance.choice(reports)
        names = {
            "id": report.id, "other": other.id, "name": escape_controls(report.name), "term": chance.choice(terms),
            "folder": str(folder), "file": str(chance.choice(sorted(folder.iterdir()))), "typo": report.id[::-1],
        }  # fmt: skip
        arguments = [word.format(**names) for word in chance.choice(COMMANDS).split()]
        arguments += ["--catalog", str(folder), "--no-pager", "--width", str(chance.choice(WIDTHS))]
        if chance.random() < 0.3:
            arguments += ["--format", chance.choice([*FORMATS])]
        arguments += ["--color", chance.choice(("always", "never"))]
        stream = chance.choice((StringIO, _Terminal))
        out, err = stream(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(arguments)
        call = " ".join(arguments)[:100]
        if code not in (0, 1, 2, 3):
            yield f"{call!r} ended with {code}"
        for complaint in (*readers.terminal(out.getvalue(), tabs=True), *readers.notes(err.getvalue())):
            yield f"{call!r}: {complaint}"
        if code and not err.getvalue() and arguments[0] in ("list", "timeline", "count", "lineage", "info"):
            yield f"{call!r}: code {code} without a reason"


def _processes(_: Library, folder: Path, chance: Random) -> Iterator[str]:
    """Show some answers of some catalogues on a real terminal, by processes of their own."""
    if chance.randrange(PROCESSES):
        return
    at = f"--catalog {shlex.quote(str(folder))} --no-pager"
    for command in chance.sample(
        ("list", "show sound-0 --sources", "search bold or evil", "timeline", "plot", "lineage", "count organizations",
         f"check {shlex.quote(str(folder))}", "term", "compare sound-0 sound-1"), 2
    ):  # fmt: skip
        shown, code = on_terminal(f"{shlex.quote(sys.executable)} -m reportcli {command} {at}", chance.choice(WIDTHS))
        if code not in (0, 1) or "Traceback" in shown:
            yield f"{command}: ended with {code}: {shown[-300:]!r}"
        yield from (
            f"{command}: {complaint}" for complaint in readers.terminal(re.sub(r"\r(?=\[#|\x1b\[K)|\x1b\[K", "", shown))
        )


QUESTIONS = (
    _reading, _listings, _sheets, _comparisons, _terms, _counts, _timelines, _plots, _lineages, _check, _commands,
    _processes,
)  # fmt: skip
TRIALS: Mapping[str, Trial] = {"harmed": harmed}

if __name__ == "__main__":
    assert __doc__
    main(TRIALS, prepare, 400, __doc__.splitlines()[0])
