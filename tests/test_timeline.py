"""Reports along time: the order, the whole text of each format, months on any screen, colours and marks."""

import datetime
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

import makers
from conftest import Run
from reportcli.answer.timeline import Timeline
from reportcli.catalog.files import shipped_folder
from reportcli.library import Library
from reportcli.query.subject import FIELDS_BY_PATH
from reportcli.render import formats
from reportcli.render.terminal.screen import Picture
from reportcli.render.terminal.timeline import COLORS, SIZES, UNKNOWN
from reportcli.report.fields import Model, Report
from terminal import on_terminal

WIDTHS = (20, 40, 60, 80, 120, 200)
SGR = re.compile(r"\x1b\[[\d;]*m")
B = 10**9


def a_report(id: str, day: str, *sizes: int, **known: Any) -> Report:
    models = tuple(Model(name=str(size), parameters=size) for size in sizes)
    return makers.a_report(id, day, models=models, **({"name": id.title(), "organizations": ("Ai2",)} | known))


def along(*reports: Report, date_field: str = "date") -> Timeline:
    return Timeline(makers.hits(*reports), FIELDS_BY_PATH[date_field])


def draw(answer: Timeline, width: int, color: bool = False) -> Picture:
    return formats.draw(answer, width, color)


def too_wide(picture: Picture, width: int) -> list[str]:
    return [line for line in SGR.sub("", picture.text).splitlines() if cell_len(line) > width]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


# Which reports, in which order.


def test_the_newest_report_stands_first(shipped: Library) -> None:
    rows = list(shipped.timeline().rows())
    assert len(rows) == 36
    assert rows[0] == ("acereason-nemotron-1.1", datetime.date(2025, 6, 18), ("NVIDIA",), "AceReason-Nemotron 1.1")
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
    assert list(shipped.timeline(reverse=True).rows()) == rows[::-1]


def test_the_dates_are_those_of_the_files(shipped: Library) -> None:
    files = Path(shipped_folder()).glob("*.toml")
    dates = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")).get("first_published") for path in files}
    answer = shipped.timeline(date_field="first_published")
    assert {row[0]: row[1] for row in answer.rows()} == {id: day for id, day in dates.items() if day}
    assert answer.notes == ("left out: 1 report without first published",)
    assert [id for id, day in dates.items() if not day] == ["seedream-3.0"]


def test_the_other_date_makes_another_order(shipped: Library) -> None:
    published = list(shipped.timeline(date_field="first_published").rows())
    assert [row[1] for row in published] == sorted((row[1] for row in published), reverse=True)
    assert published[-1][0] == "olmo"
    assert published[-1][1] == datetime.date(2024, 2, 1)


def test_a_limit_takes_the_newest_and_is_said(shipped: Library) -> None:
    answer = shipped.timeline(limit=2)
    assert list(answer.ids()) == ["acereason-nemotron-1.1", "ring-lite"]
    assert answer.notes == ("2 of 36 reports",)
    oldest = shipped.timeline(date_field="first_published", reverse=True, limit=1)
    assert list(oldest.ids()) == ["olmo"]


# The whole text in a pipe.


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("--where", "org:deepseek"),
            "janus-pro\t2025-01-29\tDeepSeek\tJanus-Pro\ndeepseek-r1\t2025-01-20\tDeepSeek\tDeepSeek-R1\n"
            "deepseek-v3\t2024-12-16\tDeepSeek\tDeepSeek-V3\n",
        ),
        (
            ("--where", "org:deepseek", "--date-field", "first_published", "--until", "2024", "--header"),
            "id\tdate\torganizations\tname\ndeepseek-v3\t2024-12-26\tDeepSeek\tDeepSeek-V3\n",
        ),
        (("--until", "2024-07", "-f", "csv"), "id,date,organizations,name\nolmo,2024-07-07,Ai2,OLMo\n"),
        (("--limit", "2", "-f", "names"), "acereason-nemotron-1.1\nring-lite\n"),
        (
            ("--until", "2024-07", "-f", "jsonl"),
            '{"id": "olmo", "date": "2024-07-07", "organizations": ["Ai2"], "name": "OLMo", '
            '"parameters": 7000000000}\n',
        ),
    ],
)
def test_the_whole_text_in_a_pipe(reportcli: Run, arguments: tuple[str, ...], text: str) -> None:
    ended = reportcli("timeline", *arguments)
    assert (ended.stdout, ended.returncode) == (text, 0)


def test_a_record_has_every_key_also_where_little_is_known() -> None:
    [record] = json.loads("".join(formats.write(along(a_report("a", "2025-01-02")), "json")))
    assert record == {"id": "a", "date": "2025-01-02", "organizations": ["Ai2"], "name": "A", "parameters": None}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--where", "kl:no"), 0, "note: 21 more reports do not say\n"),
        (("--since", "2030"), 1, "nothing found\n"),
        (("--columns", "id"), 2, "No such option: --columns"),
        (("--date-field", "name"), 2, "write date or first_published"),
        (("--where", "kl:maybe"), 2, "invalid value for kl: maybe"),
    ],
)
def test_what_is_said_beside_it(reportcli: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    ended = reportcli("timeline", *arguments)
    assert ended.returncode == code
    assert said in ended.stderr


# Pictures.

REPORTS = (
    a_report("newest", "2025-06-18", 7 * B),
    a_report("second", "2025-06-01", 405 * B, organizations=("DeepSeek", "Tsinghua")),
    a_report("third", "2025-05-30"),
    a_report("fourth", "2025-02-28", 500_000_000),
    a_report("oldest", "2024-12-01", 10 * B),
)
WIDE = """\
2025-06  18 • Newest    7B  Ai2                   01 ◉ Second  405B  DeepSeek, Tsinghua
2025-05  30 ○ Third         Ai2
2025-04
2025-03
2025-02  28 · Fourth  500M  Ai2
2025-01
2024-12  01 ● Oldest   10B  Ai2

parameters   · ..1B   • 1B..10B   ● 10B..100B   ◉ 100B..   ○ unknown
"""
NARROW = """\
2025-06  18 • Newest
              Ai2
         01 ◉ Second
              DeepSeek
              Tsinghua
2025-05  30 ○ Third
              Ai2
2025-04
2025-03
2025-02  28 · Fourth
              Ai2
2025-01
2024-12  01 ● Oldest
              Ai2

parameters   · ..1B
• 1B..10B   ● 10B..100B
◉ 100B..   ○ unknown
"""


def test_the_reports_of_a_month_stand_beside_one_another_where_there_is_room() -> None:
    assert draw(along(*REPORTS), 90).text == WIDE


def test_an_organization_stands_below_its_report_where_there_is_little_room() -> None:
    assert draw(along(*REPORTS), 24).text == NARROW


def test_a_number_of_parameters_goes_before_the_organization() -> None:
    assert draw(along(*REPORTS), 46).text.splitlines()[0] == "2025-06  18 • Newest    7B  Ai2"
    assert draw(along(*REPORTS), 45).text.splitlines()[0] == "2025-06  18 • Newest  Ai2"
    assert draw(along(*REPORTS), 40).text.splitlines()[0] == "2025-06  18 • Newest  Ai2"
    assert draw(along(*REPORTS), 39).text.splitlines()[:2] == ["2025-06  18 • Newest", "              Ai2"]


def test_a_long_silence_is_one_line() -> None:
    reports = (a_report("new", "2025-06-18"), a_report("old", "2020-05-01"))
    lines = draw(along(*reports), 80).text.splitlines()
    assert lines[:3] == ["2025-06  18 ○ New  Ai2", "   …     60 months without a report", "2020-05  01 ○ Old  Ai2"]
    turned = draw(along(*reports[::-1]), 80).text.splitlines()
    assert turned[:3] == lines[:3][::-1]


def test_months_without_reports_follow_the_direction_of_the_rest() -> None:
    lines = draw(along(*REPORTS[::-1]), 60).text.splitlines()
    months = [line[:7] for line in lines if line[:2] == "20"]
    assert months == ["2024-12", "2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"]


@pytest.mark.parametrize(
    ("size", "mark"),
    [
        (None, UNKNOWN),
        (0, "·"),
        (B - 1, "·"),
        (B, "•"),
        (10 * B - 1, "•"),
        (10 * B, "●"),
        (100 * B, "◉"),
        (10**13, "◉"),
    ],
)
def test_a_mark_tells_the_size(size: int | None, mark: str) -> None:
    sizes = () if size is None else (size,)
    assert draw(along(a_report("a", "2025-01-02", *sizes)), 80).text.startswith(f"2025-01  02 {mark} A")


def test_marks_take_one_column() -> None:
    assert {cell_len(mark) for _, mark, _ in SIZES} | {cell_len(UNKNOWN)} == {1}


def styles(text: str, name: str) -> set[str]:
    return set(re.findall(rf"\x1b\[([\d;]*)m{re.escape(name)}", text))


def test_an_organization_has_the_same_colour_in_every_picture(shipped: Library) -> None:
    everything = draw(shipped.timeline(), 120, color=True).text
    organizations = {name for report in shipped.reports() for name in report.organizations}
    found = {name: styles(everything, name) for name in organizations if name != "OpenThoughts"}  # a name of a report
    assert all(len(codes) == 1 for codes in found.values())
    assert all(re.fullmatch(r"38;5;\d+", next(iter(codes))) for codes in found.values())
    only = draw(shipped.timeline(shipped.parse("org:nvidia")), 60, color=True).text
    assert styles(only, "NVIDIA") == found["NVIDIA"]
    crowd = [next(iter(codes)) for codes in found.values()]
    assert max(crowd.count(code) for code in crowd) <= 2


def luminance(color: int) -> float:
    """Return the relative luminance of one of the 216 colours of the cube, as WCAG 2 defines it."""
    red, green, blue = ((0, 95, 135, 175, 215, 255)[(color - 16) // 6**power % 6] / 255 for power in (2, 1, 0))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("color", COLORS)
def test_a_colour_can_be_read_on_black_and_on_white(color: int) -> None:
    assert (luminance(color) + 0.05) / 0.05 > 3.6
    assert 1.05 / (luminance(color) + 0.05) > 3.6


@pytest.mark.parametrize("width", WIDTHS)
def test_a_picture_fits_the_screen_and_names_every_report(shipped: Library, width: int) -> None:
    answer = shipped.timeline()
    picture = draw(answer, width)
    assert too_wide(picture, width) == []
    text = squeezed(picture.text)
    assert [report.name for report in answer.reports if squeezed(report.name) not in text] == []
    assert [name for report in answer.reports for name in report.organizations if squeezed(name) not in text] == []
    if width >= 40:
        assert [report.name for report in answer.reports if report.name not in picture.text] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_colour_only_adds_colour(shipped: Library, width: int) -> None:
    plain, coloured = (draw(shipped.timeline(), width, colour) for colour in (False, True))
    assert "\x1b[" in coloured.text
    assert [line.rstrip() for line in SGR.sub("", coloured.text).splitlines()] == plain.text.splitlines()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("text", ["深度求索" * 20, "x" * 300, "🚀 lab", "a\x1b[31mb", "[bold]x[/bold]", "مدل زبانی"])
def test_hostile_and_wide_names_keep_the_width_and_are_shown(text: str, width: int) -> None:
    report = a_report("a", "2025-01-02", name=text, organizations=(text, "plain"))
    picture = draw(along(report, a_report("b", "2025-01-01")), width)
    assert too_wide(picture, width) == []
    assert "\x1b" not in picture.text
    assert squeezed(text.replace("\x1b", "\\x1b")) in squeezed(picture.text)


def test_a_report_without_organizations_is_shown_too() -> None:
    assert draw(along(a_report("a", "2025-01-02", organizations=())), 80).text.splitlines()[0] == "2025-01  02 ○ A"


def test_nothing_found_is_nothing_shown() -> None:
    assert draw(along(), 80) == Picture("", ())


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_terminal_of_any_width_shows_it(width: int) -> None:
    text, code = on_terminal("reportcli timeline --date-field first_published", columns=width, lines=200)
    assert code == 0
    lines = SGR.sub("", text).splitlines()
    assert max(cell_len(line) for line in lines if not line.startswith("note")) <= width
    assert lines[0].startswith("2025-06  17 ")
    assert "parameters   · ..1B" in SGR.sub("", text)


def test_the_picture_can_be_had_as_svg(reportcli: Run) -> None:
    ended = reportcli("timeline", "--format", "svg", "--width", "80", "--limit", "3")
    assert ended.stdout.startswith("<svg")
    assert "AceReason-Nemotron&#160;1.1" in ended.stdout
