"""Strange texts in every slot of a command line: queries, periods, names, fields, formats, numbers, ids.

Usage: python tests/trials/arguments.py [--trials 300] [--seed 1] [--only query,long] [--at 17]

Each ends with an answer or with one of our own errors: never with a traceback, never with a control character on the
screen, never with a file where none belongs, and a text of 10,000 characters within a second. Prints what did not
hold.
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

from makers import entry
from reportcli.report.fields import FIELDS
from trials.runner import Answered, Trial, attempt, main, without_settings

LENGTH = 10_000
MAX_SECONDS = 1.0  # of the processor, for a text of this length

_ENTRY_FILE = r"[a-z0-9.-]+\.toml|schema\.json"
_DISPLAYABLE = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*")


class Ground(NamedTuple):
    """A folder with a home of its own, and an entry that may be added."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def new(self) -> Path:
        return self.folder / "new"


def prepare(folder: Path) -> Ground:
    """Make a home of its own, and the index of the shipped catalogue."""
    ground = Ground(folder)
    without_settings()
    os.environ |= {"HOME": str(ground.home), "EDITOR": "true"}
    ground.home.mkdir()
    ground.new.write_text(entry("Something New"))
    attempt(["list"])
    return ground


NEW = "(new)"  # stands for the path of the entry that may be added
SLOTS: Mapping[str, str] = {  # command lines with a place for a text
    "query": "search -- {}", "explained": "search --explain --format table -- {}", "matched": "search --json -- {}",
    "where": "count techniques --where={}", "period": "filter -- {}", "since": "list --since={}",
    "until": "timeline --until={}", "date_field": "list --date-field={}", "name": "show -- {}",
    "pair": "compare Qwen3 -- {}", "root": "lineage -- {}", "opened": "open --print -- {}", "edited": "edit -- {}",
    "technique": "term -- {}", "read": "show -", "columns": "list --columns={}", "sort": "list --sort={}",
    "format": "list --format={}", "limit": "list --limit={}", "width": "list --format table --width={}",
    "color": "list --color={}", "field": "count -- {}", "value": "count rl -- {}", "by": "count rl --by={}",
    "across": "plot -- {}", "topic": "show Qwen3 --notes={}", "link": "open Qwen3 --print --link={}",
    "folder": "list --catalog={}", "checked": "check -- {}", "source": "add --no-edit --from={}",
    "id": f"add --no-edit --from {NEW} --id={{}}", "command": "{}", "option": "list --{}", "help": "help {}",
}  # fmt: skip
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


def strange_text(random: Random) -> str:
    """Return what nobody would type: a sample gone wrong, pieces in any order, or random characters."""
    match random.randrange(4):
        case 0:
            return "".join(random.choice(PIECES) for _ in range(random.randrange(8)))
        case 1:
            return " ".join(random.choice((*SAMPLES, *PIECES)) for _ in range(random.randrange(1, 6)))
        case 2:
            return "".join(chr(random.randrange(1, random.choice((0x7F, 0x3FF, 0x3000)))) for _ in range(9))
    chars = list(random.choice(SAMPLES))
    for _ in range(random.randrange(1, 4)):
        index = random.randrange(len(chars) + 1)
        match random.randrange(3):
            case 0:
                chars.insert(index, random.choice(PIECES))
            case 1:
                del chars[index : index + 1]
            case _:
                chars[index : index + 1] = chars[index : index + 1] * 2
    return "".join(chars)


def _words(length: int, start: str) -> str:
    """Return different words, each one typo away from others of the same kind."""
    return " ".join(f"{start}{'abcdefghij'[number % 10]}{number:x}q" for number in range(length // 8))


def _repeated(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    return lambda length: before + unit * ((length - len(before + after)) // len(unit)) + after


SHAPES: Mapping[str, Callable[[int], str]] = {
    "brackets": lambda length: "(" * (length // 2) + "grpo" + ")" * (length // 2),
    "some brackets": _repeated("(" * 40 + "grpo" + ")" * 40 + " "), "open brackets": _repeated("("),
    "nots": _repeated("not "), "some nots": _repeated("not " * 49 + "kl "), "commas": _repeated("grpo,"),
    "bars": _repeated("a|"), "quotes": _repeated('"'), "quoted": _repeated('"kl" '),
    "an open quote": _repeated("a ", 'org:"'), "a phrase": _repeated("kl ", '"', '"'), "dots": _repeated("a."),
    "ranges": _repeated("1..", "params:"), "periods": _repeated("2025-01..", "date:"), "fields": _repeated("org:"),
    "conditions": _repeated("org:a "), "numbers": _repeated("params:1B.. or "), "words": _repeated("grpo "),
    "or": _repeated("grpo or "), "beginnings": _repeated("a* "),
    "different words": lambda length: _words(length, "w"), "slips": _repeated("gpro "),
    "different slips": lambda length: re.sub(r"\d|x", "z", _words(length, "dist")),
    "slips side by side": _repeated("gpro ", '"', '"'), "slips of a field": _repeated("orgg:a "),
    "slips of a technique": _repeated("technique:gropo or "), "one word": _repeated("a"),
    "a value": _repeated("a", "technique:"), "an id": _repeated("q", "id:"), "digits": _repeated("9"),
    "spaces": _repeated(" "), "hyphens": _repeated("a-"), "minuses": _repeated("-"), "comparisons": _repeated("a<"),
    "an end that differs": _repeated("a", "", "!="), "accents": _repeated("ü"),
    "marks": _repeated("\u0301\u0316", "a"), "signs that are sentences": _repeated("\ufdfa"),
    "sentences": _repeated("\ufdfa "), "syllables": _repeated("한"), "families": _repeated("👩‍👩‍👧"),
    "an address": _repeated("/", "https://arxiv.org/abs/"),
}  # fmt: skip


# Trials.


def trial(slot: str) -> Trial:
    """Return the trial of a slot: a strange text stands in it."""

    def type_strange_text(ground: Ground, random: Random) -> Iterator[str]:
        text = strange_text(random)
        yield from _complaints(ground, slot, text, call_with(ground, slot, text))

    return type_strange_text


def call_with(ground: Ground, slot: str, text: str) -> Answered | str:
    """Run the command line of a slot with a text in it, and the text on standard input too."""
    words = [word.replace(NEW, str(ground.new)).replace("{}", text) for word in SLOTS[slot].split(" ")]
    before, sys.stdin = sys.stdin, StringIO(f"{text}\n")
    try:
        return attempt(words)
    finally:
        sys.stdin = before


def _complaints(ground: Ground, slot: str, text: str, answered: Answered | str) -> Iterator[str]:
    about = f"{slot} {text[:200]!r}"
    if isinstance(answered, str):
        yield f"{about}: {answered[-300:]}"
        return
    if answered.code not in ((0, 1, 2, 3) if slot in _READ_OR_WRITTEN else (0, 1, 2)):
        yield f"{about}: code {answered.code}: {answered.err[:300]}"
    if answered.code > 1 and not answered.err.startswith("error: "):
        yield f"{about}: it does not say what is wrong: {answered.err[:300]!r}"
    if answered.code > 1 and answered.out:
        yield f"{about}: an error has an answer: {answered.out[:300]!r}"
    for output in (answered.err, answered.out):
        if not _DISPLAYABLE.fullmatch(output):
            yield f"{about}: control characters: {output[:300]!r}"
    yield from (f"{about}: it made {path}" for path in _stray_files(ground))


def _stray_files(ground: Ground) -> Iterator[Path]:
    """Yield files that do not belong where they are; take away entries that were added."""
    own = ground.home / ".local" / "share" / "reportcli" / "catalog"
    for path in own.glob("**/*"):
        if path.parent != own or not re.fullmatch(_ENTRY_FILE, path.name):
            yield path
        elif path.suffix == ".toml":
            path.unlink()
    yield from (path for path in ground.folder.glob("*") if path not in (ground.home, ground.new))


def long_text(ground: Ground, random: Random) -> Iterator[str]:
    """A text of 10,000 characters takes a second at most."""
    shape, slot = random.choice(list(SHAPES)), random.choice([slot for slot in SLOTS if slot not in _PATHS])
    text = SHAPES[shape](LENGTH)
    start = time.process_time()
    answered = call_with(ground, slot, text)
    seconds = time.process_time() - start
    yield from _complaints(ground, slot, text, answered)
    if seconds > MAX_SECONDS:
        yield f"{shape}, {slot}: {seconds:.1f} s"


TRIALS: Mapping[str, Trial] = {slot: trial(slot) for slot in SLOTS} | {"long": long_text}

if __name__ == "__main__":
    assert __doc__
    main(TRIALS, prepare, 300, __doc__.splitlines()[0])
