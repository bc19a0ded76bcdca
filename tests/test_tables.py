"""Pictures for a terminal: they fit the width, cut no name and no number, and show hostile text instead of obeying."""

import dataclasses
import datetime
import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from rich.cells import cell_len

from makers import hits
from reportcli.answer import Answer
from reportcli.answer.comparison import Comparison, compare_reports
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing, parse_columns
from reportcli.catalog.files import read_report, shipped_folder
from reportcli.query.names import ReportMatch
from reportcli.query.parser import parse_query
from reportcli.render import formats
from reportcli.render.terminal.listing import SCREEN
from reportcli.render.terminal.screen import Picture
from reportcli.report.fields import Architecture, Links, Model, Note, Posttraining, Pretraining, Report

REPORTS = {path.stem: read_report(str(path)) for path in sorted(shipped_folder().glob("*.toml"))}
WIDTHS = (60, 69, 70, 80, 100, 120, 200)
SGR = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
each_width = pytest.mark.parametrize("width", WIDTHS)
each_report = pytest.mark.parametrize("id", list(REPORTS))


def draw(answer: Answer, width: int, color: bool = False) -> Picture:
    return formats.draw(answer, width, color)


def listing(*reports: Report, query: str = "", chosen: Sequence[str] = ()) -> Listing:
    asked = parse_query(query) if query else None
    return Listing(hits(*reports), parse_columns(chosen or ("id",)), query=asked, chosen=bool(chosen))


def side_by_side(*ids: str) -> Comparison:
    return compare_reports([ReportMatch(REPORTS[id]) for id in ids])


def too_wide(picture: Picture, width: int) -> list[str]:
    return [line for line in SGR.sub("", picture.text).splitlines() if cell_len(line) > width]


def squeezed(text: str) -> str:
    """The text without the spaces and line ends that wrapping changes."""
    return re.sub(r"\s+", "", text)


def test_techniques_that_all_share_are_shown_and_not_obeyed() -> None:
    hostile = [dataclasses.replace(report, techniques=("\x1b[2J", "[b]x[/b]")) for report in list(REPORTS.values())[:2]]
    shown = draw(compare_reports(list(map(ReportMatch, hostile))), 120).text
    assert "techniques of all: \\x1b[2J, [b]x[/b]" in shown
    assert "\x1b" not in shown


# The width of the screen.


@each_width
def test_the_list_of_all_reports_fits_the_screen(width: int) -> None:
    assert too_wide(draw(listing(*REPORTS.values()), width), width) == []


@each_width
@pytest.mark.parametrize("query", ["grpo", "rl:grpo kl:no", "model", "params:1B..", '"mixture of experts" or sft'])
def test_a_search_fits_the_screen(width: int, query: str) -> None:
    assert too_wide(draw(listing(*REPORTS.values(), query=query), width), width) == []


@each_width
@each_report
def test_the_page_of_a_report_fits_the_screen(width: int, id: str) -> None:
    assert too_wide(draw(ReportDetails((ReportMatch(REPORTS[id]),)), width), width) == []
    assert too_wide(draw(ReportDetails((ReportMatch(REPORTS[id]),), sources=True), width), width) == []


@each_width
@each_report
def test_a_report_beside_another_fits_the_screen(width: int, id: str) -> None:
    assert too_wide(draw(side_by_side(id, "qwen3"), width), width) == []


@each_width
@pytest.mark.parametrize("count", [1, 3, 4, 7, 36])
def test_many_reports_side_by_side_fit_the_screen(width: int, count: int) -> None:
    assert too_wide(draw(side_by_side(*list(REPORTS)[:count]), width), width) == []


@each_width
@pytest.mark.parametrize(
    "chosen",
    [
        ("id", "name", "title", "summary"),
        ("summary", "name", "date"),
        ("name", "models.name", "models.parameters"),
        ("name", "note", "sources", "confidence"),
        ("name", "techniques", "tags", "rewards", "teachers"),
        ("license",),
        ("name", "rl_algorithm", "hardware", "pdf", "huggingface"),
    ],
)
def test_chosen_columns_fit_the_screen(width: int, chosen: tuple[str, ...]) -> None:
    assert too_wide(draw(listing(*REPORTS.values(), chosen=chosen), width), width) == []


# Names and numbers stand whole.


@each_width
def test_every_name_and_date_stands_whole_in_the_list(width: int) -> None:
    text = draw(listing(*REPORTS.values()), width).text
    lines = text.splitlines()
    for report in REPORTS.values():
        assert any(report.name in line for line in lines), report.name
    for report in REPORTS.values():
        assert text.count(str(report.date)) >= 1
    assert "…" not in text


@each_width
def test_the_list_keeps_the_order_of_the_answer(width: int) -> None:
    names = ["Qwen3", "Magistral", "OLMo 2", "Gemma 3", "Kimi-VL"]
    answer = listing(*(report for name in names for report in REPORTS.values() if report.name == name))
    text = draw(answer, width).text
    assert sorted(names, key=text.index) == names


def test_a_wide_list_has_every_column_and_a_narrow_one_keeps_the_first() -> None:
    wide = draw(listing(*REPORTS.values()), 250).text.splitlines()[0].split("  ")
    assert [heading.strip() for heading in wide if heading.strip()] == [column.heading for column in SCREEN]
    for width in (70, 80, 120):
        headings = draw(listing(*REPORTS.values()), width).text.splitlines()[0]
        assert headings.split()[0] == "name"
        assert "date" in headings


def test_what_is_left_out_of_chosen_columns_is_said() -> None:
    chosen = ("name", "organizations", "license", "rl_algorithm", "optimizer", "hardware")
    picture = draw(listing(*REPORTS.values(), chosen=chosen), 80)
    assert len(picture.notes) == 1
    assert picture.notes[0].startswith("no room for ")
    left_out = picture.notes[0].removeprefix("no room for ").split(", ")
    headings = picture.text.splitlines()[0]
    assert [label for label in left_out if label in headings] == []
    assert draw(listing(*REPORTS.values(), chosen=("name", "date")), 80).notes == ()


def test_one_column_too_wide_for_the_screen_is_shown_all_the_same() -> None:
    picture = draw(listing(REPORTS["qwen3"], chosen=("pdf",)), 70)
    assert "https://arxiv.org/pdf/2505.09388v1" in picture.text
    long = dataclasses.replace(REPORTS["qwen3"], license="A license of many words " * 10)
    assert squeezed("A license of many words " * 10) in squeezed(draw(listing(long, chosen=("license",)), 70).text)


@pytest.mark.parametrize(
    ("width", "ids"),
    [
        (60, ("qwen3", "dots.llm1")),
        (80, ("qwen3", "deepseek-v3")),
        (80, ("qwen3", "dots.llm1", "deepseek-v3", "minimax-m1")),
        (120, ("acereason-nemotron-1.1", "qwen2.5-math-prm", "seed1.5-thinking", "phi-4-reasoning")),
        (200, ("tulu-3", "tulu-3-2025", "llama-nemotron")),
    ],
)
def test_names_and_figures_stand_whole_in_a_comparison(width: int, ids: tuple[str, ...]) -> None:
    text = draw(side_by_side(*ids), width).text
    assert "…" not in text
    for id in ids:
        assert squeezed(REPORTS[id].name) in squeezed(text)
    if ids == ("qwen3", "deepseek-v3"):
        for figure in ("235B", "22B", "671B", "37B", "36T", "14.8T"):
            assert re.search(rf"(?<![\w.]){re.escape(figure)}(?![\w.])", text), figure


@pytest.mark.parametrize(("width", "ids"), [(60, ("qwen3", "dots.llm1")), (120, ("qwen3", "dots.llm1", "deepseek-v3"))])
def test_reports_side_by_side_share_their_lines(width: int, ids: tuple[str, ...]) -> None:
    lines = draw(side_by_side(*ids), width).text.splitlines()
    assert [line for line in lines if line.split() == [REPORTS[id].name for id in ids]]
    dates = [line for line in lines if all(str(REPORTS[id].date) in line for id in ids)]
    assert len(dates) == 1


def test_a_difference_is_marked_and_an_unknown_is_not() -> None:
    one = dataclasses.replace(bare("one"), license="MIT")
    lines = draw(compare_reports([ReportMatch(one), ReportMatch(bare("two"))]), 80).text.splitlines()
    assert [line.split() for line in lines if "license" in line] == [["license", "MIT"]]
    other = dataclasses.replace(bare("two"), license="BSD")
    lines = draw(compare_reports([ReportMatch(one), ReportMatch(other)]), 80).text.splitlines()
    assert [line.split() for line in lines if "license" in line] == [["≠", "license", "MIT", "BSD"]]


@each_width
def test_a_page_says_all_that_the_catalogue_knows(width: int) -> None:
    report = REPORTS["qwen3"]
    text = squeezed(draw(ReportDetails((ReportMatch(report),), sources=True), width).text.replace("•", ""))
    known = [
        report.name, report.title, report.summary, "2025-05-14", "2025-05-13", "Apache-2.0", *report.corrections,
        *(note.text for note in report.notes), *(detail for note in report.notes for detail in note.detail),
        *report.pretraining.stages, *report.posttraining.stages, *report.posttraining.teachers,
        *report.techniques, *report.tags, *(model.name for model in report.models),
        *report.sources.values(), *report.confidence.values(), "235B", "36T", "128K", "151,669",
    ]  # fmt: skip
    assert [part for part in known if squeezed(part) not in text] == []


def test_sources_stay_away_unless_asked_for() -> None:
    report = REPORTS["qwen3"]
    text = squeezed(draw(ReportDetails((ReportMatch(report),)), 120).text)
    assert squeezed(report.sources["pretraining.tokens"]) not in text


def test_the_notes_under_one_topic_stand_alone() -> None:
    text = draw(ReportDetails((ReportMatch(REPORTS["qwen3"]),), topic="rl"), 80).text
    assert "3,995 query-verifier pairs" in text
    assert "Six dense sizes" not in text
    assert text.startswith("Qwen3")


def test_nothing_found_is_nothing_shown() -> None:
    assert draw(listing(), 80) == Picture("", ())
    assert draw(listing(query="grpo"), 80) == Picture("", ())


# Colour changes no letter.

ANSWERS: dict[str, Callable[[], Answer]] = {
    "list": lambda: listing(*REPORTS.values()),
    "search": lambda: listing(*REPORTS.values(), query="grpo kl"),
    "page": lambda: ReportDetails((ReportMatch(REPORTS["qwen3"]), ReportMatch(REPORTS["tulu-3"])), sources=True),
    "model": lambda: ReportDetails((ReportMatch(REPORTS["qwen3"], REPORTS["qwen3"].models[0]),)),
    "topic": lambda: ReportDetails((ReportMatch(REPORTS["qwen3"]),), topic="rl"),
    "comparison": lambda: side_by_side("qwen3", "deepseek-v3", "tulu-3"),
}


@each_width
@pytest.mark.parametrize("kind", list(ANSWERS))
def test_colour_only_adds_colour(kind: str, width: int) -> None:
    plain, coloured = draw(ANSWERS[kind](), width), draw(ANSWERS[kind](), width, color=True)
    assert "\x1b" not in plain.text
    assert "\x1b[" in coloured.text
    stripped = [line.rstrip() for line in SGR.sub("", coloured.text).splitlines()]
    assert stripped == plain.text.splitlines()
    assert coloured.notes == plain.notes


@each_width
@pytest.mark.parametrize("kind", list(ANSWERS))
def test_no_line_ends_in_blanks_and_the_text_ends_its_last_line(kind: str, width: int) -> None:
    text = draw(ANSWERS[kind](), width).text
    assert text.endswith("\n")
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_what_matched_is_marked() -> None:
    text = draw(listing(REPORTS["magistral"], query="grpo"), 100, color=True).text
    assert re.search(r"\x1b\[1;35mgrpo\x1b\[0m", text, re.I)


# Hostile and wide text.


def bare(id: str, **known: Any) -> Report:
    usual: dict[str, Any] = {
        "name": id, "title": "T", "organizations": ("O",), "date": datetime.date(2025, 1, 2), "summary": "S.",
        "tags": ("math",),
    }  # fmt: skip
    return Report(id=id, **(usual | known))


def filled(text: str) -> Report:
    """A report that says the text in every place where a text may stand."""
    texts = (text, text)

    def table(kind: Any, **known: Any) -> Any:
        values = {str | None: text, tuple[str, ...]: texts, int | None: 7, bool | None: False}
        return kind(**{field.name: values[field.type] for field in dataclasses.fields(kind)} | known)

    return Report(
        id=text, name=text, title=f"{text}!", aliases=texts, organizations=texts, date=datetime.date(2025, 1, 2),
        arxiv_version=text, summary=text, tags=texts, license=text, flagship=text, based_on=texts, techniques=texts,
        corrections=texts, links=table(Links), models=(Model(name=text, type=text, parameters=7), Model(name=text)),
        architecture=table(Architecture), pretraining=table(Pretraining), posttraining=table(Posttraining),
        notes=(Note(topic=text, text=text, detail=texts), Note(topic="rl", text=text, detail=texts)),
        sources={text: text, "title": text}, confidence={text: text, "links": text},
    )  # fmt: skip


def pictures_of(report: Report, width: int, color: bool) -> list[Picture]:
    return [
        draw(listing(report), width, color),
        draw(listing(report, query="x or math or not x"), width, color),
        draw(listing(report, chosen=("id", "name", "summary", "sources", "techniques", "note")), width, color),
        draw(ReportDetails((ReportMatch(report),), sources=True), width, color),
        draw(ReportDetails((ReportMatch(report, report.models[-1]),)), width, color),
        draw(ReportDetails((ReportMatch(report),), topic="rl"), width, color),
        draw(compare_reports([ReportMatch(report), ReportMatch(bare("other"))]), width, color),
        draw(
            compare_reports([ReportMatch(report, dataclasses.replace(report.models[0], name=report.name + " x"))]),
            width,
            color,
        ),
    ]


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[bold]x[/bold]", id="markup"),
        pytest.param("[/]x[/nothing]", id="closing markup"),
        pytest.param("[link=https://evil.example]x[/link]", id="link markup"),
        pytest.param(":smile: x", id="emoji code"),
        pytest.param("\\[x]", id="backslash"),
    ],
)
def test_what_looks_like_markup_is_shown_as_it_is(text: str, width: int) -> None:
    for picture in pictures_of(filled(text), width, color=False):
        assert squeezed(text) in squeezed(picture.text)
        assert too_wide(picture, width) == []


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("a\x1b[31mx", r"a\x1b[31mx", id="CSI"),
        pytest.param("a\x1b]0;x\x07b", r"a\x1b]0;x\x07b", id="OSC with BEL"),
        pytest.param("a\x1b]8;;http://x\x1b\\b", r"a\x1b]8;;http://x\x1b\b", id="OSC hyperlink"),
        pytest.param("a\x9b31mx", r"a\x9b31mx", id="C1 CSI"),
        pytest.param("a\x08\x08x", r"a\x08\x08x", id="backspace"),
        pytest.param("a\x00x\x7f", r"a\x00x\x7f", id="NUL and DEL"),
        pytest.param("a\u202ex\u202c", r"a\x202ex\x202c", id="override"),
        pytest.param("a\u2066x\u2069", r"a\x2066x\x2069", id="isolate"),
        pytest.param("a\rx\ty\nz\x0b\u2028\u2029\x85", "axyz", id="lines"),
        pytest.param("a\u200b\ufeffx", r"a\x200b\xfeffx", id="nothing to see"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(text: str, shown: str, width: int, color: bool) -> None:
    for picture in pictures_of(filled(text), width, color):
        plain = SGR.sub("", picture.text) if color else picture.text
        assert {letter for letter in plain if not letter.isprintable()} == {"\n"}
        assert squeezed(shown) in squeezed(plain)
        assert too_wide(picture, width) == []


@pytest.mark.parametrize("width", [60, 80, 120, 200])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("深度求索", id="CJK"),
        pytest.param("통의 첸원", id="Hangul"),
        pytest.param("🚀🔥", id="emoji"),
        pytest.param("👩‍🔬 lab", id="joined emoji"),
        pytest.param("Ｑｗｅｎ", id="full width"),
        pytest.param("Tu\u0308lu", id="combining"),
        pytest.param("مدل زبانی", id="Persian"),
    ],
)
def test_wide_and_joined_letters_keep_the_width(name: str, width: int) -> None:
    for picture in pictures_of(filled(name), width, color=False):
        assert squeezed(name) in squeezed(picture.text)
        assert too_wide(picture, width) == []
    lines = draw(listing(bare("a", name=name), bare("b", name="plain")), 80).text.splitlines()
    starts = [cell_len(line[: line.index("2025-01-02")]) for line in lines if "2025-01-02" in line]
    assert len(starts) == 2
    assert starts[0] == starts[1]


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_name_longer_than_the_screen_is_not_cut(width: int) -> None:
    for text in ("x" * 300, "long name " * 30, "深" * 150):
        for picture in pictures_of(filled(text), width, color=False):
            assert too_wide(picture, width) == []
        text_of_list = draw(listing(bare("a", name=text)), width).text
        assert squeezed(text) in squeezed(text_of_list)
