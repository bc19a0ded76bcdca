"""Reports along time: their order, the text of each format, months on any screen, colors and marks."""

import datetime
import json
import re
import tomllib
from collections import Counter
from typing import Any

import pytest
from rich.cells import cell_len

import makers
from pictures import WIDTHS, draw, squeezed
from reportcli.answer.timeline import Timeline
from reportcli.catalog.files import shipped_folder
from reportcli.library import Library
from reportcli.query.subject import FIELDS_BY_PATH
from reportcli.render.terminal.timeline import COLORS, SIZES, UNKNOWN
from reportcli.report.fields import Model, Report
from samples import text
from trials.runner import call

B = 10**9


def a_report(report_id: str, day: str, *sizes: int, **values: Any) -> Report:
    models = tuple(Model(name=str(size), parameters=size) for size in sizes)
    usual = {"name": report_id.title(), "organizations": ("Ai2",)}
    return makers.a_report(report_id, day, models=models, **(usual | values))


def along(*reports: Report) -> Timeline:
    return Timeline(makers.hits(*reports), FIELDS_BY_PATH["date"])


def test_the_newest_report_stands_first(shipped: Library) -> None:
    rows = list(shipped.timeline().rows())
    assert len(rows) == 36
    assert rows[0] == ("acereason-nemotron-1.1", datetime.date(2025, 6, 18), ("NVIDIA",), "AceReason-Nemotron 1.1")
    assert [row[1] for row in rows] == sorted((row[1] for row in rows), reverse=True)
    assert list(shipped.timeline(reverse=True).rows()) == rows[::-1]


def test_the_other_date_makes_another_order_and_a_note_counts_what_lacks_it(shipped: Library) -> None:
    answer = shipped.timeline(date_field="first_published")
    days = {report_id: day for report_id, day, *_ in answer.rows()}
    files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in shipped_folder().glob("*.toml")}
    assert days == {name: entry["first_published"] for name, entry in files.items() if "first_published" in entry}
    assert list(days.values()) == sorted(days.values(), reverse=True)
    assert files.keys() - days.keys() == {"seedream-3.0"}
    assert answer.notes == ("left out: 1 report without first published",)


def test_a_limit_takes_the_newest_and_a_note_says_so(shipped: Library) -> None:
    answer = shipped.timeline(limit=2)
    assert list(answer.ids()) == ["acereason-nemotron-1.1", "ring-lite"]
    assert answer.notes == ("2 of 36 reports",)
    oldest = shipped.timeline(date_field="first_published", reverse=True, limit=1)
    assert list(oldest.ids()) == ["olmo"]


# The command.


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            "--where org:deepseek",
            "janus-pro\t2025-01-29\tDeepSeek\tJanus-Pro\ndeepseek-r1\t2025-01-20\tDeepSeek\tDeepSeek-R1\n"
            "deepseek-v3\t2024-12-16\tDeepSeek\tDeepSeek-V3\n",
        ),
        (
            "--where org:deepseek --date-field first_published --until 2024 --header",
            "id\tdate\torganizations\tname\ndeepseek-v3\t2024-12-26\tDeepSeek\tDeepSeek-V3\n",
        ),
        ("--until 2024-07 -f csv", "id,date,organizations,name\r\nolmo,2024-07-07,Ai2,OLMo\r\n"),
        ("--limit 2 -f names", "acereason-nemotron-1.1\nring-lite\n"),
        (
            "--until 2024-07 -f jsonl",
            '{"id": "olmo", "date": "2024-07-07", "organizations": ["Ai2"], "name": "OLMo", '
            '"parameters": 7000000000}\n',
        ),
    ],
)
def test_the_whole_text_in_a_pipe(arguments: str, expected: str) -> None:
    code, out, _ = call(["timeline", *arguments.split()])
    assert (out, code) == (expected, 0)


def test_a_record_has_every_key_also_where_little_is_known() -> None:
    [record] = json.loads(text(along(a_report("a", "2025-01-02")), "json"))
    assert record == {"id": "a", "date": "2025-01-02", "organizations": ["Ai2"], "name": "A", "parameters": None}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("--where kl:no", 0, "note: 21 more reports don't record this\n"),
        ("--since 2030", 1, "nothing found\n"),
        ("--columns id", 2, "no such option: --columns"),
        ("--date-field name", 2, "choose from date, first_published"),
        ("--where kl:maybe", 2, "kl:maybe"),
    ],
)
def test_messages_beside_it(arguments: str, code: int, message: str) -> None:
    ended = call(["timeline", *arguments.split()])
    assert ended.code == code
    assert message in ended.err


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


def test_the_reports_of_a_month_stand_beside_one_another_where_they_fit() -> None:
    assert draw(along(*REPORTS), 90).text == WIDE


def test_an_organization_stands_below_its_report_on_a_narrow_screen() -> None:
    assert draw(along(*REPORTS), 24).text == NARROW


def test_a_number_of_parameters_goes_before_the_organization() -> None:
    assert draw(along(*REPORTS), 46).text.splitlines()[0] == "2025-06  18 • Newest    7B  Ai2"
    assert draw(along(*REPORTS), 45).text.splitlines()[0] == "2025-06  18 • Newest  Ai2"
    assert draw(along(*REPORTS), 40).text.splitlines()[0] == "2025-06  18 • Newest  Ai2"
    assert draw(along(*REPORTS), 39).text.splitlines()[:2] == ["2025-06  18 • Newest", "              Ai2"]


def test_many_months_without_reports_are_one_line() -> None:
    reports = (a_report("new", "2025-06-18"), a_report("old", "2020-05-01"))
    lines = draw(along(*reports), 80).text.splitlines()
    assert lines[:3] == ["2025-06  18 ○ New  Ai2", "   …     60 months without a report", "2020-05  01 ○ Old  Ai2"]
    turned = draw(along(*reports[::-1]), 80).text.splitlines()
    assert turned[:3] == lines[:3][::-1]


def test_months_without_reports_follow_the_direction_of_the_rest() -> None:
    lines = draw(along(*REPORTS[::-1]), 60).text.splitlines()
    months = [line[:7] for line in lines if line[:2] == "20"]
    assert months == ["2024-12", "2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"]


def test_a_mark_tells_the_size() -> None:
    assert {cell_len(mark) for _, mark, _ in SIZES} | {cell_len(UNKNOWN)} == {1}
    for sizes, mark in (
        ((), UNKNOWN), ((0,), "·"), ((B - 1,), "·"), ((B,), "•"), ((10 * B - 1,), "•"), ((10 * B,), "●"),
        ((100 * B,), "◉"), ((10**13,), "◉"),
    ):  # fmt: skip
        assert draw(along(a_report("a", "2025-01-02", *sizes))).text.startswith(f"2025-01  02 {mark} A")


def styles(written: str, name: str) -> set[str]:
    return set(re.findall(rf"\x1b\[([\d;]*)m{re.escape(name)}", written))


def test_organizations_with_several_reports_have_a_color_each_and_no_two_the_same(shipped: Library) -> None:
    written = draw(shipped.timeline(), 120, color=True).text
    organizations = Counter(name for report in shipped.reports() for name in report.organizations)
    codes = {name: styles(written, name) for name, count in organizations.items() if count > 1}
    assert all(len(code) <= 1 for code in codes.values())
    colored = [code for name in codes for code in codes[name]]
    assert len(colored) == len(set(colored)) == min(len(codes), len(COLORS))
    assert all(not styles(written, name) for name, count in organizations.items() if count == 1)


def test_every_name_is_there_at_any_width(shipped: Library) -> None:
    answer = shipped.timeline()
    for width in WIDTHS:
        written = draw(answer, width).text
        names = [name for report in answer.reports for name in (report.name, *report.organizations)]
        assert [name for name in names if squeezed(name) not in squeezed(written)] == []
        assert width < 40 or [report.name for report in answer.reports if report.name not in written] == []


def test_a_report_without_organizations_is_shown_too() -> None:
    assert draw(along(a_report("a", "2025-01-02", organizations=()))).text.splitlines()[0] == "2025-01  02 ○ A"
