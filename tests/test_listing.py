"""Reports one after another: columns and their order, where a report matches, how it looks."""

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from makers import a_report, hits, shipped_reports
from pictures import WIDTHS, draw, squeezed
from reportcli.answer.details import full_record
from reportcli.answer.listing import PIPE_COLUMNS, Listing, SortAndLimit, parse_columns, parse_sort_keys
from reportcli.errors import ReportcliError, UnknownField, UnsuitableField
from reportcli.library import Library
from reportcli.query.conditions import Words
from reportcli.query.parser import parse_query
from reportcli.query.subject import Hits
from reportcli.render.terminal.listing import LIST_COLUMNS
from reportcli.render.terminal.snippet import snippet
from reportcli.report.fields import Report
from test_comparison import BIG

SHIPPED = shipped_reports()


def listing(*reports: Report, query: str = "", columns: tuple[str, ...] = ()) -> Listing:
    parsed = parse_query(query) if query else None
    return Listing(hits(*reports), parse_columns(columns or ("id",)), query=parsed, chosen=bool(columns))


def test_columns_mean_the_figures_of_the_flagship() -> None:
    assert [column.path for column in PIPE_COLUMNS] == [
        "id", "name", "date", "organizations", "derived.parameters", "derived.active_parameters", "pretraining.tokens",
    ]  # fmt: skip


def test_a_column_goes_by_short_names_singular_and_plural() -> None:
    for name, path in (
        ("params", "derived.parameters"), ("active", "derived.active_parameters"), ("org", "organizations"),
        ("context", "derived.context_length"), ("models.parameters", "models.parameters"), ("tag", "tags"),
        ("organization", "organizations"), ("technique", "techniques"), ("rl", "posttraining.rl_family"),
        ("kl", "posttraining.kl_penalty"), ("KL", "posttraining.kl_penalty"), ("flops", "derived.training_flops"),
        ("rl-algorithm", "posttraining.rl_algorithm"),
    ):  # fmt: skip
        assert [column.path for column in parse_columns([name])] == [path]


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(UnknownField, match="unknown field 'paramters'") as caught:
        parse_columns(["name", "paramters"])
    assert "parameters" in caught.value.hint
    assert caught.value.exit_code == 2


def test_sort_keys_are_fields_with_a_direction() -> None:
    keys = [(key.path, descends) for key, descends in parse_sort_keys("date,-parameters, name")]
    assert keys == [("date", False), ("derived.parameters", True), ("name", False)]


@pytest.mark.parametrize("text", ["daet", "-", "date,paramters", "--help", "date;name", "😀"])
def test_an_unknown_sort_key_is_an_error_of_ours(text: str) -> None:
    with pytest.raises(UnknownField) as caught:
        parse_sort_keys(text)
    assert isinstance(caught.value, ReportcliError)


@pytest.mark.parametrize(
    ("text", "meant"), [("tokens:desc", "-tokens"), ("tokens  DESCENDING", "-tokens"), ("name,date:asc", "date")]
)
def test_a_direction_in_words_is_answered_with_its_sign(text: str, meant: str) -> None:
    with pytest.raises(UnknownField, match=f"did you mean {meant}"):
        parse_sort_keys(text)


@pytest.mark.parametrize("text", ["sources", "-confidence", "date,sources"])
def test_a_table_of_texts_gives_no_order(text: str) -> None:
    with pytest.raises(UnsuitableField, match="cannot be used for sorting"):
        parse_sort_keys(text)


def test_a_listing_has_the_shapes_of_an_answer() -> None:
    answer = Listing(hits(BIG), parse_columns(["id", "params", "models.parameters"]))
    assert answer.header == ("id", "parameters", "models.parameters")
    assert list(answer.rows()) == [("big", 100, (100, 1))]
    assert list(answer.ids()) == ["big"]
    assert list(answer.records()) == [full_record(BIG)]


def test_a_search_says_where_a_report_matches() -> None:
    (hit,) = hits(BIG, score=0.123_456_789)
    [record] = Listing((hit,), parse_columns(["id"]), query=Words(("rope",))).records()
    matches = [
        {
            "field": "architecture.position",
            "text": "RoPE",
            "words": ["rope"],
            "weight": 1.0,
            "values": [],
            "condition": "rope",
        }
    ]
    assert record == full_record(BIG) | {"score": 0.123457, "matches": matches}


def test_texts_are_sorted_without_case_and_accents_and_their_numbers_by_value() -> None:
    names = ["Äpfel", "apple", "École", "Gemma 2", "Gemma 10", "Łucja", "Zebra"]
    reports = Hits.of(hits(*(a_report(str(number), name=name) for number, name in enumerate(reversed(names)))))
    assert [hit.report.name for hit in SortAndLimit(parse_sort_keys("name")).apply(reports)] == names


def test_unknown_values_come_last_in_either_direction() -> None:
    reports = Hits.of(hits(a_report("a"), a_report("b", license="B"), a_report("c", license="a")))
    for key, expected in (("license", "cba"), ("-license", "bca")):
        assert "".join(hit.report.id for hit in SortAndLimit(parse_sort_keys(key)).apply(reports)) == expected
    assert "".join(hit.report.id for hit in SortAndLimit((), True, 2).apply(reports)) == "cb"


# Pictures.


def test_every_name_and_date_stands_whole_and_in_order() -> None:
    for width in WIDTHS[2:]:
        text = draw(listing(*SHIPPED.values()), width).text
        lines = text.splitlines()
        assert "…" not in text
        assert [report.id for report in SHIPPED.values() if not any(report.name in line for line in lines)] == []
        assert [report.id for report in SHIPPED.values() if str(report.date) not in text] == []
        reports = [SHIPPED[report_id] for report_id in ("qwen3", "magistral", "olmo-2", "gemma-3", "kimi-vl")]
        names = [report.name for report in reports]
        assert sorted(names, key=draw(listing(*reports), width).text.index) == names


def test_a_wide_list_has_every_column_and_a_narrow_one_keeps_the_first() -> None:
    wide = draw(listing(*SHIPPED.values()), 250).text.splitlines()[0].split("  ")
    headings = ["size" if column.key == "parameters" else column.heading for column in LIST_COLUMNS]
    assert [heading.strip() for heading in wide if heading.strip()] == headings
    for width in (70, 80, 120):
        headings = draw(listing(*SHIPPED.values()), width).text.splitlines()[0]
        assert headings.split()[0] == "name"
        assert "date" in headings


def test_a_note_names_hidden_columns() -> None:
    columns = ("name", "organizations", "license", "rl_algorithm", "optimizer", "hardware")
    picture = draw(listing(*SHIPPED.values(), columns=columns))
    [note] = picture.notes
    assert note.startswith("columns hidden (terminal too narrow): ")
    hidden = note.partition(": ")[2].split(", ")
    headings = picture.text.splitlines()[0]
    assert [heading for heading in hidden if heading in headings] == []
    assert draw(listing(*SHIPPED.values(), columns=("name", "date"))).notes == ()


def test_chosen_texts_become_narrow_before_a_column_is_hidden() -> None:
    columns = ("name", "hardware", "params", "gpu_hours", "kv_cache_128k", "tokens")
    picture = draw(listing(*SHIPPED.values(), columns=columns), 80)
    first, second = picture.text.splitlines()[:2]
    assert re.split(r"\s{2,}", first.strip()) == ["GPU", "KV cache"]
    assert re.split(r"\s{2,}", second.strip()) == ["name", "hardware", "parameters", "hours", "at 128K", "tokens"]
    assert picture.notes == ()


def test_a_single_column_that_is_too_wide_is_shown_all_the_same() -> None:
    picture = draw(listing(SHIPPED["qwen3"], columns=("pdf",)), 70)
    assert "https://arxiv.org/pdf/2505.09388v1" in picture.text
    words = "A license of many words " * 10
    long = dataclasses.replace(SHIPPED["qwen3"], license=words)
    assert squeezed(words) in squeezed(draw(listing(long, columns=("license",)), 70).text)


def test_a_long_list_of_organizations_hides_no_column() -> None:
    many = dataclasses.replace(SHIPPED["qwen3"], organizations=tuple(f"University {n}" for n in range(20)))
    for width in (60, 80, 120, 200):
        with_many = draw(listing(many, *SHIPPED.values()), width)
        usual = draw(listing(*SHIPPED.values()), width)
        assert with_many.text.splitlines()[0].split() == usual.text.splitlines()[0].split()
        assert re.search(r"University 0.*\s\+1\d", with_many.text, re.S)
    chosen = draw(listing(many, columns=("name", "organizations", "date"))).text
    assert [name for name in many.organizations if squeezed(name) not in squeezed(chosen)] == []


def test_a_table_has_as_many_columns_as_fit_from_45_columns_on() -> None:
    for width, least in ((45, 2), (60, 4), (80, 6), (120, 9)):
        headings = draw(listing(*SHIPPED.values()), width).text.splitlines()[0].split()
        assert headings[:2] == ["name", "date"]
        assert len(headings) >= least
    assert "date 2025-05-14" in draw(listing(*SHIPPED.values()), 44).text


def test_a_hit_is_one_line_with_text_around_the_words(shipped: Library) -> None:
    for query, count in (("GRPO", 14), ("rl:grpo kl:no", 4), ("long context", 0)):
        answer = shipped.listing(shipped.parse(query), searched=True)
        for width in (80, 120, 200):
            lines = draw(answer, width).text.splitlines()
            assert len(lines) == len(answer.hits) + 2
            assert count in (0, len(answer.hits))
            words = [word for word in query.lower().split() if ":" not in word]
            assert [line for line in lines[2:] if not all(word in line.lower() for word in words)] == []


@given(st.lists(st.sampled_from(["grpo", "深度", "a", "loss-free", "clip" * 9]), min_size=1), st.integers(8, 60))
def test_a_snippet_fits_and_holds_the_marked_word(words: list[str], width: int) -> None:
    text = Text(" ".join(words))
    text.highlight_words(["grpo"], "bold")
    part = snippet(text, width)
    assert part.cell_len <= width
    assert "grpo" not in words or "grpo" in part.plain
    assert part.plain.strip("…") in text.plain


def test_matched_words_are_marked() -> None:
    text = draw(listing(SHIPPED["magistral"], query="grpo"), 100, color=True).text
    assert re.search(r"\x1b\[1;38;5;163mgrpo\x1b\[0m", text, re.I)


@pytest.mark.parametrize("width", [60, 80])
def test_what_reports_are_sorted_by_is_shown(shipped: Library, width: int) -> None:
    for sort, last in (("-tokens", "tokens"), ("layers", "layers"), ("-license,kv_heads", "KV heads")):
        heading = draw(shipped.listing(sort=parse_sort_keys(sort), limit=3), width).text.splitlines()[0]
        assert heading.startswith("name")
        assert last in heading
    assert [column.path for column in shipped.listing(sort=parse_sort_keys("layers")).fields()] == [
        column.path for column in PIPE_COLUMNS
    ]


def test_a_note_says_how_numbers_and_days_descend(shipped: Library) -> None:
    def note(*keys: str, reverse: bool = False) -> list[str]:
        notes = draw(shipped.listing(sort=parse_sort_keys(",".join(keys)), reverse=reverse, limit=2), 80).notes
        return [note for note in notes if "ascending" in note]

    assert note("tokens") == ["in ascending order; write --sort -tokens for the largest first"]
    assert note("date", "-tokens") == ["in ascending order; write --sort -date for the newest first"]
    assert note("-tokens") == note("name") == note() == note("tokens", reverse=True) == []
