"""Counting: bins and periods, what a report counts for, the text of each format, bars and the matrix."""

import datetime
import json
import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makers import a_report
from pictures import WIDTHS, draw, squeezed
from reportcli.answer.count import (
    CountTable,
    ValueCount,
    build_count_table,
    context_bin,
    count_values,
    decade_bin,
)
from reportcli.answer.listing import parse_columns
from reportcli.catalog.files import shipped_folder
from reportcli.errors import InvalidQuery, UnknownField, UnsuitableField
from reportcli.library import Library
from reportcli.query.conditions import EVERYTHING, Between, all_of, conditions_of
from reportcli.query.parser import parse_condition
from reportcli.query.period import PERIOD_STEPS, parse_period, period_containing, periods_between
from reportcli.query.subject import FIELDS_BY_PATH, MODEL_FIELDS, subjects_of
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, MAP, NUMBER, NUMBERS, Field, Model, Posttraining, Report
from reportcli.report.techniques import Technique, Vocabulary
from samples import text
from trials.runner import call

GRPO = Technique("grpo", "GRPO", ("Group Relative Policy Optimization",), "rl", "A method.")
VOCABULARY = Vocabulary({"grpo": GRPO, "dpo": Technique("dpo", "DPO", (), "posttraining", "Another.")})


def count(
    reports: Sequence[Report], name: str, *values: str, step: str = "", date_field: str = "date", **options: Any
) -> CountTable:
    field = one_field(name)
    subjects = chain.from_iterable(subjects_of(report, lambda: VOCABULARY) for report in reports)
    conditions = [parse_condition(field, name, value, lambda: VOCABULARY) for value in values]
    return build_count_table(count_values(subjects, field, conditions, step, FIELDS_BY_PATH[date_field]), **options)


def one_field(name: str) -> Field:
    return parse_columns([name])[0]


def totals(answer: CountTable) -> dict[str, int]:
    return {counted.text: counted.total for counted in answer.value_counts}


# Bins.


def test_a_number_is_counted_between_two_powers_of_ten() -> None:
    for number, expected in (
        (0, "0"), (1, "1..<10"), (9, "1..<10"), (10, "10..<100"), (999, "100..<1K"), (1000, "1K..<10K"),
        (999_999_999, "100M..<1B"), (10**9, "1B..<10B"), (7 * 10**10, "10B..<100B"), (10**11, "100B..<1T"),
        (36 * 10**12, "10T..<100T"), (999_999_999_999_999_999, "1e17..<1e18"), (10**18, "1e18..<1e19"),
        (1e23, "1e23..<1e24"), (4.752e24, "1e24..<1e25"), (1.0, "1..<10"), (0.1, "0.1..<1"),
        (0.0551415797317, "0.01..<0.1"), (0.001, "0.001..<0.01"), (0.000001, "1e-06..<1e-05"),
    ):  # fmt: skip
        assert str(decade_bin(number)) == expected


def test_a_context_length_is_counted_by_its_name() -> None:
    for length, expected in (
        (512, "512"), (2_048, "2K"), (4_096, "4K"), (4_000, "4K"), (32_768, "32K"), (128_000, "128K"),
        (131_072, "128K"), (131_071, "131071"), (1_000_000, "1M"), (1_048_576, "1M"), (1_024_000, "1024000"),
        (10_000_000, "10M"), (0, "0"),
    ):  # fmt: skip
        assert str(context_bin(length)) == expected


@given(st.integers(1, 2**63 - 1) | st.floats(1e-9, 1e40, allow_nan=False))
def test_a_number_lies_in_its_decade_and_the_decades_touch(number: int | float) -> None:
    decade = decade_bin(number)
    assert decade.low <= number < decade.high
    assert decade_bin(decade.low) == decade
    assert decade_bin(decade.high).low == decade.high


@given(st.integers(0, 2**40), st.integers(1, 10**6), st.sampled_from([1000, 1024, 10**6, 2**20]))
def test_lengths_of_one_name_are_counted_together_and_all_that_a_query_finds_by_it(
    rest: int, n: int, unit: int
) -> None:
    field = one_field("context")
    for length in (n * unit, rest):
        conditions = [leaf for leaf, _ in conditions_of(parse_condition(field, "context", str(context_bin(length))))]
        meant = {condition.low for condition in conditions if isinstance(condition, Between)}
        assert length in meant
        assert {context_bin(other) for other in meant} == {context_bin(length)}


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
    answer = count(reports, "technique")
    assert totals(answer) == {"dpo": 2, "grpo": 1, "unknown": 1}
    assert answer.notes == ("counts add up to 4 because reports can have several values",)
    assert count(reports[1:], "technique").notes == ()


def test_the_most_frequent_value_stands_first_and_unknown_last() -> None:
    reports = [a_report(str(number), license=value) for number, value in enumerate((None, None, "b", "A", "c", "c"))]
    assert list(totals(count(reports, "license"))) == ["c", "A", "b", "unknown"]
    assert list(totals(count(reports, "license", reverse=True))) == ["b", "A", "c", "unknown"]


def test_a_value_that_is_called_unknown_is_another_than_unknown() -> None:
    answer = count([a_report("a", license="unknown"), a_report("b")], "license")
    assert [line.value for line in answer.value_counts] == ["unknown", None]
    assert [record["value"] for record in answer.records()] == ["unknown", None]


def test_yes_no_fields_count_what_is_stated() -> None:
    reports = [
        a_report(str(number), posttraining=Posttraining(kl_penalty=kl))
        for number, kl in enumerate((False, None, False, True))
    ]
    assert totals(count(reports, "kl")) == {"no": 2, "yes": 1, "unknown": 1}
    assert [record["value"] for record in count(reports, "kl").records()] == [False, True, None]


def sized(*sizes: int | None) -> list[Report]:
    return [a_report(str(n), models=(Model(name="m", parameters=size),)) for n, size in enumerate(sizes)]


def test_bins_stand_upwards_and_an_empty_one_between_is_seen() -> None:
    answer = count(sized(5 * 10**11, 3, None, 4 * 10**9, 0), "params")
    assert list(totals(answer).items())[:3] == [("0", 1), ("1..<10", 1), ("10..<100", 0)]
    assert list(totals(answer).items())[-4:] == [("1B..<10B", 1), ("10B..<100B", 0), ("100B..<1T", 1), ("unknown", 1)]
    assert len(answer.value_counts) == 14


def test_the_models_of_a_report_count_once_a_bin() -> None:
    models = tuple(Model(name=str(size), parameters=size * 10**9) for size in (1, 2, 30))
    assert totals(count([a_report("a", models=models)], "models.parameters")) == {"1B..<10B": 1, "10B..<100B": 1}
    answer = count([a_report("a", models=models), a_report("b", models=(Model(name="secret"), models[0]))], "params")
    assert totals(answer) == {"1B..<10B": 2, "10B..<100B": 1}
    assert answer.notes == ("counts add up to 3 because reports can have several models",)


def test_as_many_reports_are_counted_as_the_text_of_a_bar_finds(shipped: Library) -> None:
    for where in (EVERYTHING, shipped.parse("type:moe"), shipped.parse("params:..10B")):
        for field in [field for field in FIELDS + DERIVED if field.path in MODEL_FIELDS and field.kind == NUMBER]:
            for value, total in totals(shipped.count(field.path, query=where)).items():
                query = all_of([where, shipped.parse(f"{field.path}:{value}")])
                assert (field.path, value, total) == (field.path, value, len(shipped.listing(query).hits))


def test_dates_are_counted_by_month_and_a_month_without_reports_is_seen() -> None:
    reports = [a_report("a", "2024-11-30"), a_report("b", "2025-01-31"), a_report("c", "2025-01-01")]
    assert totals(count(reports, "date")) == {"2024-11": 1, "2024-12": 0, "2025-01": 2}
    assert count(reports, "date").header == ("value", "count")
    by_quarter = count(reports, "date", step="quarter")
    assert (totals(by_quarter), by_quarter.header) == ({"2024-Q4": 1, "2025-Q1": 2}, ("value", "count"))


def test_a_unit_of_time_is_counted_as_it_says(shipped: Library) -> None:
    for unit, first in (("year", "2024"), ("Quarters", "2024-Q3"), ("month", "2024-07")):
        assert next(shipped.count(unit).rows())[0] == first
    assert next(shipped.count("year", ["2025.."], by="month").rows())[0] == "2025-01"
    assert shipped.count("year", date_field="first_published").field.path == "first_published"


def test_only_the_values_that_are_asked_for_are_counted_also_those_without_reports() -> None:
    reports = [a_report("a", techniques=("dpo",)), a_report("b", techniques=("dpo", "moe")), a_report("c")]
    answer = count(reports, "technique", "DPO", "group relative policy optimization")
    assert totals(answer) == {"dpo": 2, "grpo": 0}
    assert list(answer.ids()) == ["dpo"]
    assert answer.notes == ("1 more report doesn't record this",)
    assert totals(count(reports, "technique", "dpo", "unknown")) == {"dpo": 2, "unknown": 1}


def test_values_are_asked_for_as_a_query_asks_for_them() -> None:
    reports = [a_report("a", organizations=("DeepSeek", "Ai2")), a_report("b", organizations=("Deep Mind",))]
    assert totals(count(reports, "org", "deepseek")) == {"DeepSeek": 1}
    assert totals(count(reports, "org", "deep*")) == {"Deep Mind": 1, "DeepSeek": 1}
    assert totals(count(sized(7 * 10**9, 10**12), "params", "100B..")) == {"1T..<10T": 1}
    assert totals(count(sized(7 * 10**9, 10**12), "params", "..10B", "1T")) == {"1B..<10B": 1, "1T..<10T": 1}
    lengths = [a_report(str(size), models=(Model(name="m", context_length=size),)) for size in (128_000, 131_072, 9)]
    assert totals(count(lengths, "context", "128k")) == {"128K": 2}
    assert totals(count([a_report("a"), a_report("b", "2024-05-06")], "date", "2025")) == {"2025-01": 1}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("technique", "gpro", "\n  technique:gpro\n            ^"),
        ("kl", "maybe", "invalid value for kl: maybe"),
        ("type", "sparse", "\n  type:sparse\n       ^"),
        ("params", "large", "large"),
        ("date", "soon", "soon"),
    ],
)
def test_a_value_that_is_none_is_an_error_of_the_query_language(name: str, value: str, message: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        count([], name, value)
    assert message in caught.value.message


def test_periods_reach_from_the_first_report_to_the_last() -> None:
    reports = [
        a_report("a", "2024-05-01", license="MIT"),
        a_report("b", "2024-12-31"),
        a_report("c", "2024-04-01", license="MIT"),
    ]
    answer = count(reports, "license", step="quarter")
    assert answer.periods == ("2024-Q2", "2024-Q3", "2024-Q4")
    assert answer.value_counts == (ValueCount("MIT", (2, 0, 0)), ValueCount(None, (0, 0, 1)))


def test_one_date_that_is_far_off_makes_no_rows_without_end() -> None:
    reports = [a_report("a", "0001-01-01"), a_report("b", "2025-06-18"), a_report("c", "9999-12-31")]
    far = ("0001-01", "2025-06", "9999-12")
    assert count(reports, "license", step="month").periods == far
    assert tuple(line.value for line in count(reports, "date").value_counts) == far
    assert len(count([*reports[:2], a_report("d", "1950-01-01")][1:], "date").value_counts) == 906


def test_a_report_without_the_day_belongs_to_no_period_and_a_note_says_so() -> None:
    published = datetime.date(2024, 1, 1)
    reports = [a_report("a", license="MIT", first_published=published), a_report("b", license="MIT")]
    answer = count(reports, "license", step="year", date_field="first_published")
    assert (answer.periods, answer.value_counts) == (("2024",), (ValueCount("MIT", (1,)),))
    assert answer.notes == ("left out: 1 report without first published",)


def test_a_limit_is_one_of_values_and_is_said() -> None:
    reports = [a_report(value, license=value) for value in ("a", "b", "c")]
    answer = count(reports, "license", limit=2)
    assert (list(totals(answer)), answer.notes) == (["a", "b"], ("2 of 3 values",))
    assert count(reports, "license", limit=3).notes == ()


def test_nothing_is_counted_where_nothing_is_found() -> None:
    assert count([], "license").value_counts == ()
    assert count([], "params").value_counts == ()
    nothing = count([], "technique", "grpo", step="year")
    assert (nothing.periods, list(nothing.rows()), list(nothing.ids())) == ((), [], [])
    assert nothing.header == ("value", "period", "count")


def test_every_field_can_be_counted(shipped: Library) -> None:
    for field in FIELDS + DERIVED:
        if field.kind != MAP:
            answer = shipped.count(field.path)
            total = sum(counted.total for counted in answer.value_counts)
            assert total > 36 if answer.notes else total == 36
            assert shipped.count(field.path, by="quarter").notes == answer.notes


def test_what_cannot_be_counted_is_refused(shipped: Library) -> None:
    with pytest.raises(UnsuitableField, match="'sources' cannot be used for counting"):
        shipped.count("sources")
    with pytest.raises(UnknownField, match="unknown field 'techniks'") as caught:
        shipped.count("techniks")
    assert "techniques" in caught.value.hint


def test_the_counts_of_the_shipped_catalogue_are_those_of_its_files(shipped: Library) -> None:
    entries = [tomllib.loads(path.read_text(encoding="utf-8")) for path in shipped_folder().glob("*.toml")]
    for key in ("organizations", "tags", "techniques", "license", "based_on"):
        expected: Counter[str] = Counter()
        for entry in entries:
            values = entry.get(key, [])
            expected.update(set(values if isinstance(values, list) else [values]) or {"unknown"})
        assert totals(shipped.count(key)) == expected
    months = Counter((name, str(entry["date"])[:7]) for entry in entries for name in entry["organizations"])
    answer = shipped.count("organizations", by="month")
    assert {(value, period): number for value, period, number in answer.rows() if number} == months


# The command; the numbers were counted by hand in the files.

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
BINS_JSON = """\
[
{
  "value": "10B..<100B",
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


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("technique grpo dpo ppo --by quarter", BY_QUARTER),
        ("kl", "yes\t10\nno\t5\nunknown\t21\n"),
        ("kl --header --limit 1", "value\tcount\nyes\t10\n"),
        ("license --limit 3", "Apache-2.0\t8\nMIT\t8\nLlama 3.1 Community License\t3\n"),
        ("params", "100M..<1B\t3\n1B..<10B\t21\n10B..<100B\t18\n100B..<1T\t10\nunknown\t4\n"),
        ("date --by quarter", "2024-Q3\t2\n2024-Q4\t5\n2025-Q1\t9\n2025-Q2\t20\n"),
        ("date --by year --where rl:grpo", "2024\t2\n2025\t10\n"),
        ("date --since 2025-05", "2025-05\t4\n2025-06\t9\n"),
        ("org ai2 --by year --date-field first_published", "Ai2\t2024\t4\nAi2\t2025\t0\n"),
        ("kl -f names --reverse", "no\nyes\nunknown\n"),
        ("kl --by year -f csv --until 2024", "value,period,count\r\nyes,2024,3\r\nunknown,2024,4\r\n"),
    ],
)
def test_the_whole_text_in_a_pipe(arguments: str, expected: str) -> None:
    code, out, _ = call(["count", *arguments.split()])
    assert (out, code) == (expected, 0)


def test_the_whole_text_of_json() -> None:
    assert text(count(sized(14 * 10**9, None), "params"), "json") == BINS_JSON
    by_year = count([a_report("a", license="MIT")], "license", step="year")
    assert text(by_year, "jsonl") == '{"value": "MIT", "period": "2025", "count": 1}\n'
    [zero] = json.loads(text(count(sized(0), "params"), "json"))
    assert zero == {"value": "0", "low": 0, "high": 1, "count": 1}


@pytest.mark.parametrize(
    ("arguments", "code", "messages"),
    [
        ("technique gpro", 2, ["technique:gpro", "did you mean grpo"]),
        ("sources", 2, ["the field 'sources' cannot be used for counting"]),
        ("lisence", 2, ["unknown field 'lisence'", "license"]),
        ("org --by week", 2, ["week", "year, quarter, month"]),
        ("org --columns id", 2, ["no such option: --columns"]),
        ("org --date-field number", 2, ["first_published"]),
        ("org nobody", 1, ["nothing found"]),
        ("technique vapo --where org:ai2", 1, ["nothing found"]),
        ("rl --where kl:no", 0, ["21 more reports don't record this"]),
        ("rl", 0, ["counts add up to 40 because reports can have several values"]),
    ],
)
def test_messages_beside_the_counts(arguments: str, code: int, messages: list[str]) -> None:
    ended = call(["count", *arguments.split()])
    assert ended.code == code
    assert [message for message in messages if message not in ended.err] == []


# Pictures.

COUNTS = r"(\s\s+(·|[\d,]+))+(\s+[█▉▊▋▌▍▎▏]+)?$"
BARS = """\
license                                   reports
────────────────────────────────────────────────────────────
Four                                            4  █████████
Three                                           3  ██████▊
A license of so many words that it is           1  ██▎
wrapped
"""
MATRIX = """\
            2024    2025
techniques  Q3  Q4  Q1  Q2  total
─────────────────────────────────
dpo          2   4   5   2     13
grpo         ·   2   2   8     12
ppo          ·   2   ·   3      5
"""


def test_no_value_is_cut_at_any_width(shipped: Library) -> None:
    for name, by in (("license", ""), ("org", "month"), ("summary", "")):
        answer = shipped.count(name, by=by)
        for width in WIDTHS:
            written = draw(answer, width).text
            names = squeezed("".join(re.sub(COUNTS, "", line) for line in written.splitlines()))
            assert [counted.text for counted in answer.value_counts if squeezed(counted.text) not in names] == []
            short = [counted.text for counted in answer.value_counts if len(counted.text) <= 40]
            assert width < 80 or [value for value in short if value not in written] == []


def test_bars_are_as_long_as_the_counts_to_an_eighth_of_a_column() -> None:
    licenses = ["Four"] * 4 + ["Three"] * 3 + ["A license of so many words that it is wrapped"]
    answer = count([a_report(str(number), license=value) for number, value in enumerate(licenses)], "license")
    assert draw(answer, 60).text == BARS
    assert "█" not in draw(answer, 58).text


def test_a_count_that_is_small_beside_another_has_a_bar_and_none_has_not() -> None:
    reports = [a_report(str(number), license="MIT" if number else "BSD") for number in range(2000)]
    lines = draw(count(reports, "license"), 60).text.splitlines()
    assert lines[2].startswith("MIT        1,999  █")
    assert lines[3] == "BSD            1  ▏"
    none = count([a_report("a", techniques=("grpo",))], "technique", "grpo", "dpo")
    assert draw(none, 60).text.splitlines()[3] == "dpo               0"


def test_bars_are_as_long_as_the_known_values_say_and_unknown_is_a_number() -> None:
    licenses = ["MIT"] * 4 + ["BSD"] * 2 + [None] * 1_303
    reports = [a_report(str(number), license=value) for number, value in enumerate(licenses)]
    lines = draw(count(reports, "license"), 60).text.splitlines()
    assert [line.count("█") for line in lines[2:4]] == [42, 21]
    assert lines[4] == "unknown    1,303"
    by_year = draw(count(reports, "license", step="year"), 60).text.splitlines()
    assert [line.count("█") for line in by_year[2:4]] == [37, 18]
    assert by_year[4].split() == ["unknown", "1,303", "1,303"]


def test_a_matrix_has_years_above_quarters(shipped: Library) -> None:
    answer = shipped.count("technique", ["grpo", "dpo", "ppo"], by="quarter")
    assert draw(answer, 40).text == MATRIX
    assert draw(answer, 60).text.splitlines()[4] == "grpo         ·   2   2   8     12  " + "█" * 23 + "▏"


def test_the_oldest_periods_go_first_and_a_note_names_them(shipped: Library) -> None:
    answer = shipped.count("organizations", by="month")
    picture = draw(answer, 60)
    assert picture.notes == ("columns hidden (terminal too narrow): 2024-07 to 2024-09",)
    assert picture.text.splitlines()[1].split() == [
        "organization", "10", "11", "12", "01", "02", "03", "04", "05", "06", "total",
    ]  # fmt: skip
    assert re.search(r"^Alibaba Qwen .* 6$", picture.text, re.M)
    assert draw(answer, 120).notes == ()
    assert draw(shipped.count("rl", by="quarter"), 36).notes == ("columns hidden (terminal too narrow): 2024-Q3",)


def test_a_year_with_one_period_does_not_touch_the_next() -> None:
    reports = [a_report(day, day) for day in ("2023-12-31", "2024-01-01", "2025-01-01")]
    lines = draw(count(reports, "org", step="month"), 120).text.splitlines()
    assert lines[0].split() == ["2023", "2024", "2025"]
    assert (lines[0].index("2023") + 2, lines[0].index("2024")) == (lines[1].index("12"), lines[1].index("01"))


def test_the_numbers_of_the_index_are_counted_as_those_of_the_reports(shipped: Library) -> None:
    for query in (EVERYTHING, shipped.parse("params:..10B"), shipped.parse("org:qwen not type:moe")):
        subjects = [hit.subject for hit in shipped.listing(query, models=True).hits]
        for field in FIELDS + DERIVED:
            if field.kind in NUMBERS and field.path in MODEL_FIELDS:
                slow = build_count_table(count_values(subjects, field))
                quick = shipped.count(field.path, query=query)
                assert quick.value_counts == slow.value_counts, field.path
