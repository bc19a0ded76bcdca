"""Answers: what stands beside what in a comparison, and what a listing and a sheet say of themselves."""

from typing import Any

import pytest

from makers import a_report, hits
from reportcli.answer.comparison import Comparison, compare_reports
from reportcli.answer.details import ReportDetails, full_record
from reportcli.answer.listing import PIPE_COLUMNS, Listing, parse_columns, parse_sort_keys
from reportcli.errors import ReportcliError, UnknownField, UnsuitableField
from reportcli.query.conditions import Words
from reportcli.query.names import ReportMatch
from reportcli.report.fields import Architecture, Model, Note, Posttraining, Pretraining, Report


def side_by_side(*reports: Report) -> Comparison:
    return compare_reports([ReportMatch(report) for report in reports])


def rows(comparison: Comparison) -> dict[str, tuple[tuple[Any, ...], bool | None]]:
    return {line.field.path: (line.values, line.differs) for line in comparison.lines}


BIG = a_report(
    "big",
    license="MIT",
    techniques=("grpo", "moe"),
    models=(
        Model(name="Big-100B", parameters=100, active_parameters=10, context_length=131_072),
        Model(name="Big-1B", type="dense", parameters=1, context_length=4096),
    ),
    architecture=Architecture(type="moe", layers=40, attention=("GQA",), position="RoPE"),
    pretraining=Pretraining(tokens=2_000, stages=("one", "two"), optimizer="AdamW"),
    posttraining=Posttraining(rl_family=("grpo",), kl_penalty=False),
)


# Comparisons.


def test_two_reports_stand_side_by_side_in_the_order_of_the_groups() -> None:
    other = a_report("other", license="MIT", techniques=("moe", "grpo"), organizations=("O", "P"))
    assert rows(side_by_side(BIG, other)) == {
        "organizations": ((("O",), ("O", "P")), True),
        "date": ((BIG.date, BIG.date), False),
        "tags": ((("math",), ("math",)), False),
        "license": (("MIT", "MIT"), False),
        "derived.parameters": ((100, None), None),
        "derived.active_parameters": ((10, None), None),
        "derived.context_length": ((131_072, None), None),
        "derived.sparsity": ((0.1, None), None),
        "architecture.type": (("moe", None), None),
        "architecture.attention": ((("GQA",), ()), None),
        "architecture.position": (("RoPE", None), None),
        "architecture.layers": ((40, None), None),
        "pretraining.tokens": ((2_000, None), None),
        "pretraining.stages": ((("one", "two"), ()), None),
        "pretraining.optimizer": (("AdamW", None), None),
        "derived.tokens_per_parameter": ((20.0, None), None),
        "derived.tokens_per_active_parameter": ((200.0, None), None),
        "derived.training_flops": ((120_000.0, None), None),
        "posttraining.rl_family": ((("grpo",), ()), None),
        "posttraining.kl_penalty": ((False, None), None),
        "techniques": ((("grpo", "moe"), ("moe", "grpo")), False),
    }
    assert list(rows(side_by_side(BIG, other))) == [line.field.path for line in side_by_side(BIG, other).lines]
    groups = [line.field.group for line in side_by_side(BIG, other).lines]
    assert list(dict.fromkeys(groups)) == [
        "identity", "size", "architecture", "pretraining", "posttraining", "techniques",
    ]  # fmt: skip
    assert groups == sorted(groups, key=list(dict.fromkeys(groups)).index)


@pytest.mark.parametrize(
    ("values", "differs"),
    [
        pytest.param(("MIT", "MIT"), False, id="alike"),
        pytest.param(("MIT", "BSD"), True, id="different"),
        pytest.param(("MIT", None), None, id="one does not say"),
        pytest.param((None, "MIT"), None, id="the first does not say"),
        pytest.param(("MIT", None, "MIT"), None, id="two agree, one does not say"),
        pytest.param(("MIT", None, "BSD"), True, id="two differ, one does not say"),
        pytest.param((None, None, "MIT"), None, id="one alone says"),
        pytest.param(("MIT", "MIT", "MIT"), False, id="three alike"),
        pytest.param(("MIT", "MIT", "BSD"), True, id="the last differs"),
        pytest.param(("MIT",), False, id="one alone"),
    ],
)
def test_unknown_is_not_a_difference(values: tuple[str | None, ...], differs: bool | None) -> None:
    sides = [a_report(f"r{place}", license=value) for place, value in enumerate(values)]
    assert rows(side_by_side(*sides))["license"] == (values, differs)


def test_zero_and_no_are_known() -> None:
    zero = a_report("zero", architecture=Architecture(experts_shared=0), posttraining=Posttraining(kl_penalty=False))
    one = a_report("one", architecture=Architecture(experts_shared=1), posttraining=Posttraining(kl_penalty=True))
    assert rows(side_by_side(zero, zero))["architecture.experts_shared"] == ((0, 0), False)
    assert rows(side_by_side(zero, one))["architecture.experts_shared"] == ((0, 1), True)
    assert rows(side_by_side(zero, one))["posttraining.kl_penalty"] == ((False, True), True)
    assert rows(side_by_side(zero, zero))["posttraining.kl_penalty"] == ((False, False), False)


@pytest.mark.parametrize(
    ("one", "other", "differs"),
    [((), (), None), (("a",), (), None), (("a", "b"), ("b", "a"), False), (("a",), ("a", "b"), True)],
)
def test_lists_differ_by_what_they_hold_not_by_their_order(
    one: tuple[str, ...], other: tuple[str, ...], differs: bool | None
) -> None:
    found = rows(side_by_side(a_report("a", techniques=one), a_report("b", techniques=other)))
    assert found.get("techniques") == (((one, other), differs) if one or other else None)


def test_what_no_side_knows_is_left_out() -> None:
    assert list(rows(side_by_side(a_report("a"), a_report("b")))) == ["organizations", "date", "tags"]


def test_a_model_stands_for_itself() -> None:
    comparison = compare_reports([ReportMatch(BIG, BIG.models[1]), ReportMatch(BIG)])
    assert comparison.names == ("Big-1B", "big")
    assert comparison.header == ("field", "Big-1B", "big")
    found = rows(comparison)
    assert found["derived.parameters"] == ((1, 100), True)
    assert found["derived.context_length"] == ((4096, 131_072), True)
    assert found["architecture.type"] == (("dense", "moe"), True)
    assert found["architecture.layers"] == ((None, 40), None)
    assert found["architecture.position"] == (("RoPE", "RoPE"), False)
    assert found["pretraining.tokens"] == ((None, 2_000), None)


def test_columns_of_the_same_name_are_told_apart() -> None:
    one = a_report("one", models=(Model(name="Same-7B"),))
    two = a_report("two", models=(Model(name="Same-7B"),))
    comparison = compare_reports([ReportMatch(one, one.models[0]), ReportMatch(two, two.models[0]), ReportMatch(one)])
    assert len(set(comparison.names)) == 3
    assert comparison.names[2] == "one"
    assert all(name.startswith("Same-7B") for name in comparison.names[:2])
    records = list(comparison.records())
    assert all(len(record["values"]) == 3 for record in records)


def test_names_stay_different_when_one_looks_like_the_mark_of_another() -> None:
    models = (Model(name="A"), Model(name="A (2)"), Model(name="A"))
    reports = [a_report(f"r{place}", models=(model,)) for place, model in enumerate(models)]
    comparison = compare_reports([ReportMatch(report, report.models[0]) for report in reports])
    assert len(set(comparison.names)) == 3


def test_the_records_of_a_comparison_hold_each_field_once() -> None:
    records = list(side_by_side(a_report("a", license="MIT"), a_report("b")).records())
    assert records == [
        {"field": "organizations", "values": {"a": ["O"], "b": ["O"]}, "differs": False},
        {"field": "date", "values": {"a": "2025-01-02", "b": "2025-01-02"}, "differs": False},
        {"field": "tags", "values": {"a": ["math"], "b": ["math"]}, "differs": False},
        {"field": "license", "values": {"a": "MIT", "b": None}, "differs": None},
    ]


def test_training_that_continues_another_model_has_no_figures_as_a_whole() -> None:
    based = a_report(
        "based",
        based_on=("Big",),
        models=(Model(name="B", parameters=10),),
        architecture=Architecture(type="dense"),
        pretraining=Pretraining(tokens=100),
    )
    derived = full_record(based)["derived"]
    assert derived == {
        "model": "B",
        "parameters": 10,
        "active_parameters": 10,
        "context_length": None,
        "sparsity": 1.0,
        "tokens_per_parameter": None,
        "tokens_per_active_parameter": None,
        "training_flops": None,
    }


# Columns and sort keys.


def test_columns_mean_the_figures_of_the_model_that_speaks() -> None:
    assert [column.path for column in PIPE_COLUMNS] == [
        "id", "name", "date", "organizations", "derived.parameters", "derived.active_parameters", "pretraining.tokens",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("params", "derived.parameters"),
        ("active", "derived.active_parameters"),
        ("context", "derived.context_length"),
        ("models.parameters", "models.parameters"),
        ("org", "organizations"),
        ("organization", "organizations"),
        ("tag", "tags"),
        ("technique", "techniques"),
        ("rl", "posttraining.rl_family"),
        ("kl", "posttraining.kl_penalty"),
        ("KL", "posttraining.kl_penalty"),
        ("rl-algorithm", "posttraining.rl_algorithm"),
        ("flops", "derived.training_flops"),
    ],
)
def test_a_column_goes_by_short_names_singular_and_plural(name: str, path: str) -> None:
    assert [column.path for column in parse_columns([name])] == [path]


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(UnknownField, match="unknown field 'paramters'") as caught:
        parse_columns(["name", "paramters"])
    assert "parameters" in caught.value.hint
    assert caught.value.exit_code == 2


def test_sort_keys_are_fields_with_a_direction() -> None:
    found = [(key.path, descends) for key, descends in parse_sort_keys("date,-parameters, name")]
    assert found == [("date", False), ("derived.parameters", True), ("name", False)]


@pytest.mark.parametrize("text", ["daet", "-", "date,paramters", "--help", "date;name", "😀"])
def test_an_unknown_sort_key_is_an_error_of_the_family(text: str) -> None:
    with pytest.raises(UnknownField) as caught:
        parse_sort_keys(text)
    assert isinstance(caught.value, ReportcliError)


@pytest.mark.parametrize("text", ["sources", "-confidence", "date,sources"])
def test_a_table_of_texts_gives_no_order(text: str) -> None:
    with pytest.raises(UnsuitableField, match="cannot be used for sorting"):
        parse_sort_keys(text)


# What an answer says of itself.


def test_a_listing_says_itself_in_four_ways() -> None:
    listing = Listing(hits(BIG), parse_columns(["id", "params", "models.parameters"]))
    assert listing.header == ("id", "parameters", "models.parameters")
    assert list(listing.rows()) == [("big", 100, (100, 1))]
    assert list(listing.ids()) == ["big"]
    assert list(listing.records()) == [full_record(BIG)]


def test_a_search_says_why() -> None:
    (hit,) = hits(BIG, score=0.123_456_789)
    listing = Listing((hit,), parse_columns(["id"]), query=Words(("rope",)))
    record = next(iter(listing.records()))
    assert record["score"] == 0.123457
    assert record["matches"] == [
        {"field": "architecture.position", "text": "RoPE", "words": ["rope"], "weight": 1.0, "values": []}
    ]
    assert record == full_record(BIG) | {"score": record["score"], "matches": record["matches"]}


def test_every_key_is_there_also_of_a_report_that_says_little() -> None:
    little, much = full_record(a_report()), full_record(BIG)
    assert list(little) == list(much)
    assert {key: list(little[key]) for key in ("links", "architecture", "pretraining", "posttraining", "derived")} == {
        key: list(much[key]) for key in ("links", "architecture", "pretraining", "posttraining", "derived")
    }
    assert (little["license"], little["aliases"], little["models"], little["sources"]) == (None, [], [], {})


def test_a_topic_leaves_only_its_notes() -> None:
    report = a_report(notes=(Note(topic="rl", text="One."), Note(topic="data", text="Two.", detail=("D.",))))
    sheets = ReportDetails((ReportMatch(report),), topic="data")
    assert list(sheets.rows()) == [
        ("a", "notes[0].topic", "data"),
        ("a", "notes[0].text", "Two."),
        ("a", "notes[0].detail", ["D."]),
        ("a", "notes[0].origin", "report"),
    ]
    assert [note["text"] for record in sheets.records() for note in record["notes"]] == ["Two."]


def test_sources_are_told_when_asked() -> None:
    report = a_report(sources={"title": "page 1"}, confidence={"date": "unsure"})
    asked = [path for _, path, _ in ReportDetails((ReportMatch(report),), sources=True).rows()]
    unasked = [path for _, path, _ in ReportDetails((ReportMatch(report),)).rows()]
    assert [path for path in asked if path not in unasked] == ["sources.title", "confidence.date"]
