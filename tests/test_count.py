"""Counting: bins and periods, what a report counts for, the whole text of each format, bars and the matrix."""

import datetime
import json
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from conftest import Run
from makers import a_report
from reportcli.answer.count import (
    Bin,
    CountTable,
    ValueCount,
    build_count_table,
    count_values,
    decade_bin,
    doubling_bin,
)
from reportcli.answer.listing import parse_columns
from reportcli.catalog.files import shipped_folder
from reportcli.errors import InvalidQuery, UnknownField, UnsuitableField
from reportcli.library import Library
from reportcli.query.conditions import Between, conditions_of
from reportcli.query.parser import parse_condition
from reportcli.query.period import PERIOD_STEPS, parse_period, period_containing, periods_between
from reportcli.query.subject import FIELDS_BY_PATH, Subject
from reportcli.render import formats
from reportcli.render.terminal.screen import Picture
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, MAP, Field, Model, Posttraining, Pretraining, Report
from reportcli.report.techniques import Technique, Vocabulary
from terminal import on_terminal

WIDTHS = (20, 40, 60, 80, 120, 200)
SGR = re.compile(r"\x1b\[[\d;]*m")
DATED = FIELDS_BY_PATH["date"]
GRPO = Technique("grpo", "GRPO", ("Group Relative Policy Optimization",), "rl", "A method.")
VOCABULARY = Vocabulary({"grpo": GRPO, "dpo": Technique("dpo", "DPO", (), "posttraining", "Another.")})


def counted(reports: Sequence[Report], name: str, *values: str, **how: Any) -> CountTable:
    field = one_field(name)
    subjects = [Subject(report, lambda: VOCABULARY) for report in reports]
    wanted = [parse_condition(field, name, value, lambda: VOCABULARY) for value in values]
    step, dated = how.pop("step", ""), how.pop("dated", DATED)
    return build_count_table(count_values(subjects, field, wanted, step, dated), **how)


def one_field(name: str) -> Field:
    return parse_columns([name])[0]


def totals(answer: CountTable) -> dict[str, int]:
    return {line.text: line.total for line in answer.lines}


# Bins.


@pytest.mark.parametrize(
    ("number", "bin"),
    [
        (0, "0"),
        (1, "1..10"),
        (9, "1..10"),
        (10, "10..100"),
        (999, "100..1K"),
        (1000, "1K..10K"),
        (999_999_999, "100M..1B"),
        (10**9, "1B..10B"),
        (7 * 10**10, "10B..100B"),
        (10**11, "100B..1T"),
        (36 * 10**12, "10T..100T"),
        (999_999_999_999_999_999, "1e17..1e18"),
        (10**18, "1e18..1e19"),
        (1e23, "1e23..1e24"),
        (4.752e24, "1e24..1e25"),
        (1.0, "1..10"),
        (0.1, "0.1..1"),
        (0.0551415797317, "0.01..0.1"),
        (0.001, "0.001..0.01"),
        (0.000001, "1e-06..1e-05"),
    ],
)
def test_a_number_is_counted_between_two_powers_of_ten(number: int | float, bin: str) -> None:
    assert str(decade_bin(number)) == bin


@pytest.mark.parametrize(
    ("length", "bin"),
    [
        (512, "0..1K"),
        (2_048, "2K..4K"),
        (4_096, "4K..8K"),
        (32_768, "32K..64K"),
        (128_000, "128K..256K"),
        (131_072, "128K..256K"),
        (262_144, "256K..512K"),
        (524_288, "512K..1M"),
        (1_000_000, "1M..2M"),
        (1_048_576, "1M..2M"),
        (10_000_000, "8M..16M"),
        (2**30, "1B..2B"),
    ],
)
def test_a_context_length_is_counted_between_two_doublings(length: int, bin: str) -> None:
    assert str(doubling_bin(length)) == bin


@given(st.integers(1, 2**63 - 1) | st.floats(1e-9, 1e40, allow_nan=False))
def test_a_number_lies_in_its_decade_and_the_decades_touch(number: int | float) -> None:
    bin = decade_bin(number)
    assert bin.low <= number < bin.high
    assert decade_bin(bin.low) == bin
    assert decade_bin(bin.high).low == bin.high


@given(st.integers(1000, 2**50))
def test_a_length_lies_in_its_doubling_and_the_doublings_touch(length: int) -> None:
    bin = doubling_bin(length)
    assert bin.low <= length < bin.high <= 2 * bin.low
    assert doubling_bin(int(bin.low)) == bin
    assert doubling_bin(int(bin.high)).low == bin.high


@given(st.integers(1, 2**63 - 1), st.sampled_from(["parameters", "context_length"]))
def test_a_bin_is_spelled_as_a_query_spells_its_range(number: int, name: str) -> None:
    field = one_field(name)
    bin = doubling_bin(number) if field.info.context else decade_bin(number)
    ranges = [leaf for leaf, _ in conditions_of(parse_condition(field, name, str(bin)))]
    assert any(isinstance(one, Between) and one.accepts(number) for one in ranges)


# Periods.


@given(st.dates(), st.sampled_from(PERIOD_STEPS))
def test_the_period_of_a_day_contains_it(day: datetime.date, step: str) -> None:
    text = period_containing(day, step)
    first, last = parse_period(text).span()
    assert first <= day <= last
    assert parse_period(text).text == text


@given(st.dates(), st.integers(0, 4_000), st.sampled_from(PERIOD_STEPS))
def test_steps_follow_one_another_without_a_gap(first: datetime.date, days: int, step: str) -> None:
    last = min(first + datetime.timedelta(days), datetime.date.max) if first.year < 9_900 else first
    found = list(periods_between(first, last, step))
    assert (found[0], found[-1]) == (period_containing(first, step), period_containing(last, step))
    spans = [parse_period(text).span() for text in found]
    assert all(end + datetime.timedelta(1) == start for (_, end), (start, _) in pairwise(spans))


# What a report counts for.


def test_a_report_counts_once_for_each_of_its_values_and_a_note_says_so() -> None:
    reports = [a_report("a", techniques=("grpo", "dpo", "grpo")), a_report("b", techniques=("dpo",)), a_report("c")]
    answer = counted(reports, "technique")
    assert totals(answer) == {"dpo": 2, "grpo": 1, "unknown": 1}
    assert answer.notes == ("a report may have several values: 3 reports are counted 4 times",)
    assert counted(reports[1:], "technique").notes == ()


def test_the_most_frequent_value_stands_first_and_unknown_last() -> None:
    reports = [a_report(str(place), license=license) for place, license in enumerate((None, None, "b", "A", "c", "c"))]
    assert list(totals(counted(reports, "license"))) == ["c", "A", "b", "unknown"]
    assert list(totals(counted(reports, "license", reverse=True))) == ["b", "A", "c", "unknown"]


def test_a_value_that_is_called_unknown_is_another_than_unknown() -> None:
    answer = counted([a_report("a", license="unknown"), a_report("b")], "license")
    assert [line.value for line in answer.lines] == ["unknown", None]
    assert [record["value"] for record in answer.records()] == ["unknown", None]


def test_yes_no_fields_count_what_is_stated() -> None:
    reports = [
        a_report(str(place), posttraining=Posttraining(kl_penalty=kl))
        for place, kl in enumerate((False, None, False, True))
    ]
    assert totals(counted(reports, "kl")) == {"no": 2, "yes": 1, "unknown": 1}
    assert [record["value"] for record in counted(reports, "kl").records()] == [False, True, None]


def sized(*sizes: int | None) -> list[Report]:
    return [a_report(str(n), models=(Model(name="m", parameters=size),)) for n, size in enumerate(sizes)]


def test_bins_stand_upwards_and_an_empty_one_between_is_seen() -> None:
    answer = counted(sized(5 * 10**11, 3, None, 4 * 10**9, 0), "params")
    assert list(totals(answer).items())[:3] == [("0", 1), ("1..10", 1), ("10..100", 0)]
    assert list(totals(answer).items())[-4:] == [("1B..10B", 1), ("10B..100B", 0), ("100B..1T", 1), ("unknown", 1)]
    assert len(answer.lines) == 14


def test_the_models_of_a_report_count_once_a_bin() -> None:
    models = tuple(Model(name=str(size), parameters=size * 10**9) for size in (1, 2, 30))
    assert totals(counted([a_report("a", models=models)], "models.parameters")) == {"1B..10B": 1, "10B..100B": 1}
    assert totals(counted([a_report("a", models=models)], "params")) == {"10B..100B": 1}


def test_dates_are_counted_by_month_and_a_month_without_reports_is_seen() -> None:
    reports = [a_report("a", "2024-11-30"), a_report("b", "2025-01-31"), a_report("c", "2025-01-01")]
    assert totals(counted(reports, "date")) == {"2024-11": 1, "2024-12": 0, "2025-01": 2}
    assert counted(reports, "date").header == ("value", "count")
    by_quarter = counted(reports, "date", step="quarter")
    assert (totals(by_quarter), by_quarter.header) == ({"2024-Q4": 1, "2025-Q1": 2}, ("value", "count"))


def test_only_the_values_that_are_asked_for_are_counted_also_those_without_reports() -> None:
    reports = [a_report("a", techniques=("dpo",)), a_report("b", techniques=("dpo", "moe")), a_report("c")]
    answer = counted(reports, "technique", "DPO", "group relative policy optimization")
    assert totals(answer) == {"dpo": 2, "grpo": 0}
    assert list(answer.ids()) == ["dpo"]
    assert answer.notes == ("1 more report doesn't record this",)
    assert totals(counted(reports, "technique", "dpo", "unknown")) == {"dpo": 2, "unknown": 1}


def test_values_are_asked_for_as_a_query_asks_for_them() -> None:
    reports = [a_report("a", organizations=("DeepSeek", "Ai2")), a_report("b", organizations=("Deep Mind",))]
    assert totals(counted(reports, "org", "deepseek")) == {"DeepSeek": 1}
    assert totals(counted(reports, "org", "deep*")) == {"Deep Mind": 1, "DeepSeek": 1}
    assert totals(counted(sized(7 * 10**9, 10**12), "params", "100B..")) == {"1T..10T": 1}
    assert totals(counted(sized(7 * 10**9, 10**12), "params", "..10B", "1T")) == {"1B..10B": 1, "1T..10T": 1}
    lengths = [a_report(str(size), models=(Model(name="m", context_length=size),)) for size in (128_000, 131_072, 9)]
    assert totals(counted(lengths, "context", "128k")) == {"128K..256K": 2}
    assert totals(counted([a_report("a"), a_report("b", "2024-05-06")], "date", "2025")) == {"2025-01": 1}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("technique", "gpro", "technique is never gpro\n  technique:gpro\n            ^"),
        ("kl", "maybe", "invalid value for kl: maybe"),
        ("type", "sparse", "type is never sparse"),
        ("params", "large", "large is not a number or a range"),
        ("date", "soon", "not a recognised date"),
    ],
)
def test_a_value_that_is_none_is_an_error_of_the_query_language(name: str, value: str, said: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        counted([], name, value)
    assert str(caught.value).startswith(said)


def test_periods_reach_from_the_first_report_to_the_last() -> None:
    reports = [
        a_report("a", "2024-05-01", license="MIT"),
        a_report("b", "2024-12-31"),
        a_report("c", "2024-04-01", license="MIT"),
    ]
    answer = counted(reports, "license", step="quarter")
    assert answer.periods == ("2024-Q2", "2024-Q3", "2024-Q4")
    assert answer.lines == (ValueCount("MIT", (2, 0, 0)), ValueCount(None, (0, 0, 1)))


def test_one_date_that_is_far_off_makes_no_rows_without_end() -> None:
    reports = [a_report("a", "0001-01-01"), a_report("b", "2025-06-18"), a_report("c", "9999-12-31")]
    far = ("0001-01", "2025-06", "9999-12")
    assert counted(reports, "license", step="month").periods == far
    assert tuple(line.value for line in counted(reports, "date").lines) == far
    assert len(counted([*reports[:2], a_report("d", "1950-01-01")][1:], "date").lines) == 906


def test_a_report_without_the_day_belongs_to_no_period_and_a_note_says_so() -> None:
    published = datetime.date(2024, 1, 1)
    reports = [a_report("a", license="MIT", first_published=published), a_report("b", license="MIT")]
    answer = counted(reports, "license", step="year", date_field=FIELDS_BY_PATH["first_published"])
    assert (answer.periods, answer.lines) == (("2024",), (ValueCount("MIT", (1,)),))
    assert answer.notes == ("left out: 1 report without first published",)


def test_a_limit_is_one_of_values_and_is_said() -> None:
    reports = [a_report(license, license=license) for license in ("a", "b", "c")]
    answer = counted(reports, "license", limit=2)
    assert (list(totals(answer)), answer.notes) == (["a", "b"], ("2 of 3 values",))
    assert counted(reports, "license", limit=3).notes == ()


def test_nothing_is_counted_where_nothing_is_found() -> None:
    assert counted([], "license").lines == ()
    assert counted([], "params").lines == ()
    nothing = counted([], "technique", "grpo", step="year")
    assert (nothing.periods, list(nothing.rows()), list(nothing.ids())) == ((), [], [])
    assert nothing.header == ("value", "period", "count")


@pytest.mark.parametrize("field", [one for one in FIELDS + DERIVED if one.kind != MAP], ids=lambda field: field.path)
def test_every_field_can_be_counted(shipped: Library, field: Field) -> None:
    answer = shipped.count(field.path)
    total = sum(line.total for line in answer.lines)
    assert total > 36 if answer.notes else total == 36
    assert shipped.count(field.path, by="quarter").notes == answer.notes


def test_what_cannot_be_counted_is_refused(shipped: Library) -> None:
    with pytest.raises(UnsuitableField, match="'sources' cannot be used for counting"):
        shipped.count("sources")
    with pytest.raises(UnknownField, match="no field 'techniks'") as caught:
        shipped.count("techniks")
    assert "techniques" in caught.value.hint


# Counts of the shipped catalogue, against its files.


def entries() -> list[dict[str, Any]]:
    return [tomllib.loads(path.read_text(encoding="utf-8")) for path in Path(shipped_folder()).glob("*.toml")]


@pytest.mark.parametrize("key", ["organizations", "tags", "techniques", "license", "based_on"])
def test_the_counts_are_those_of_the_files(shipped: Library, key: str) -> None:
    expected: Counter[str] = Counter()
    for entry in entries():
        values = entry.get(key, [])
        expected.update(set(values if isinstance(values, list) else [values]) or {"unknown"})
    assert totals(shipped.count(key)) == expected


def test_the_counts_of_each_month_are_those_of_the_files(shipped: Library) -> None:
    expected = Counter((name, str(entry["date"])[:7]) for entry in entries() for name in entry["organizations"])
    answer = shipped.count("organizations", by="month")
    assert {(value, period): number for value, period, number in answer.rows() if number} == expected


# The whole text of the machine formats; the numbers were counted by hand in the files.

BY_QUARTER = """\
dpo	2024-Q3	2
dpo	2024-Q4	4
dpo	2025-Q1	5
dpo	2025-Q2	2
grpo	2024-Q3	0
grpo	2024-Q4	2
grpo	2025-Q1	2
grpo	2025-Q2	8
ppo	2024-Q3	0
ppo	2024-Q4	2
ppo	2025-Q1	0
ppo	2025-Q2	3
"""


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("technique", "grpo", "dpo", "ppo", "--by", "quarter"), BY_QUARTER),
        (("kl",), "yes\t10\nno\t5\nunknown\t21\n"),
        (("kl", "--header", "--limit", "1"), "value\tcount\nyes\t10\n"),
        (("license", "--limit", "3"), "Apache-2.0\t8\nMIT\t8\nLlama 3.1 Community License\t3\n"),
        (("params",), "1B..10B\t10\n10B..100B\t12\n100B..1T\t10\nunknown\t4\n"),
        (("date", "--by", "quarter"), "2024-Q3\t2\n2024-Q4\t5\n2025-Q1\t9\n2025-Q2\t20\n"),
        (("date", "--by", "year", "--where", "rl:grpo"), "2024\t2\n2025\t10\n"),
        (("date", "--since", "2025-05"), "2025-05\t4\n2025-06\t9\n"),
        (("org", "ai2", "--by", "year", "--date-field", "first_published"), "Ai2\t2024\t4\nAi2\t2025\t0\n"),
        (("kl", "-f", "names", "--reverse"), "no\nyes\nunknown\n"),
        (("kl", "--by", "year", "-f", "csv", "--until", "2024"), "value,period,count\nyes,2024,3\nunknown,2024,4\n"),
    ],
)  # fmt: skip
def test_the_whole_text_in_a_pipe(reportcli: Run, arguments: tuple[str, ...], text: str) -> None:
    ended = reportcli("count", *arguments)
    assert (ended.stdout, ended.returncode) == (text, 0)


BINS_JSON = """\
[
{
  "value": "10B..100B",
  "low": 10000000000,
  "high": 100000000000,
  "count": 1
},
{
  "value": null,
  "low": null,
  "high": null,
  "count": 1
}
]
"""


def test_the_whole_text_of_json() -> None:
    answer = counted(sized(14 * 10**9, None), "params")
    assert "".join(formats.write(answer, "json", None)) == BINS_JSON
    by_year = counted([a_report("a", license="MIT")], "license", step="year")
    assert "".join(formats.write(by_year, "jsonl", None)) == '{"value": "MIT", "period": "2025", "count": 1}\n'
    share = counted([a_report("a", pretraining=Pretraining(tokens=10**12))], "tokens")
    assert json.loads("".join(formats.write(share, "json", None)))[0]["low"] == 10**12


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("technique", "gpro"), 2, ["technique is never gpro", "did you mean grpo"]),
        (("sources",), 2, ["the field 'sources' cannot be used for counting"]),
        (("licence",), 2, ["unknown field 'licence'", "license"]),
        (("org", "--by", "week"), 2, ["--by cannot be 'week'", "year, quarter, month"]),
        (("org", "--columns", "id"), 2, ["No such option: --columns"]),
        (("org", "--date-field", "number"), 2, ["first_published"]),
        (("org", "nobody"), 1, ["nothing found"]),
        (("technique", "vapo", "--where", "org:ai2"), 1, ["nothing found"]),
        (("rl", "--where", "kl:no"), 0, ["21 more reports don't record this"]),
        (("rl",), 0, ["a report may have several values: 36 reports are counted 40 times"]),
    ],
)
def test_what_is_said_beside_the_counts(reportcli: Run, arguments: tuple[str, ...], code: int, said: list[str]) -> None:
    ended = reportcli("count", *arguments)
    assert ended.returncode == code
    assert [part for part in said if part not in ended.stderr] == []
    assert "Traceback" not in ended.stderr


# Pictures.


def draw(answer: CountTable, width: int, color: bool = False) -> Picture:
    return formats.draw(answer, width, color)


def too_wide(picture: Picture, width: int) -> list[str]:
    return [line for line in SGR.sub("", picture.text).splitlines() if cell_len(line) > width]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


FIGURES = r"(\s\s+(·|[\d,]+))+(\s+[█▉▊▋▌▍▎▏]+)?$"
ASKED = [
    ("technique", ""), ("license", ""), ("params", ""), ("org", "month"), ("rl", "quarter"), ("license", "year"),
    ("summary", ""), ("context", "month"),
]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("name", "by"), ASKED)
def test_a_picture_fits_the_screen_and_cuts_no_value(shipped: Library, name: str, by: str, width: int) -> None:
    answer = shipped.count(name, by=by)
    picture = draw(answer, width)
    assert too_wide(picture, width) == []
    names = squeezed("".join(re.sub(FIGURES, "", line) for line in picture.text.splitlines()))
    assert [line.text for line in answer.lines if squeezed(line.text) not in names] == []
    if width >= 80:
        short = [line.text for line in answer.lines if len(line.text) <= 40]
        assert [text for text in short if text not in picture.text] == []


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize(("name", "by"), ASKED)
def test_colour_only_adds_colour(shipped: Library, name: str, by: str, width: int) -> None:
    answer = shipped.count(name, by=by)
    plain, coloured = draw(answer, width), draw(answer, width, color=True)
    assert "\x1b[" in coloured.text
    assert [line.rstrip() for line in SGR.sub("", coloured.text).splitlines()] == plain.text.splitlines()


BARS = """\
license                                   reports
────────────────────────────────────────────────────────────
Four                                            4  █████████
Three                                           3  ██████▊
A license of so many words that it is           1  ██▎
wrapped
"""


def test_bars_are_as_long_as_the_counts_to_an_eighth_of_a_column() -> None:
    licenses = ["Four"] * 4 + ["Three"] * 3 + ["A license of so many words that it is wrapped"]
    answer = counted([a_report(str(place), license=one) for place, one in enumerate(licenses)], "license")
    assert draw(answer, 60).text == BARS
    assert "█" not in draw(answer, 58).text


def test_a_count_that_is_small_beside_another_has_a_bar_and_none_has_not() -> None:
    reports = [a_report(str(place), license="MIT" if place else "BSD") for place in range(2000)]
    lines = draw(counted(reports, "license"), 60).text.splitlines()
    assert lines[2].startswith("MIT        1,999  █")
    assert lines[3] == "BSD            1  ▏"
    none = counted([a_report("a", techniques=("grpo",))], "technique", "grpo", "dpo")
    assert draw(none, 60).text.splitlines()[3] == "dpo               0"


MATRIX = """\
            2024    2025
techniques  Q3  Q4  Q1  Q2  total
─────────────────────────────────
dpo          2   4   5   2     13
grpo         ·   2   2   8     12
ppo          ·   2   ·   3      5
"""


def test_a_matrix_has_years_above_quarters(shipped: Library) -> None:
    answer = shipped.count("technique", ["grpo", "dpo", "ppo"], by="quarter")
    assert draw(answer, 40).text == MATRIX
    wide = draw(answer, 60).text.splitlines()
    assert wide[4] == "grpo         ·   2   2   8     12  " + "█" * 23 + "▏"


def test_the_oldest_periods_go_first_and_a_note_names_them(shipped: Library) -> None:
    answer = shipped.count("organizations", by="month")
    picture = draw(answer, 60)
    assert picture.notes == ("no room for 2024-07 to 2024-09",)
    assert picture.text.splitlines()[1].split() == [
        "organization", "10", "11", "12", "01", "02", "03", "04", "05", "06", "total",
    ]  # fmt: skip
    assert re.search(r"^Alibaba Qwen .* 6$", picture.text, re.M)
    assert draw(answer, 120).notes == ()
    assert draw(shipped.count("rl", by="quarter"), 36).notes == ("no room for 2024-Q3",)


def test_a_year_with_one_period_does_not_touch_the_next() -> None:
    reports = [a_report(day, day) for day in ("2023-12-31", "2024-01-01", "2025-01-01")]
    lines = draw(counted(reports, "org", step="month"), 120).text.splitlines()
    assert lines[0].split() == ["2023", "2024", "2025"]
    assert (lines[0].index("2023") + 2, lines[0].index("2024")) == (lines[1].index("12"), lines[1].index("01"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("value", ["深度求索" * 20, "x" * 300, "🚀 lab", "a\x1b[31mb", "[bold]x[/bold]", "مدل زبانی"])
def test_hostile_and_wide_values_keep_the_width_and_are_shown(value: str, width: int) -> None:
    reports = [a_report("a", organizations=(value,)), a_report("b", organizations=("plain",))]
    for step in ("", "month"):
        picture = draw(counted(reports, "org", step=step), width)
        assert too_wide(picture, width) == []
        assert "\x1b" not in picture.text
        assert "plain" in picture.text


def test_nothing_found_is_nothing_shown() -> None:
    assert draw(counted([], "org"), 80) == Picture("", ())
    assert draw(counted([], "technique", "grpo", step="year"), 80) == Picture("", ())


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_terminal_of_any_width_shows_it(width: int) -> None:
    for command in ("count technique --limit 5", "count org --by month"):
        text, code = on_terminal(f"reportcli {command}", columns=width)
        assert code == 0
        assert max(cell_len(line) for line in SGR.sub("", text).splitlines() if not line.startswith("note")) <= width
        assert "─" * 20 in text


def test_an_encoding_without_blocks_gets_other_signs(reportcli: Run) -> None:
    ended = reportcli("count", "kl", "--format", "table", "--width", "40", PYTHONIOENCODING="ascii")
    assert ended.stdout.splitlines()[2] == "yes              10  #########"
    by_year = reportcli("count", "kl", "no", "--by", "year", "-f", "table", "--width", "30", PYTHONIOENCODING="ascii")
    assert by_year.stdout.splitlines()[2].split() == ["no", "-", "5", "5"]


def test_the_same_question_from_python(shipped: Library) -> None:
    assert [line.text for line in shipped.count("rl", by="year", limit=2).lines] == ["grpo", "ppo"]
    assert count_values([], one_field("rl")).lines == ()
    assert Bin(1000, 10_000) == decade_bin(1500)
