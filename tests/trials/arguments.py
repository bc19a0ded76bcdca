"""Strange texts in every place of a command line: queries, periods, names, fields, formats, numbers, ids.

Usage: python tests/trials/arguments.py [--trials 300] [--seed 1] [--only query,long] [--at 17]

Each ends with an answer or with one of our own errors: never with a traceback, never with a control character on the
screen, never with a file where none belongs, and a text of 10,000 letters within a second. Prints what did not hold.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from random import Random
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from trials.runner import Answered, Trial, attempt, main, without_settings
from makers import entry
from reportcli.report.fields import FIELDS

LETTERS = 10_000
PATIENCE = 1.0  # seconds of the processor for a text of so many letters

_ID = r"[a-z0-9.-]+\.toml|schema\.json"
_SHOWN = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*")


class Ground(NamedTuple):
    """A folder with a home, a catalogue that may be spoilt, and an entry that may be added."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def mine(self) -> Path:
        return self.folder / "mine"

    @property
    def new(self) -> Path:
        return self.folder / "new"


def prepare(folder: Path) -> Ground:
    """Make a home of its own, and the index of the shipped catalogue."""
    ground = Ground(folder)
    without_settings()
    os.environ |= {"HOME": str(ground.home), "EDITOR": "true"}
    ground.home.mkdir()
    ground.mine.mkdir()
    ground.new.write_text(entry("Something New"))
    attempt(["list"])
    return ground


# A place is what makes a command line of a text.

Place = Callable[[Ground, str], tuple[str, ...]]


def _after(*arguments: str) -> Place:
    return lambda ground, text: (*arguments, text)


def _option(*arguments: str) -> Place:
    *before, last = arguments
    return lambda ground, text: (*before, f"{last}={text}")


PLACES: Mapping[str, Place] = {
    "query": _after("search", "--"),
    "explained": _after("search", "--explain", "--format", "table", "--"),
    "matched": _after("search", "--json", "--"),
    "where": _option("count", "techniques", "--where"),
    "period": _after("filter", "--"),
    "since": _option("list", "--since"),
    "until": _option("timeline", "--until"),
    "date_field": _option("list", "--date-field"),
    "name": _after("show", "--"),
    "pair": _after("compare", "Qwen3", "--"),
    "root": _after("lineage", "--"),
    "opened": _after("open", "--print", "--"),
    "edited": _after("edit", "--"),
    "technique": _after("term", "--"),
    "read": lambda ground, text: ("show", "-"),
    "columns": _option("list", "--columns"),
    "sort": _option("list", "--sort"),
    "format": _option("list", "--format"),
    "limit": _option("list", "--limit"),
    "width": _option("list", "--format", "table", "--width"),
    "colour": _option("list", "--color"),
    "field": _after("count", "--"),
    "value": _after("count", "rl", "--"),
    "by": _option("count", "rl", "--by"),
    "across": _after("plot", "--"),
    "topic": _option("show", "Qwen3", "--notes"),
    "link": _option("open", "Qwen3", "--print", "--link"),
    "folder": _option("list", "--catalog"),
    "checked": _after("check", "--"),
    "source": _option("add", "--no-edit", "--from"),
    "id": lambda ground, text: ("add", "--no-edit", "--from", str(ground.new), f"--id={text}"),
    "command": _after(),
    "option": lambda ground, text: ("list", f"--{text}"),
    "help": _after("help"),
}
_READ_OR_WRITTEN = ("folder", "checked", "source", "id", "edited", "command")  # may be a folder that cannot be read
_PATHS = ("folder", "checked", "source")  # may name any file of this machine


# What is typed.

SAMPLES = (
    "GRPO", "grpo kl:no", "rl:grpo or not kl", '"clip higher"', "params:100B..", "tokens:10T..20T", "context:128k",
    "date:2025-01..2025-06", "technique:rope", "license:unknown", "params:>=1e3", "clip*", "(grpo or ppo) kl:no",
    "2025", "2025-Q2", "2025-W20", "2025-06-18", "2025-05..", "..2024", "last 90 days", "90d", "06/18/2025",
    "Qwen3", "dots.llm1", "Tülu 3", "Qwen3-32B", "2505.09388v1", "https://arxiv.org/abs/2505.09388",
    "id,name,date", "-date,name", "tsv", "json", "10", "80", "rl", "date", "month", "pdf", "list", "queries",
)  # fmt: skip
PIECES = (
    " ", "  ", "(", ")", '"', "'", ":", "..", ".", ",", "-", "--", "=", "<", ">", ">=", "!", "*", "?", "~", "/", "../",
    "\\", "|", "&", ";", "$(x)", "`", "%s", "{}", "[/]", "[bold]", "and", "or", "not", "known", "unknown", "yes", "no",
    "0", "1", "-1", "9" * 30, "1e400", "1e-400", "nan", "inf", "0x1", "1_0", "٣", "²", "½", "k", "M", "B", "T",
    "d", "y", "99999d", "0000", "9999-12-31", "2025-13", "\t", "\n", "\r", "\x0b", "\x1b[31m", "\x1b]0;x\x07",
    "\x7f", "\x85", "\x9b2J", "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\udcff", "\udc80", "\u0301", "é", "ß",
    "İ", "ﷺ", "上海", "한국", "👩‍👩‍👧", "\U000e0041", "\U0010ffff", "“", "”", "qwen", "grpo", "deepseek",
    *(f"{field.path}:" for field in FIELDS[::4]),
)  # fmt: skip


def text(chance: Random) -> str:
    """Return what nobody would type: a sample gone wrong, pieces in any order, or letters by chance."""
    match chance.randrange(4):
        case 0:
            return "".join(chance.choice(PIECES) for _ in range(chance.randrange(8)))
        case 1:
            return " ".join(chance.choice((*SAMPLES, *PIECES)) for _ in range(chance.randrange(1, 6)))
        case 2:
            return "".join(chr(chance.randrange(1, chance.choice((0x7F, 0x3FF, 0x3000)))) for _ in range(9))
    found = list(chance.choice(SAMPLES))
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(found) + 1)
        match chance.randrange(3):
            case 0:
                found.insert(place, chance.choice(PIECES))
            case 1:
                del found[place : place + 1]
            case _:
                found[place : place + 1] = found[place : place + 1] * 2
    return "".join(found)


def _words(letters: int, first: str) -> str:
    """Return different words, each one slip away from others of the same kind."""
    return " ".join(f"{first}{'abcdefghij'[number % 10]}{number:x}q" for number in range(letters // 8))


def _fills(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda letters: before + unit * ((letters - len(before + after)) // len(unit)) + after


SHAPES: Mapping[str, Callable[[int], str]] = {
    "brackets": lambda letters: "(" * (letters // 2) + "grpo" + ")" * (letters // 2),
    "some brackets": _fills("(" * 40 + "grpo" + ")" * 40 + " "),
    "open brackets": _fills("("),
    "nots": _fills("not "),
    "some nots": _fills("not " * 49 + "kl "),
    "commas": _fills("grpo,"),
    "bars": _fills("a|"),
    "quotes": _fills('"'),
    "quoted": _fills('"kl" '),
    "an open quote": _fills("a ", 'org:"'),
    "a phrase": _fills("kl ", '"', '"'),
    "dots": _fills("a."),
    "ranges": _fills("1..", "params:"),
    "periods": _fills("2025-01..", "date:"),
    "fields": _fills("org:"),
    "conditions": _fills("org:a "),
    "numbers": _fills("params:1B.. or "),
    "words": _fills("grpo "),
    "or": _fills("grpo or "),
    "beginnings": _fills("a* "),
    "different words": lambda letters: _words(letters, "w"),
    "slips": _fills("gpro "),
    "different slips": lambda letters: re.sub(r"\d|x", "z", _words(letters, "dist")),
    "slips side by side": _fills("gpro ", '"', '"'),
    "slips of a field": _fills("orgg:a "),
    "slips of a technique": _fills("technique:gropo or "),
    "one word": _fills("a"),
    "a value": _fills("a", "technique:"),
    "an id": _fills("q", "id:"),
    "digits": _fills("9"),
    "spaces": _fills(" "),
    "hyphens": _fills("a-"),
    "minuses": _fills("-"),
    "comparisons": _fills("a<"),
    "an end that differs": _fills("a", "", "!="),
    "accents": _fills("ü"),
    "marks": _fills("\u0301\u0316", "a"),
    "signs that are sentences": _fills("\ufdfa"),
    "sentences": _fills("\ufdfa "),
    "syllables": _fills("한"),
    "families": _fills("👩‍👩‍👧"),
    "an address": _fills("/", "https://arxiv.org/abs/"),
}


# Trials.


def trial(name: str, written: str | None = None) -> Trial:
    """Return the trial of a place: a text stands in it."""

    def tried(ground: Ground, chance: Random) -> Iterator[str]:
        typed = text(chance) if written is None else written
        yield from _wrong(ground, name, typed, typed_in(ground, name, typed))

    return tried


def typed_in(ground: Ground, name: str, typed: str) -> Answered | str:
    """Type a text in a place, and on standard input too."""
    before, sys.stdin = sys.stdin, StringIO(f"{typed}\n")
    try:
        return attempt(PLACES[name](ground, typed))
    finally:
        sys.stdin = before


def _wrong(ground: Ground, name: str, typed: str, answered: Answered | str) -> Iterator[str]:
    about = f"{name} {typed[:200]!r}"
    if isinstance(answered, str):
        yield f"{about}: {answered[-300:]}"
        return
    if answered.code not in ((0, 1, 2, 3) if name in _READ_OR_WRITTEN else (0, 1, 2)):
        yield f"{about}: code {answered.code}: {answered.err[:300]}"
    if answered.code > 1 and not answered.err.startswith("error: "):
        yield f"{about}: it does not say what is wrong: {answered.err[:300]!r}"
    if answered.code > 1 and answered.out:
        yield f"{about}: an error has an answer: {answered.out[:300]!r}"
    for said in (answered.err, answered.out):
        if not _SHOWN.fullmatch(said):
            yield f"{about}: control characters: {said[:300]!r}"
    yield from (f"{about}: it made {path}" for path in _strays(ground))


def _strays(ground: Ground) -> Iterator[Path]:
    """Yield files that do not belong where they are; take away entries that were added."""
    own = ground.home / ".local" / "share" / "reportcli" / "catalog"
    for path in own.glob("**/*"):
        if path.parent != own or not re.fullmatch(_ID, path.name):
            yield path
        elif path.suffix == ".toml":
            path.unlink()
    for path in ground.folder.glob("*"):
        if path not in (ground.home, ground.mine, ground.new):
            yield path


def long(ground: Ground, chance: Random) -> Iterator[str]:
    """A text of 10,000 letters takes a second at most."""
    shape, name = chance.choice(list(SHAPES)), chance.choice([name for name in PLACES if name not in _PATHS])
    typed = SHAPES[shape](LETTERS)
    start = time.process_time()
    answered = typed_in(ground, name, typed)
    took = time.process_time() - start
    yield from _wrong(ground, name, typed, answered)
    if took > PATIENCE:
        yield f"{shape}, {name}: {took:.1f} s"


TRIALS: Mapping[str, Trial] = {name: trial(name) for name in PLACES} | {"long": long}

if __name__ == "__main__":
    assert __doc__
    main(TRIALS, prepare, 300, __doc__.splitlines()[0])
