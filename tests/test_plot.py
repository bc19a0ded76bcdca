"""Reports as points: which are left out, the text of each format, the picture."""

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from rich.cells import cell_len

import makers
from pictures import WIDTHS, draw, too_wide
from reportcli.answer.listing import parse_columns
from reportcli.answer.plot import Plot, Point, build_plot, locate_points, reference_ratio
from reportcli.errors import UnknownField, UnsuitableField
from reportcli.library import Library
from reportcli.query.subject import Subject
from reportcli.render.terminal.screen import Picture
from reportcli.report.derived import is_training_total
from reportcli.report.fields import DATE, FIELDS, NUMBERS, Architecture, Field, Model, Pretraining, Report
from reportcli.report.techniques import Vocabulary
from samples import text
from test_house import loaded_by
from trials.runner import call

B, T = 10**9, 10**12
MARKS = "●◆▲■○"
BRAILLE = "".join(map(chr, range(0x2801, 0x2900)))


def one_field(name: str) -> Field:
    return parse_columns([name])[0]


def a_report(
    report_id: str, parameters: int | None, tokens: int | None, model_type: str | None = "dense", **values: Any
) -> Report:
    usual: dict[str, Any] = {
        "name": report_id.title(), "models": (Model(name=report_id, parameters=parameters),),
        "architecture": Architecture(type=model_type), "pretraining": Pretraining(tokens=tokens),
    }  # fmt: skip
    return makers.a_report(report_id, **(usual | values))


def between(reports: Sequence[Report], x: str = "parameters", y: str = "tokens") -> Plot:
    return build_plot(locate_points([Subject(report, Vocabulary) for report in reports], one_field(x), one_field(y)))


def points(*positions: tuple[Any, Any], name: str = "") -> Plot:
    found = (Point(f"p{n}", name or f"Point {n}", "dense", *position) for n, position in enumerate(positions))
    return Plot(one_field("layers"), one_field("hidden_size"), tuple(found))


def test_a_report_that_lacks_one_of_the_two_is_left_out_and_counted() -> None:
    answer = between([a_report("a", 7 * B, 2 * T), a_report("b", None, T), a_report("c", B, None)])
    assert answer.points == (Point("a", "A", "dense", 7 * B, 2 * T, "a"),)
    assert answer.notes == ("left out: 2 reports without parameters or tokens",)


def test_a_report_that_continues_a_training_has_no_figure_of_it() -> None:
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


def test_the_type_is_that_of_the_flagship() -> None:
    own = a_report("a", B, T, model_type="moe", models=(Model(name="a", type="dense", parameters=B),))
    assert between([own]).points[0].type == "dense"
    assert between([a_report("b", B, T, "moe")]).points[0].type == "moe"
    assert between([a_report("c", B, T, architecture=Architecture())]).points[0].type is None


@pytest.mark.parametrize("name", ["name", "models.parameters", "techniques", "kl", "sources"])
def test_what_is_no_single_number_or_day_is_no_axis(shipped: Library, name: str) -> None:
    with pytest.raises(UnsuitableField, match="cannot be used as an axis") as caught:
        shipped.plot(name, "tokens")
    assert "one of: parameters, " in caught.value.hint


def test_an_unknown_axis_names_the_nearest(shipped: Library) -> None:
    with pytest.raises(UnknownField, match="paramters"):
        shipped.plot("parameters", "paramters")


def test_every_number_can_be_an_axis(shipped: Library) -> None:
    for field in FIELDS:
        if field.kind in (*NUMBERS, DATE) and not (field.in_array or field.info.seen_as):
            answer = shipped.plot(field.path, "date")
            left_out = sum(int(count) for note in answer.notes for count in re.findall(r"left out: (\d+)", note))
            assert len(answer.points) + left_out == 36
            assert too_wide(draw(answer, 70), 70) == []


# The command.

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
  "y": 4.752e+24,
  "model": "Qwen3-235B-A22B"
}
]
"""


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", TSV),
        ("params tokens", TSV),
        ("date flops --where id:qwen3 --json", JSON),
        ("layers context --where org:ai2 --until 2024-07 --header", "id\tx\ty\nolmo\t32\t2048\n"),
        ("number date --limit 1 -f csv", "id,x,y\r\nacereason-nemotron-1.1,3,2025-06-18\r\n"),
        ("gpu_hours tokens -f names", "dots.llm1\nseed1.5-vl\ntrillion-7b\ndeepseek-v3\nllama-3\n"),
        ("date first_published --date-field first_published --until 2024-03", "olmo\t2024-07-07\t2024-02-01\n"),
    ],
)
def test_the_whole_text_in_a_pipe(arguments: str, expected: str) -> None:
    code, out, _ = call(["plot", *arguments.split()])
    assert (out, code) == (expected, 0)


def test_a_record_of_an_unknown_type_has_every_key() -> None:
    [record] = json.loads(text(between([a_report("a", 1, 2, None)]), "json"))
    assert record == {"id": "a", "name": "A", "type": None, "x": 1, "y": 2, "model": "a"}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ("", 0, "left out: 6 reports that started from another model's training\nnote: left out: 18 reports without"),
        ("name tokens", 2, "the field 'name' cannot be used as an axis"),
        ("parameters tokns", 2, "unknown field 'tokns'"),
        ("--columns id", 2, "no such option: --columns"),
        ("--where org:nobody", 1, "nothing found"),
        ("--limit 10", 0, "note: 10 of 12 points\nnote: left out: 6 reports"),
    ],
)
def test_messages_beside_it(arguments: str, code: int, message: str) -> None:
    ended = call(["plot", *arguments.split()])
    assert ended.code == code
    assert message in ended.err


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


def cells_of(picture: Picture, chars: str) -> list[tuple[int, int, str]]:
    lines = picture.text.split("\n\n")[0].splitlines()
    return [(row, column, char) for row, line in enumerate(lines) for column, char in enumerate(line) if char in chars]


def test_each_type_has_a_mark_of_its_own_which_the_legend_explains() -> None:
    types = ("dense", "moe", "diffusion", "other", None, "novel")
    reports = [a_report(f"r{n}", n * B, n * T, model_type) for n, model_type in enumerate(types, 1)]
    picture = draw(between(reports), 100)
    assert [mark for _, _, mark in sorted(cells_of(picture, MARKS), key=lambda cell: cell[1])] == list("●◆▲■○○")
    assert "● dense   ◆ moe   ▲ diffusion   ■ other   ○ unknown" in picture.text
    assert len({cell_len(mark) for mark in MARKS}) == 1


def test_only_what_is_seen_is_explained() -> None:
    legend = draw(between([a_report("a", B, T)]), 80).text.splitlines()[-1]
    assert legend == "● dense"


def test_a_larger_value_lies_higher_and_further_right(shipped: Library) -> None:
    answer = shipped.plot("parameters", "tokens")
    values = sorted((point.x, point.y) for point in answer.points)
    for width in (60, 80, 120, 200):
        marks = sorted(((column, -row) for row, column, _ in cells_of(draw(answer, width), MARKS)))
        assert len(marks) == len(values) == 12
        for value, mark in zip(values, marks, strict=True):
            for other, other_mark in zip(values, marks, strict=True):
                assert value[0] <= other[0] or mark[0] >= other_mark[0]
                assert value[1] <= other[1] or mark[1] >= other_mark[1]


def test_the_line_of_twenty_tokens_a_parameter_is_drawn_and_named(shipped: Library) -> None:
    for width in (60, 200):
        picture = draw(shipped.plot("parameters", "tokens"), width)
        assert "⠤⠤ 20 tokens per parameter (Hoffmann et al. 2022," in picture.text
        assert "arXiv:2203.15556)" in picture.text
        rows = [row for _, row in sorted((column, -row) for row, column, _ in cells_of(picture, BRAILLE))]
        assert len(rows) > 10
        assert rows == sorted(rows)


def test_the_line_passes_through_the_points_that_lie_on_it() -> None:
    reports = [a_report("low", B, 20 * B), a_report("high", 100 * B, 2 * T), a_report("over", 10 * B, 2 * T)]
    picture = draw(between(reports))
    dots = {(row, column) for row, column, _ in cells_of(picture, BRAILLE)}
    low, over, high = sorted((column, row) for row, column, _ in cells_of(picture, MARKS))
    for column, row in (low, high):
        assert {(row + up, column + right) for up in (-1, 0, 1) for right in (-1, 1)} & dots
    column, row = over
    assert not {(row + up, column + right) for up in (-1, 0, 1) for right in (-1, 0, 1)} & dots


def test_the_line_ends_where_an_axis_begins_at_0() -> None:
    for few, many in ((0, 0), (0, 9), (0, B)):
        assert cells_of(draw(between([a_report("few", few, 1), a_report("many", many, 10 * T)])), MARKS)


def test_no_other_pair_of_fields_has_a_ratio_to_compare_with() -> None:
    ratio = reference_ratio(one_field("parameters"), one_field("tokens"))
    assert ratio is not None
    assert (ratio.value, ratio.source) == (20, "Hoffmann et al. 2022, arXiv:2203.15556")
    assert reference_ratio(one_field("tokens"), one_field("parameters")) is None
    assert reference_ratio(one_field("active_parameters"), one_field("tokens")) is None
    assert "⠤" not in draw(points((1, 2), (3, 4))).text


def missing(answer: Plot, picture: Picture) -> list[str]:
    """Return the names that do not stand in the picture, each as often as it is missing."""
    text, names = picture.text, []
    for name in sorted((point.name for point in answer.points), key=len, reverse=True):
        if name not in text:
            names.append(name)
        text = text.replace(name, "", 1)
    return names


def test_a_name_stands_whole_or_a_note_says_that_it_does_not(shipped: Library) -> None:
    for x, y in (("parameters", "tokens"), ("date", "params"), ("number", "date")):
        answer = shipped.plot(x, y)
        for width in WIDTHS:
            picture = draw(answer, width)
            unnamed, notes = missing(answer, picture), " ".join(picture.notes)
            listed = all(name in notes for name in unnamed)
            assert unnamed == [] or (f"{len(unnamed)} points" in notes if len(unnamed) > 5 else listed)
            hidden = len(answer.points) - len(cells_of(picture, MARKS))
            assert hidden == 0 or f"{hidden} point" in notes


def test_names_do_not_touch_one_another_or_a_point(shipped: Library) -> None:
    answer = shipped.plot("date", "params")
    for width in (60, 120, 200):
        body = draw(answer, width).text.split("\n\n")[0]
        for name in sorted((point.name for point in answer.points), key=len, reverse=True):
            body = body.replace(name, "\x00" * len(name), 1)
        lines = body.split("\n")[1:-3]
        assert [line for line in lines if re.search(rf"\x00\w|\w\x00|[{MARKS}]\x00|\x00[{MARKS}]", line)] == []


def test_marks_and_the_line_have_colors(shipped: Library) -> None:
    colored = draw(shipped.plot("parameters", "tokens"), 60, color=True).text
    assert "\x1b[38;5;63m●" in colored
    assert "\x1b[38;5;163m◆" in colored
    assert re.search("\x1b\\[38;5;131m[\u2801-\u28ff]", colored)


def test_hostile_and_wide_names_keep_the_width_and_the_points() -> None:
    positions = ((1, 1), (2, 2), (50, 2), (100, 100))
    for name in ("深度求索", "x" * 300, "🚀 lab", "a\x1b[31mb", "[bold]x[/bold]", "مدل", "● mark"):
        for width in (20, 60, 120):
            picture = draw(points(*positions, name=name), width)
            assert too_wide(picture, width) == []
            assert "\x1b" not in picture.text
            if cell_len(name) == len(name) and "●" not in name:
                assert cells_of(picture, MARKS) == cells_of(draw(points(*positions), width), MARKS)


def test_points_at_the_same_cell_are_counted() -> None:
    assert draw(points((1, 1), (1, 1), (1, 1), (9, 9))).notes == ("2 points hidden behind others",)
    assert draw(points((1, 1), (1, 1))).notes == ("1 point hidden behind another",)


def test_one_point_and_points_on_a_line_can_be_drawn() -> None:
    for answer in (points((5, 5)), points((0, 0)), points((1, 7), (2, 7)), points((3, 1), (3, 10**12))):
        for width in WIDTHS:
            picture = draw(answer, width)
            assert cells_of(picture, MARKS)
            assert too_wide(picture, width) == []


def test_a_picture_of_great_width_is_not_of_great_height(shipped: Library) -> None:
    answer = shipped.plot("parameters", "tokens")
    lines = [draw(answer, width).text.count("\n") for width in (200, 400, 800, 4_000)]
    assert lines == [lines[0], lines[0] + 25, lines[2], lines[2]]
    assert lines[2] < 110


def test_a_pipe_loads_no_picture() -> None:
    for arguments in (("plot",), ("timeline",), ("count", "rl")):
        assert {"reportcli.render.terminal.plot", "rich"} & loaded_by(*arguments) == set()
