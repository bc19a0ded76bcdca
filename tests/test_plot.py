"""Points between two axes: which reports have a place, scales and ticks, the whole text of each format, the picture."""

import datetime
import json
import math
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

import makers
from conftest import Run
from reportcli.answer.listing import parse_columns
from reportcli.answer.plot import Plot, Point, build_plot, locate_points, reference_ratio
from reportcli.errors import UnknownField, UnsuitableField
from reportcli.library import Library
from reportcli.query.subject import Subject
from reportcli.render import formats
from reportcli.render.terminal.axis import Scale, choose_ticks, make_scale, spans_decades
from reportcli.render.terminal.screen import Picture
from reportcli.report.derived import is_training_total
from reportcli.report.fields import DATE, FIELDS, NUMBER, Architecture, Field, Model, Pretraining, Report
from reportcli.report.techniques import Vocabulary
from terminal import on_terminal
from test_house import loaded_by

WIDTHS = (20, 40, 60, 80, 120, 200)
SGR = re.compile(r"\x1b\[[\d;]*m")
B, T = 10**9, 10**12
MARKS = "●◆▲■○"


def one_field(name: str) -> Field:
    return parse_columns([name])[0]


def a_report(id: str, parameters: int | None, tokens: int | None, type: str = "dense", **known: Any) -> Report:
    usual: dict[str, Any] = {
        "name": id.title(), "models": (Model(name=id, parameters=parameters),), "architecture": Architecture(type=type),
        "pretraining": Pretraining(tokens=tokens),
    }  # fmt: skip
    return makers.a_report(id, **(usual | known))


def between(reports: Sequence[Report], x: str = "parameters", y: str = "tokens") -> Plot:
    return build_plot(locate_points([Subject(report, Vocabulary) for report in reports], one_field(x), one_field(y)))


def points(*places: tuple[Any, Any], x: str = "layers", y: str = "hidden_size") -> Plot:
    found = tuple(Point(f"p{n}", f"Point {n}", "dense", *place) for n, place in enumerate(places))
    return Plot(one_field(x), one_field(y), found)


def draw(answer: Plot, width: int, color: bool = False) -> Picture:
    return formats.draw(answer, width, color)


def too_wide(picture: Picture, width: int) -> list[str]:
    return [line for line in SGR.sub("", picture.text).splitlines() if cell_len(line) > width]


# Which reports have a place.


def test_a_report_that_lacks_one_of_the_two_is_left_out_and_counted() -> None:
    answer = between([a_report("a", 7 * B, 2 * T), a_report("b", None, T), a_report("c", B, None)])
    assert answer.points == (Point("a", "A", "dense", 7 * B, 2 * T),)
    assert answer.notes == ("left out: 2 reports without parameters or tokens",)


def test_a_report_that_continues_a_training_has_no_place_in_a_figure_of_training() -> None:
    reports = [
        a_report("a", 7 * B, 2 * T),
        a_report("b", 7 * B, T, based_on=("Qwen2.5",)),
        a_report("c", None, T, based_on=("Qwen2.5",)),
    ]
    answer = between(reports)
    assert [point.id for point in answer.points] == ["a"]
    assert answer.notes == (
        "left out: 1 report that started from another model's training",
        "left out: 1 report without parameters or tokens",
    )
    flops = between(reports, "date", "flops")
    assert [point.id for point in flops.points] == ["a"]
    assert flops.notes == (
        "left out: 1 report that started from another model's training",
        "left out: 1 report without date or training FLOPs",
    )
    assert [point.id for point in between(reports, "parameters", "date").points] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("tokens", True), ("gpu_hours", True), ("flops", True), ("tokens_per_parameter", True),
        ("tokens_per_active_parameter", True), ("parameters", False), ("context_length", False), ("sparsity", False),
        ("pretraining.context_length", False), ("layers", False), ("sft_examples", False), ("date", False),
    ],
)  # fmt: skip
def test_a_figure_of_training_counts_all_of_it(name: str, is_one: bool) -> None:
    assert is_training_total(one_field(name)) is is_one


def test_the_type_is_that_of_the_model_that_speaks() -> None:
    own = a_report("a", B, T, type="moe", models=(Model(name="a", type="dense", parameters=B),))
    assert between([own]).points[0].type == "dense"
    assert between([a_report("b", B, T, type="moe")]).points[0].type == "moe"
    assert between([a_report("c", B, T, architecture=Architecture())]).points[0].type is None


@pytest.mark.parametrize("name", ["name", "models.parameters", "techniques", "kl", "sources"])
def test_what_is_no_single_number_or_day_is_no_axis(shipped: Library, name: str) -> None:
    with pytest.raises(UnsuitableField, match="cannot be used as an axis") as caught:
        shipped.plot(name, "tokens")
    assert "one of: parameters, " in caught.value.hint


def test_an_unknown_axis_names_the_nearest(shipped: Library) -> None:
    with pytest.raises(UnknownField, match="paramters"):
        shipped.plot("parameters", "paramters")


AXES = [one.path for one in FIELDS if one.kind in (NUMBER, DATE) and not one.in_array]


@pytest.mark.parametrize("path", AXES)
def test_every_number_can_be_an_axis(shipped: Library, path: str) -> None:
    answer = shipped.plot(path, "date")
    left_out = sum(int(found) for note in answer.notes for found in re.findall(r"left out: (\d+)", note))
    assert len(answer.points) + left_out == 36
    assert too_wide(draw(answer, 70), 70) == []


# Scales and ticks.

FIELD = one_field("parameters")
NUMBERS = st.integers(1, 10**18) | st.floats(1e-6, 1e30)


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.integers(2, 200), st.booleans())
def test_values_lie_on_their_scale_in_their_order(values: list[int | float], cells: int, logarithmic: bool) -> None:
    axis = make_scale(FIELD, values, cells, logarithmic)
    places = [axis.place(value) for value in sorted(values)]
    assert all(0 <= place <= cells - 1 for place in places)
    assert places == sorted(places)
    for value in values:
        assert math.isclose(axis.value(axis.place(value)), value, rel_tol=1e-6, abs_tol=1e-9 * max(values))


@given(st.lists(NUMBERS, min_size=1, max_size=20), st.integers(10, 200), st.booleans())
def test_ticks_lie_inside_in_order_and_their_labels_do_not_touch(
    values: list[int | float], cells: int, logarithmic: bool
) -> None:
    axis = make_scale(FIELD, values, cells, logarithmic)
    found = choose_ticks(axis, cells, beside=True)
    assert all(0 <= tick.place < cells for tick in found)
    for one, two in pairwise(found):
        assert two.place - one.place > (len(one.label) + len(two.label)) / 2


@given(st.lists(NUMBERS, min_size=2, max_size=20), st.booleans())
def test_an_upright_axis_has_few_ticks(values: list[int | float], logarithmic: bool) -> None:
    assert len(choose_ticks(make_scale(FIELD, values, 20, logarithmic), 6, beside=False)) <= 6


@pytest.mark.parametrize(
    ("name", "values", "cells", "labels"),
    [
        ("parameters", (3 * B, 671 * B), 70, ["5B", "10B", "20B", "50B", "100B", "200B", "500B"]),
        ("parameters", (3 * B, 671 * B), 40, ["3B", "10B", "30B", "100B", "300B"]),
        ("parameters", (B, 10**13), 30, ["1B", "10B", "100B", "1T", "10T"]),
        ("context_length", (4_096, 1_048_576), 70, ["4K", "8K", "16K", "32K", "64K", "128K", "256K", "512K", "1M"]),
        ("flops", (1e22, 1e26), 40, ["1e22", "1e23", "1e24", "1e25", "1e26"]),
        ("layers", (20, 80), 40, ["20", "30", "40", "50", "60", "70", "80"]),
        ("sparsity", (0.05, 1.0), 40, ["0.2", "0.4", "0.6", "0.8", "1"]),
    ],
)
def test_ticks_are_round_values_in_the_units_of_the_field(
    name: str, values: tuple[float, float], cells: int, labels: list[str]
) -> None:
    field = one_field(name)
    axis = make_scale(field, values, cells, spans_decades(field, values))
    assert [tick.label for tick in choose_ticks(axis, cells, beside=True)] == labels


@pytest.mark.parametrize(
    ("first", "last", "labels"),
    [
        ((2025, 1, 15), (2025, 5, 20), ["2025-02", "2025-03", "2025-04", "2025-05"]),
        ((2024, 6, 15), (2025, 6, 20), ["2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3"]),
        ((2020, 6, 15), (2025, 6, 20), ["2021", "2022", "2023", "2024", "2025"]),
        ((1, 1, 1), (9999, 12, 31), []),
    ],
)
def test_an_axis_of_days_has_its_ticks_where_periods_begin(
    first: tuple[int, int, int], last: tuple[int, int, int], labels: list[str]
) -> None:
    axis = make_scale(one_field("date"), [datetime.date(*first), datetime.date(*last)], 60, logarithmic=False)
    found = choose_ticks(axis, 60, beside=True)
    assert [tick.label for tick in found] == labels
    assert all(0 <= tick.place < 60 for tick in found)


def test_a_scale_is_logarithmic_where_values_span_more_than_two_decades() -> None:
    assert spans_decades(FIELD, [1, 101])
    assert not spans_decades(FIELD, [1, 100])
    assert not spans_decades(FIELD, [0, 10**9])
    assert not spans_decades(one_field("date"), [datetime.date(1, 1, 1), datetime.date(2025, 1, 1)])


@pytest.mark.parametrize("value", [0, 1, 7 * B, datetime.date(2025, 1, 1), datetime.date(1, 1, 1)])
def test_one_value_alone_lies_in_the_middle(value: Any) -> None:
    field = one_field("date") if isinstance(value, datetime.date) else FIELD
    axis: Scale = make_scale(field, [value], 11, logarithmic=False)
    assert axis.place(value) == pytest.approx(5)


# The whole text in a pipe.

TSV = """\
dots.llm1	142000000000	11200000000000
qwen3	235000000000	36000000000000
mimo	7000000000	25000000000000
trillion-7b	7760000000	2000000000000
gemma-3	27433000000	14000000000000
phi-4-mini	3800000000	5000000000000
olmo-2	13000000000	5600000000000
qwen2.5	72000000000	18000000000000
deepseek-v3	671000000000	14800000000000
phi-4	14000000000	10000000000000
llama-3	405000000000	15600000000000
olmo	7000000000	2460000000000
"""
JSON = """\
[
{
  "id": "qwen3",
  "name": "Qwen3",
  "type": "moe",
  "x": "2025-05-14",
  "y": 4.752e+24
}
]
"""


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), TSV),
        (("params", "tokens"), TSV),
        (("date", "flops", "--where", "id:qwen3", "--json"), JSON),
        (("layers", "context", "--where", "org:ai2 id:olmo", "--header"), "id\tx\ty\nolmo\t32\t2048\n"),
        (("number", "date", "--limit", "1", "-f", "csv"), "id,x,y\nacereason-nemotron-1.1,3,2025-06-18\n"),
        (("gpu_hours", "tokens", "-f", "names"), "dots.llm1\nseed1.5-vl\ntrillion-7b\ndeepseek-v3\nllama-3\n"),
        (
            ("date", "first_published", "--date-field", "first_published", "--until", "2024-03"),
            "olmo\t2024-07-07\t2024-02-01\n",
        ),
    ],
)
def test_the_whole_text_in_a_pipe(reportcli: Run, arguments: tuple[str, ...], text: str) -> None:
    ended = reportcli("plot", *arguments)
    assert (ended.stdout, ended.returncode) == (text, 0)


def test_a_record_of_an_unknown_type_has_every_key() -> None:
    [record] = json.loads("".join(formats.write(between([a_report("a", 1, 2, type=None)]), "json")))  # type: ignore[arg-type]
    assert record == {"id": "a", "name": "A", "type": None, "x": 1, "y": 2}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 0, "left out: 6 reports that started from another model's training\nnote: left out: 18 reports without"),
        (("name", "tokens"), 2, "the field 'name' cannot be used as an axis"),
        (("parameters", "tokns"), 2, "unknown field 'tokns'"),
        (("--columns", "id"), 2, "No such option: --columns"),
        (("--where", "org:nobody"), 1, "nothing found"),
        (("--limit", "10"), 0, "10 of 36 reports"),
    ],
)
def test_what_is_said_beside_it(reportcli: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    ended = reportcli("plot", *arguments)
    assert ended.returncode == code
    assert said in ended.stderr


# The picture.

SMALL = """\
hidden size
     │                      Point 1 ●
     │
4,000┤
     │
     │
3,000┤             ● Point 2
     │
     │
2,000┤
     │
     │
1,000┤ ● Point 0
     └─┬────┬────┬───┬────┬────┬────┬─
       20   30   40  50   60   70   80
                                layers

● dense
"""


def test_the_whole_picture_of_three_points() -> None:
    assert draw(points((20, 1000), (80, 4400), (44, 3000)), 38) == Picture(SMALL, ())


def cells_of(picture: Picture, letters: str) -> list[tuple[int, int, str]]:
    lines = picture.text.split("\n\n")[0].splitlines()
    return [
        (row, column, letter)
        for row, line in enumerate(lines)
        for column, letter in enumerate(line)
        if letter in letters
    ]


def test_each_type_has_a_mark_of_its_own_which_the_legend_explains() -> None:
    types = ("dense", "moe", "diffusion", "other", None, "novel")
    reports = [a_report(f"r{n}", (n + 1) * B, (n + 1) * T, type=type) for n, type in enumerate(types)]  # type: ignore[arg-type]
    picture = draw(between(reports), 100)
    assert [mark for _, _, mark in sorted(cells_of(picture, MARKS), key=lambda cell: cell[1])] == list("●◆▲■○○")
    assert "● dense   ◆ moe   ▲ diffusion   ■ other   ○ unknown" in picture.text
    assert len({cell_len(mark) for mark in MARKS}) == 1


def test_only_what_is_seen_is_explained() -> None:
    legend = draw(between([a_report("a", B, T)]), 80).text.splitlines()[-1]
    assert legend == "● dense"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_larger_value_lies_higher_and_further_right(shipped: Library, width: int) -> None:
    answer = shipped.plot("parameters", "tokens")
    marks = sorted(((column, -row) for row, column, _ in cells_of(draw(answer, width), MARKS)))
    places = sorted((point.x, point.y) for point in answer.points)
    assert len(marks) == len(places) == 12
    for one, mark in zip(places, marks, strict=True):
        for other, beside in zip(places, marks, strict=True):
            assert one[0] <= other[0] or mark[0] >= beside[0]
            assert one[1] <= other[1] or mark[1] >= beside[1]


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_line_of_twenty_tokens_a_parameter_is_drawn_and_named(shipped: Library, width: int) -> None:
    picture = draw(shipped.plot("parameters", "tokens"), width)
    assert "⠤⠤ 20 tokens per parameter (Hoffmann et al. 2022," in picture.text
    assert "arXiv:2203.15556)" in picture.text
    dots = cells_of(picture, "".join(map(chr, range(0x2801, 0x2900))))
    rows = [row for _, row in sorted((column, -row) for row, column, _ in dots)]
    assert len(rows) > 10
    assert rows == sorted(rows)


def test_the_line_passes_through_the_points_that_lie_on_it() -> None:
    reports = [a_report("low", B, 20 * B), a_report("high", 100 * B, 2 * T), a_report("over", 10 * B, 2 * T)]
    picture = draw(between(reports), 80)
    dots = {(row, column) for row, column, _ in cells_of(picture, "".join(map(chr, range(0x2801, 0x2900))))}
    marks = sorted((column, row) for row, column, _ in cells_of(picture, MARKS))
    for column, row in (marks[0], marks[-1]):
        assert {(row + above, column + beside) for above in (-1, 0, 1) for beside in (-1, 1)} & dots
    column, row = marks[1]
    assert not {(row + above, column + beside) for above in (-1, 0, 1) for beside in (-1, 0, 1)} & dots


@pytest.mark.parametrize("parameters", [(0, 0), (0, 9), (0, B)])
def test_the_line_ends_where_an_axis_begins_at_nothing(parameters: tuple[int, int]) -> None:
    few, many = parameters
    picture = draw(between([a_report("few", few, 1), a_report("many", many, 10 * T)]), 80)
    assert cells_of(picture, MARKS)


def test_no_other_pair_of_fields_has_a_ratio_to_compare_with() -> None:
    ratio = reference_ratio(one_field("parameters"), one_field("tokens"))
    assert ratio is not None
    assert (ratio.value, ratio.source) == (20, "Hoffmann et al. 2022, arXiv:2203.15556")
    assert reference_ratio(one_field("tokens"), one_field("parameters")) is None
    assert reference_ratio(one_field("active_parameters"), one_field("tokens")) is None
    assert "⠤" not in draw(points((1, 2), (3, 4)), 80).text


def missing(answer: Plot, picture: Picture) -> list[str]:
    """Return the names that do not stand in the picture, each as often as it is missing."""
    text, names = picture.text, []
    for name in sorted((point.name for point in answer.points), key=len, reverse=True):
        if name not in text:
            names.append(name)
        text = text.replace(name, "", 1)
    return names


@pytest.mark.parametrize(
    ("x", "y"),
    [("parameters", "tokens"), ("date", "flops"), ("date", "params"), ("layers", "context"), ("number", "date")],
)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_picture_fits_the_screen_and_a_name_stands_whole_or_is_said_to_lack_room(
    shipped: Library, x: str, y: str, width: int
) -> None:
    answer = shipped.plot(x, y)
    picture = draw(answer, width)
    assert too_wide(picture, width) == []
    unnamed = missing(answer, picture)
    said = " ".join(picture.notes)
    assert len(unnamed) == 0 or (
        f"{len(unnamed)} points" in said if len(unnamed) > 5 else all(name in said for name in unnamed)
    )
    hidden = len(answer.points) - len(cells_of(picture, MARKS))
    assert hidden == 0 or f"{hidden} point" in said


@pytest.mark.parametrize("width", [60, 120, 200])
def test_names_do_not_touch_one_another_or_a_point(shipped: Library, width: int) -> None:
    answer = shipped.plot("date", "params")
    body = draw(answer, width).text.split("\n\n")[0]
    for name in sorted((point.name for point in answer.points), key=len, reverse=True):
        body = body.replace(name, "\x00" * len(name), 1)
    names = body.split("\n")[1:-3]
    assert [line for line in names if re.search(rf"\x00\w|\w\x00|[{MARKS}]\x00|\x00[{MARKS}]", line)] == []


@pytest.mark.parametrize("width", [60, 120])
def test_colour_only_adds_colour(shipped: Library, width: int) -> None:
    answer = shipped.plot("parameters", "tokens")
    plain, coloured = draw(answer, width), draw(answer, width, color=True)
    assert [line.rstrip() for line in SGR.sub("", coloured.text).splitlines()] == plain.text.splitlines()
    assert "\x1b[36m●" in coloured.text
    assert "\x1b[35m◆" in coloured.text
    assert re.search("\x1b\\[33m[\u2801-\u28ff]", coloured.text)


@pytest.mark.parametrize("width", [20, 60, 120])
@pytest.mark.parametrize("name", ["深度求索", "x" * 300, "🚀 lab", "a\x1b[31mb", "[bold]x[/bold]", "مدل", "● mark"])
def test_hostile_and_wide_names_keep_the_width_and_the_places(name: str, width: int) -> None:
    places = ((1, 1), (2, 2), (50, 2), (100, 100))
    plain = draw(points(*places), width)
    named = points(*places)
    named = named._replace(points=tuple(point._replace(name=name) for point in named.points))
    picture = draw(named, width)
    assert too_wide(picture, width) == []
    assert "\x1b" not in picture.text
    if cell_len(name) == len(name) and "●" not in name:
        assert cells_of(picture, MARKS) == cells_of(plain, MARKS)


def test_points_at_one_place_are_counted() -> None:
    picture = draw(points((1, 1), (1, 1), (1, 1), (9, 9)), 80)
    assert picture.notes == ("2 points lie under another",)
    assert draw(points((1, 1), (1, 1)), 80).notes == ("1 point lies under another",)


@pytest.mark.parametrize("width", WIDTHS)
def test_one_point_and_points_on_a_line_can_be_drawn(width: int) -> None:
    for answer in (points((5, 5)), points((0, 0)), points((1, 7), (2, 7)), points((3, 1), (3, 10**12))):
        picture = draw(answer, width)
        assert cells_of(picture, MARKS)
        assert too_wide(picture, width) == []


def test_nothing_found_is_nothing_shown() -> None:
    assert draw(points(), 80) == Picture("", ())


# The plotting library.


def test_it_writes_nothing_itself_and_ignores_the_size_of_the_terminal(
    shipped: Library, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = shipped.plot("parameters", "tokens")
    before = draw(answer, 100)
    monkeypatch.setenv("COLUMNS", "30")
    monkeypatch.setenv("LINES", "5")
    assert draw(answer, 100) == before
    assert capfd.readouterr() == ("", "")


def test_a_picture_of_great_width_is_not_of_great_height(shipped: Library) -> None:
    answer = shipped.plot("parameters", "tokens")
    lines = [draw(answer, width).text.count("\n") for width in (200, 400, 2_000, 10_000)]
    assert lines == [lines[0], lines[0] + 25, lines[2], lines[2]]
    assert lines[2] < 110


def test_a_picture_leaves_nothing_behind_for_the_next(shipped: Library) -> None:
    asked = [("parameters", "tokens"), ("date", "flops"), ("layers", "context")]
    first = [draw(shipped.plot(x, y), width) for x, y in asked for width in (60, 120)]
    again = [draw(shipped.plot(x, y), width) for x, y in reversed(asked) for width in (120, 60)]
    assert again == first[::-1]


def test_a_pipe_loads_no_picture() -> None:
    for arguments in (("plot",), ("timeline",), ("count", "rl")):
        assert {"reportcli.render.terminal.plot", "rich"} & loaded_by(*arguments) == set()


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_a_terminal_of_any_width_shows_it(width: int) -> None:
    text, code = on_terminal("reportcli plot", columns=width, lines=60)
    assert code == 0
    lines = SGR.sub("", text).splitlines()
    assert max(cell_len(line) for line in lines if not line.startswith("note")) <= width
    assert lines[0] == "tokens (logarithmic)"
    assert any("└" in line for line in lines)


def test_the_picture_can_be_had_as_svg_and_in_ascii(reportcli: Run) -> None:
    assert reportcli("plot", "--format", "svg").stdout.startswith("<svg")
    ended = reportcli("plot", "--format", "table", "--width", "70", PYTHONIOENCODING="ascii")
    assert "o dense   # moe" in ended.stdout
    assert "# Qwen3" in ended.stdout
