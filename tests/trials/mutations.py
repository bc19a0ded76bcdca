"""Entries as nobody should write them: bytes, structures, texts and names that go wrong in every way, by a seed.

Everything is made from sound entries, and nothing is written here.
"""

import copy
import datetime
import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from reportcli.report.choices import RL_FAMILIES, TAGS, TOPICS, TYPES

Table = dict[str, Any]

TEXTS = (
    "", " ", "   \t ", "\n", "\r", "\0", "a\tb", "two\nlines\r\nthree", "\x1b[31mred\x1b[0m", "\x1b[2J\x1b[H",
    "\x07bell", "\x1b]0;title\x07", "\x1b]8;;javascript:alert(1)\x1b\\click\x1b]8;;\x1b\\", "\x1b]52;c;cm0=\x07",
    "\x1bP1$r0m\x1b\\", "\x9b31mC1", "\x9d0;t\x9c", "\x90q\x9c", "\x85next", "\u202eevil\u202c", "\u2066isolate\u2069",
    "\u200e\u200f\u061c", "zero\u200bwidth\u2060\ufeff", "soft\u00adhyphen", "a\u2028b\u2029c", "\ufffe\uffff\ufdd0",
    "\U000e0041\U000e007f", "e\u0301" * 30, "Z" + "\u0351\u036b\u0343" * 40, "\u0301alone", "👩‍👩‍👧‍👦",
    "🏳️‍🌈🇩🇪👍🏽", "深度求索大语言模型技术报告" * 4, "ｆｕｌｌｗｉｄｔｈ", "עברית ואז العربية", "Größe ﬁ İı ß ſ",
    "\u1160\u115f\u3164", "\ue000\U0010fffd", "क्षत्रिय ไทยกำ", "[bold red]x[/bold red]",
    "[link=https://evil.example]x[/link]", "[/]", "[@click=app.bell]x[/]", "\\[bold]", ":smile:",
    "](javascript:alert(1))", "[x](https://evil.example)", "![x](y)", "<script>alert(1)</script>", "<b>&lt;&amp;</b>",
    "]]>", "-->", "<!--", "%s{}%(x)s", "{0.__class__}", "$(rm -rf ~)", "`id`", "; rm -rf ~", "'", '"', '"""', "'''",
    "\\", "\\\\", '\\"', "\\N\\G\\l", "\\textbf{x}", "$x^2$ 100% & #1_{a} ~", "}", "{", "{{{", "}}}", "@misc{x,", "|",
    "||", "a|b|c", "=cmd|' /C calc'!A0", "-", "--help", "#", "# heading", "- item", "1. item", "~~~", "```",
    "::error::x", "%0A::error::x", "a,b;c:d", "null", "true", "NaN", "x" * 300, "https://" + "very-long/" * 60,
    "a-" * 200, "字" * 300, " lead", "trail ", "end", "id", "a\u00a0b\u3000c", '"]; n1 -> n2; x["',
    '%%{init: {"theme": "dark"}}%%', "https://a.example/\x1b]8;;\x07", 'https://a.example/"><b>',
    "https://a.example/\u202ex", "javascript:alert(1)", "file:///etc/passwd", "HTTPS://A.EXAMPLE", "2505.09388",
    "2505.09388v1",
)  # fmt: skip
NUMBERS = (
    0, 1, 2, 9, 10, 11, 99, 100, 101, 999, 1000, 1023, 1024, 1025, 99_999, 131_072, 128_000, 10**6, 2**20, 10**9 - 1,
    10**9, 10**12, 10**15 - 1, 10**15, 10**18, 2**53 + 1, 2**62, 2**63 - 2, 2**63 - 1,
)  # fmt: skip
IMPOSSIBLE = (
    -1, 2**63, -(2**63), 2**64, 10**400, 0.0, -0.0, 1.5, 1e308, float("inf"), float("-inf"), float("nan"), True, False,
    "36T", "", [], [1], ["a", 1], [[]], {}, {"a": {"b": {}}}, [{}], datetime.date(2025, 1, 1), datetime.time(1, 2),
    datetime.datetime(2025, 1, 1, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=-23, minutes=-59))),
)  # fmt: skip
DAYS = (
    datetime.date.min, datetime.date(1, 12, 31), datetime.date(999, 2, 28), datetime.date(1970, 1, 1),
    datetime.date(2024, 2, 29), datetime.date(2025, 6, 18), datetime.date(9998, 12, 31), datetime.date.max,
)  # fmt: skip
BYTES = (
    b"\0", b"\xef\xbb\xbf", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\r", b"\r\n", b"\x1b[2J",
    b"\x9b", "\u202e".encode(), "\u2028".encode(), b'"', b"'", b'"""', b"\\", b"[", b"]", b"[[", b"{", b"}", b"=",
    b"#", b",", b".", b"_", b"-", b"0x", b"1e9", b"inf", b"\n", b"\n\n", b"a" * 5000, b"[" * 500, b"{a=" * 300,
    b"a." * 400, b"9" * 5000, b"0x" + b"f" * 5000, b"\x7f", b"\x01", b"\x85",
)  # fmt: skip
NAMES = (
    "with space", "two\nlines", "tab\there", "\x1b[31mred", "\u202eevil", "ünï", "深度", "e\u0301", "-dash", "--help",
    "-", "quote\"s", "it's", "back\\slash", "{brace}", "comma,s", "a:b", "a=b", "[bold]", "%s%n", "$(id)", "`id`",
    "a|b", "<b>", "#hash", "UPPER", "a..b", "x" * 250, "字" * 80, "a;b", "*", "?", "~",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"), "\udcff", "\u2028", "\ufffe",
    "\ue000", "👩‍👩‍👧", " ", ".", "..", "@misc", "end", "null", "list", "help", "schema", "%", "&amp;", "a\u00a0b",
)  # fmt: skip


def written(table: Table) -> bytes:
    """Return any table as TOML, without beauty."""
    lines = [f"{_quoted(key)} = {_value(value)}" for key, value in table.items() if not isinstance(value, dict)]
    for name, inside in table.items():
        if isinstance(inside, dict):
            lines += [f"[{_quoted(name)}]", *(f"{_quoted(key)} = {_value(value)}" for key, value in inside.items())]
    return ("\n".join(lines) + "\n").encode()


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_quoted(key)} = {_value(inside)}' for key, inside in value.items())}}}"
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def text(chance: Random) -> str:
    """Return a hostile text, or some in a row."""
    return "".join(chance.choices(TEXTS, k=chance.choice((1, 1, 1, 2, 3))))


def shortened(value: Any) -> Any:
    """Return an entry with a few items of each list and of each table of remarks, which is tried that much sooner."""
    if isinstance(value, list):
        return [shortened(item) for item in value[:3]]
    if not isinstance(value, dict):
        return value
    return {
        key: dict([*item.items()][:3]) if key in ("sources", "confidence") else shortened(item)
        for key, item in value.items()
    }


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each place inside a table, as what holds it and its key there."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield value, key
        yield from _places(item)


def _other_texts(table: Table, chance: Random) -> None:
    """Put hostile texts in the place of some, or of all."""
    share = chance.choice((0.1, 0.4, 1.0))
    for holder, key in list(_places(table)):
        if isinstance(holder[key], str) and chance.random() < share:
            holder[key] = text(chance)


def _other_numbers(table: Table, chance: Random) -> None:
    for holder, key in list(_places(table)):
        if type(holder[key]) is int:
            holder[key] = chance.choice(NUMBERS)


def _other_days(table: Table, chance: Random) -> None:
    table["date"] = chance.choice(DAYS)
    table["first_published"] = chance.choice(DAYS)


def _other_types(table: Table, chance: Random) -> None:
    places = list(_places(table))
    for holder, key in chance.sample(places, min(len(places), chance.choice((1, 1, 2, 5)))):
        holder[key] = chance.choice(IMPOSSIBLE)


def _without(table: Table, chance: Random) -> None:
    for key in chance.sample(list(table), min(len(table), 3)):
        del table[key]


def _unknown_keys(table: Table, chance: Random) -> None:
    inside = [table, *(value for value in table.values() if isinstance(value, dict))]
    for _ in range(chance.choice((1, 3, 50))):
        chance.choice(inside)[chance.choice((text(chance), "modles", "id", "a.b", "[x]"))] = chance.choice(
            (1, "x", {}, [])
        )


def _many(chance: Random) -> int:
    return chance.choice((1, 2, 3, 8, 40)) if chance.random() < 0.97 else 500


def _many_models(table: Table, chance: Random) -> None:
    model = {"name": text(chance), "parameters": chance.choice(NUMBERS), "active_parameters": chance.choice(NUMBERS)}
    some = [model | {"name": chance.choice((f"M{number}", model["name"]))} for number in range(_many(chance))]
    table["models"] = some
    table["flagship"] = chance.choice(some)["name"]


def _many_notes(table: Table, chance: Random) -> None:
    note = {"topic": chance.choice((*TOPICS, text(chance))), "text": text(chance), "origin": text(chance)}
    note["detail"] = [text(chance) for _ in range(3)]
    table["notes"] = [note] * _many(chance)


def _empty(table: Table, chance: Random) -> None:
    for holder, key in list(_places(table)):
        if isinstance(holder, (list, dict)) and isinstance(holder[key], list) and chance.random() < 0.5:
            holder[key] = []


def _relatives(table: Table, chance: Random) -> None:
    names = [table.get("name", ""), "A", "B", "Qwen3", text(chance), text(chance)]
    table["based_on"] = chance.choices(names, k=3)
    table["posttraining"] = {"teachers": chance.choices(names, k=3), "rl_family": [chance.choice(RL_FAMILIES)]}


def _figures(table: Table, chance: Random) -> None:
    """Make a report that every picture has to show, with the figures that are hardest on it."""
    of = chance.choice
    table.pop("flagship", None)
    if chance.random() < 0.7:
        table.pop("based_on", None)
    figures = {key: of(NUMBERS) for key in ("parameters", "active_parameters", "tokens", "context_length")}
    table["models"] = [{"name": "M", "type": of(TYPES), **figures}]
    table["pretraining"] = {"tokens": of(NUMBERS), "context_length": of(NUMBERS), "gpu_hours": of(NUMBERS)}
    table["tags"] = [of(TAGS)]


def _long(table: Table, chance: Random) -> None:
    holder, key = chance.choice(
        [place for place in _places(table) if isinstance(place[0][place[1]], str)] or [(table, "name")]
    )
    holder[key] = chance.choice(("x", "字", "a ", "a-", "\u0301", "[b]", "👩‍👧", "\x1b[m")) * chance.choice(
        (100, 300, 300, 500, 500, 500, 3_000, 20_000)
    )


STRUCTURES: Sequence[Callable[[Table, Random], None]] = (
    *[_other_texts] * 5, *[_other_numbers] * 2, *[_figures] * 3, *[_relatives] * 2, _other_days, _other_types, _without,
    _unknown_keys, _many_models, _many_notes, _empty, _long,
)  # fmt: skip


def structure(table: Table, chance: Random) -> bytes:
    """Return a parsed entry with its structure or its values changed."""
    table = copy.deepcopy(table)
    for change in chance.sample(STRUCTURES, chance.choice((1, 1, 2, 3))):
        change(table, chance)
    return written(table)


def mangled(content: bytes, other: bytes, chance: Random) -> bytes:
    """Return the bytes of an entry with some of them changed, or spliced with those of another."""
    for _ in range(chance.choice((1, 1, 1, 2, 4, 30))):
        position = chance.randrange(len(content) + 1)
        end = min(len(content), position + chance.choice((1, 1, 4, 40, 400)))
        match chance.randrange(8):
            case 0 if position < len(content):
                content = (
                    content[:position] + bytes([content[position] ^ 1 << chance.randrange(8)]) + content[position + 1 :]
                )
            case 1 | 2:
                content = content[:position] + chance.choice(BYTES) + content[position:]
            case 3:
                content = content[:position] + content[end:]
            case 4:
                content = content[:end] + content[position:]
            case 5:
                content = content[:position] + chance.randbytes(end - position) + content[end:]
            case 6 if chance.random() < 0.3:
                content = content[:position] + other[chance.randrange(len(other) + 1) :]
            case 7 if chance.random() < 0.3:
                content = chance.choice(
                    (content[:position], content.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + content)
                )
    return content


def entry(sound: Sequence[tuple[bytes, Table]], chance: Random) -> bytes:
    """Return the bytes of an entry that came to harm."""
    content, table = chance.choice(sound)
    if chance.random() < 0.3:
        return mangled(content, chance.choice(sound)[0], chance)
    content = structure(table, chance)
    return mangled(content, chance.choice(sound)[0], chance) if chance.random() < 0.05 else content


def name(chance: Random) -> str:
    """Return the id of an entry, or the beginning of one, that a file system takes and nobody should."""
    return chance.choice(NAMES)
