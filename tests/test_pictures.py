"""Rules for every picture: it fits the width, color adds nothing else, hostile text is shown and not obeyed."""

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rich.cells import cell_len

from makers import a_report, hits, shipped_reports
from pictures import WIDTHS, draw, squeezed, too_wide, without_color
from reportcli.answer import Answer
from reportcli.answer.action import ActionResult
from reportcli.answer.check import CheckReport, Finding
from reportcli.answer.comparison import compare_reports
from reportcli.answer.count import CountTable, build_count_table, count_values
from reportcli.answer.details import ReportDetails
from reportcli.answer.lineage import BUILDS_ON, TAUGHT_BY, Lineage, LineageGraph, LineageNode, Relation, build_lineage
from reportcli.answer.listing import Listing, parse_columns
from reportcli.answer.plot import Plot, Point
from reportcli.answer.table import Table
from reportcli.answer.technique import TechniqueDetails
from reportcli.answer.timeline import Timeline
from reportcli.library import Library
from reportcli.query.names import ReportMatch
from reportcli.query.parser import parse_query
from reportcli.query.subject import FIELDS_BY_PATH, Subject
from reportcli.render.terminal.screen import Picture
from reportcli.report.fields import ARRAYS, Architecture, Links, Model, Note, Posttraining, Pretraining, Report
from reportcli.report.techniques import Technique, Vocabulary
from terminal import on_terminal

SHIPPED = shipped_reports()
NARROW = (CountTable, Timeline, Plot, Lineage)  # pictures that stay whole on a screen of 24 columns


def listing(*reports: Report, query: str = "", columns: tuple[str, ...] = ()) -> Listing:
    parsed = parse_query(query) if query else None
    return Listing(hits(*reports), parse_columns(columns or ("id",)), query=parsed, chosen=bool(columns))


def side_by_side(*ids: str) -> Answer:
    return compare_reports([ReportMatch(SHIPPED[report_id]) for report_id in ids])


def listings(_: Library) -> Iterator[Answer]:
    yield listing(*SHIPPED.values())
    for query in ("model", "rl:grpo kl:no", '"mixture of experts" or sft'):
        yield listing(*SHIPPED.values(), query=query)
    for columns in (
        ("id", "name", "title", "summary"),
        ("name", "models.name", "models.parameters"),
        ("name", "note", "sources", "confidence"),
        ("name", "techniques", "tags", "rewards", "teachers"),
        ("license",),
        ("name", "rl_algorithm", "hardware", "pdf", "huggingface"),
    ):
        yield listing(*SHIPPED.values(), columns=columns)


def details(_: Library) -> Iterator[Answer]:
    for report_id in ("qwen3", "seedream-3.0"):
        yield ReportDetails((ReportMatch(SHIPPED[report_id]),), sources=True)
    yield ReportDetails((ReportMatch(SHIPPED["qwen3"], SHIPPED["qwen3"].models[0]), ReportMatch(SHIPPED["dots.llm1"])))
    yield ReportDetails((ReportMatch(SHIPPED["qwen3"]),), topics=("rl",))


def counts(catalog: Library) -> Iterator[Answer]:
    for name, by in (
        ("technique", ""), ("license", ""), ("params", ""), ("org", "month"), ("rl", "quarter"), ("license", "year"),
        ("summary", ""), ("context", "month"),
    ):  # fmt: skip
        yield catalog.count(name, by=by)


def plots(catalog: Library) -> Iterator[Answer]:
    for x, y in (
        ("parameters", "tokens"), ("date", "flops"), ("date", "params"), ("layers", "context"), ("number", "date"),
    ):  # fmt: skip
        yield catalog.plot(x, y)


ANSWERS: dict[str, Callable[[Library], Iterator[Answer]]] = {
    "listing": listings,
    "details": details,
    "comparison": lambda _: (side_by_side(*list(SHIPPED)[:count]) for count in (1, 3, 9)),
    "count": counts,
    "plot": plots,
    "timeline": lambda catalog: iter([catalog.timeline(), catalog.timeline(date_field="first_published")]),
    "lineage": lambda catalog: map(catalog.lineage, (None, "DeepSeek-R1", "Llama 3", "Qwen2.5", "MiMo-VL")),
    "disclosure": lambda catalog: iter([catalog.disclosure(), catalog.disclosure(by="year")]),
    "technique": lambda catalog: iter([catalog.term("GRPO"), catalog.terms(), catalog.fields()]),
}


@pytest.mark.parametrize("kind", list(ANSWERS))
def test_a_picture_fits_every_width_and_color_adds_nothing_else(shipped: Library, kind: str) -> None:
    for answer in ANSWERS[kind](shipped):
        for width in WIDTHS if kind != "comparison" else WIDTHS[2:]:
            plain = draw(answer, width)
            assert too_wide(plain, width) == []
            assert plain.text.endswith("\n")
            assert [line for line in plain.text.splitlines() if line != line.rstrip()] == []
            assert "\x1b" not in plain.text
        colored = draw(answer, 200, color=True)
        assert "\x1b[" in colored.text
        assert [line.rstrip() for line in without_color(colored.text).splitlines()] == plain.text.splitlines()
        assert colored.notes == plain.notes


def luminance(color: int) -> float:
    """Return the relative luminance of one of the 240 colors that no theme changes, as WCAG 2 defines it."""
    levels = (0, 95, 135, 175, 215, 255)
    parts = [levels[(color - 16) // 6**power % 6] for power in (2, 1, 0)] if color < 232 else [10 * color - 2312] * 3
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in (q / 255 for q in parts))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_color_can_be_read_on_black_and_on_white(shipped: Library) -> None:
    codes = set[str]()
    for answers in ANSWERS.values():
        for answer in answers(shipped):
            codes |= set(re.findall(r"\x1b\[([\d;]*)m", draw(answer, 120, color=True).text))
    for code in codes - {"0", "1"}:
        color = re.fullmatch(r"(?:1;)?38;5;(\d+)", code)  # not dim, nor one of the 16 colors that a theme changes
        assert color, code
        assert (luminance(int(color[1])) + 0.05) / 0.05 >= 4.5
        assert 1.05 / (luminance(int(color[1])) + 0.05) >= 4.5


def test_nothing_found_is_nothing_shown() -> None:
    date = FIELDS_BY_PATH["date"]
    (layers,) = parse_columns(["layers"])
    for answer in (
        listing(), listing(query="grpo"), Timeline((), date), Plot(layers, layers, ()), Table(("id",), ()),
        CountTable(layers, ()), CountTable(layers, (), ()), Lineage(LineageGraph((), ())), CheckReport(()),
    ):  # fmt: skip
        assert draw(answer) == Picture("", ())


# Hostile and wide text.


def filled(text: str) -> Report:
    """Return a report that has the text in every field that holds texts."""
    texts = (text, text)

    def table(kind: Any) -> Any:
        values: dict[Any, Any] = {
            str: text, str | None: text, tuple[str, ...]: texts, int | None: 7, float | None: 0.5, bool | None: False,
        }  # fmt: skip
        return kind(**{
            field.name: (table(ARRAYS[field.type]),) if field.type in ARRAYS else values[field.type]
            for field in dataclasses.fields(kind)
        })  # fmt: skip

    return Report(
        id=text, name=text, title=f"{text}!", aliases=texts, organizations=texts, date=datetime.date(2025, 1, 2),
        arxiv_version=text, summary=text, tags=texts, license=text, flagship=text, based_on=texts, techniques=texts,
        corrections=texts, links=table(Links), models=(Model(name=text, type=text, parameters=7), Model(name=text)),
        architecture=table(Architecture), pretraining=table(Pretraining), posttraining=table(Posttraining),
        notes=(Note(topic=text, text=text, detail=texts), Note(topic="rl", text=text, detail=texts)),
        sources={text: text, "title": text}, confidence={text: text, "links": text},
    )  # fmt: skip


def answers_about(text: str) -> Iterator[Answer]:
    report, other = filled(text), a_report("other")
    yield listing(report, other)
    yield listing(report, query="x or math or not x")
    yield Table(("id",), ({"id": text},))
    yield listing(report, columns=("id", "name", "summary", "sources", "techniques", "note"))
    yield ReportDetails((ReportMatch(report),), sources=True)
    yield ReportDetails((ReportMatch(report, report.models[-1]),))
    yield ReportDetails((ReportMatch(report),), topics=("rl",))
    yield compare_reports([ReportMatch(report), ReportMatch(other)])
    yield compare_reports([ReportMatch(report, dataclasses.replace(report.models[0], name=report.name + " x"))])
    for step in ("", "month"):
        subjects = [Subject(each, Vocabulary) for each in (report, other)]
        yield build_count_table(count_values(subjects, FIELDS_BY_PATH["license"], (), step, FIELDS_BY_PATH["date"]))
    yield Timeline(hits(report, other), FIELDS_BY_PATH["date"])
    x, y = parse_columns(["layers", "hidden_size"])
    yield Plot(x, y, tuple(Point(f"p{n}", text, "moe", *at) for n, at in enumerate([(1, 1), (2, 2), (50, 2)])))
    node, outside = LineageNode(text, "text", report.date), LineageNode(f"{text}!")
    plain = LineageNode("plain", "plain", report.date)
    relations = (Relation(plain, BUILDS_ON, node), Relation(node, BUILDS_ON, outside), Relation(node, TAUGHT_BY, plain))
    graph = LineageGraph((node, plain, outside), relations)
    yield from (build_lineage(graph), build_lineage(graph, "text"), build_lineage(graph, "plain"))
    yield TechniqueDetails(Technique(text, text, (text,), "rl", text, text, text), (report,))
    yield CheckReport((Finding(text, 1, 2, text, text, "remark"),))


def seen(picture: Picture) -> str:
    """Return the texts of a picture and its notes, without counts and bars beside them."""
    text = re.sub(r"(\s\s+(·|[\d,]+))+(\s+[█▉▊▋▌▍▎▏]+)?$", "", without_color(picture.text), flags=re.M)
    return squeezed(text + " ".join(picture.notes) + by_column(without_color(picture.text)))


def by_column(text: str) -> str:
    """Return a table column by column, so that a text in several lines of one column is whole."""
    starts = [match.start() for match in re.finditer(r"\S+( \S+)*", text.partition("\n")[0])]
    columns = dict.fromkeys(starts, "")
    for line in text.splitlines()[2:]:
        position = 0
        for char in line:
            columns[max((start for start in starts if start <= position), default=starts[0])] += char
            position += cell_len(char)
    return "".join(columns.values())


MARKUP = r"[bold]x[/bold] [/]x[/nothing] [link=https://evil.example]x[/link] :smile: \[x]"
CONTROLS = {
    "a\x1b[31mx": r"a\x1b[31mx",
    "a\x1b]0;x\x07b": r"a\x1b]0;x\x07b",
    "a\x1b]8;;http://x\x1b\\b": r"a\x1b]8;;http://x\x1b\b",
    "a\x9b31mx": r"a\x9b31mx",
    "a\x08\x08x": r"a\x08\x08x",
    "a\x00x\x7f": r"a\x00x\x7f",
    "a\u202ex\u202c": r"a\x202ex\x202c",
    "a\u2066x\u2069": r"a\x2066x\x2069",
    "a\u200b\ufeffx": r"a\x200b\xfeffx",
    "a\rx\ty\nz\x0b\u2028\u2029\x85": "axyz",
}
WIDE = "深度求索 통의 첸원 🚀🔥 👩‍🔬 lab Ｑｗｅｎ Tu\u0308lu مدل زبانی"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(MARKUP, MARKUP, id="markup"),
        pytest.param("|".join(CONTROLS), "|".join(CONTROLS.values()), id="controls"),
        pytest.param(WIDE, WIDE, id="wide and joined characters"),
    ],
)
def test_hostile_text_is_shown_and_not_obeyed(text: str, shown: str) -> None:
    for answer in answers_about(text):
        narrow = 24 if isinstance(answer, NARROW) else 60
        for width, color in ((narrow, False), (120, True)):
            picture = draw(answer, width, color)
            if text != WIDE:
                plain = without_color(picture.text)
                assert {char for char in plain if not char.isprintable()} == {"\n"}
            assert squeezed(shown) in seen(picture)
            assert too_wide(picture, width) == []


@pytest.mark.parametrize("text", ["x" * 300, "long name " * 30, "深" * 150])
def test_a_name_longer_than_the_screen_is_broken_and_not_cut(text: str) -> None:
    for answer in answers_about(text):
        for width in (24 if isinstance(answer, NARROW) else 60, 120):
            picture = draw(answer, width)
            assert too_wide(picture, width) == []
            if not isinstance(answer, (Plot, TechniqueDetails)):
                assert squeezed(text) in seen(picture)


def test_a_column_after_wide_characters_stays_straight() -> None:
    for name in WIDE.split():
        reports = (a_report("a", name=name), a_report("b", name="plain"))
        lines = draw(listing(*reports)).text.splitlines()
        starts = [cell_len(line[: line.index("2025-01-02")]) for line in lines if "2025-01-02" in line]
        assert len(starts) == 2
        assert starts[0] == starts[1]


def test_a_path_and_an_address_stand_whole_on_one_line() -> None:
    address = "https://example.org/" + "long/" * 40
    assert draw(ActionResult("x", "address", (address, "a\x1b[2Jb")), 20).text == f"{address}\na\\x1b[2Jb\n"


@pytest.mark.slow
@pytest.mark.parametrize("command", ["count org --by month", "timeline", "plot", "lineage", "lineage DeepSeek-R1"])
def test_a_terminal_of_any_width_shows_it(command: str) -> None:
    for width in (40, 80, 200):
        written, code = on_terminal(f"reportcli {command} --no-pager", columns=width)
        lines = without_color(written).splitlines()
        assert code == 0
        assert len(lines) > 5
        assert max(cell_len(line) for line in lines if not line.startswith("note")) <= width
