"""Everything known about a report: its record and rows, and its page."""

from makers import a_report, shipped_reports
from pictures import WIDTHS, draw, squeezed
from reportcli.answer.details import ReportDetails, full_record
from reportcli.query.names import ReportMatch
from reportcli.report.architecture import AttentionLayers
from reportcli.report.fields import Architecture, Model, Note, Pretraining
from samples import RUNS, text
from test_comparison import BIG

QWEN3 = shipped_reports()["qwen3"]


def test_every_key_is_there_also_of_a_report_that_says_little() -> None:
    little, much = full_record(a_report()), full_record(BIG)
    assert list(little) == list(much)
    for table in ("links", "architecture", "pretraining", "posttraining", "derived"):
        assert list(little[table]) == list(much[table])
    assert (little["license"], little["aliases"], little["models"], little["sources"]) == (None, [], [], {})


def test_training_that_continues_another_model_has_no_figures_as_a_whole() -> None:
    based = a_report(
        "based",
        based_on=("Big",),
        models=(Model(name="B", parameters=10),),
        architecture=Architecture(type="dense"),
        pretraining=Pretraining(tokens=100),
    )
    assert full_record(based)["derived"] == {
        "model": "B",
        "parameters": 10,
        "active_parameters": 10,
        "context_length": None,
        "sparsity": 1.0,
        "tokens_per_parameter": None,
        "tokens_per_active_parameter": None,
        "training_flops": None,
        "kv_cache": None,
        "kv_cache_128k": None,
        "reinforcement_learning": None,
    }


def test_a_topic_leaves_only_its_notes() -> None:
    report = a_report(notes=(Note(topic="rl", text="One."), Note(topic="data", text="Two.", detail=("D.",))))
    details = ReportDetails((ReportMatch(report),), topics=("data",))
    assert list(details.rows()) == [
        ("a", "notes[0].topic", "data"),
        ("a", "notes[0].text", "Two."),
        ("a", "notes[0].detail", ["D."]),
        ("a", "notes[0].origin", "report"),
    ]
    assert [note["text"] for record in details.records() for note in record["notes"]] == ["Two."]


def test_rows_have_sources_if_asked_for() -> None:
    report = a_report(sources={"title": "page 1"}, confidence={"date": "unsure"})
    with_sources = [path for _, path, _ in ReportDetails((ReportMatch(report),), sources=True).rows()]
    without = [path for _, path, _ in ReportDetails((ReportMatch(report),)).rows()]
    assert [path for path in with_sources if path not in without] == ["sources.title", "confidence.date"]


# The page.


def test_a_page_says_all_that_the_catalogue_knows() -> None:
    report = QWEN3
    known = [
        report.name, report.title, report.summary, "2025-05-14", "2025-05-13", "Apache-2.0", *report.corrections,
        *(note.text for note in report.notes), *(detail for note in report.notes for detail in note.detail),
        *report.pretraining.stages, *report.posttraining.stages, *report.posttraining.teachers,
        *report.techniques, *report.tags, *(model.name for model in report.models),
        *report.sources.values(), *report.confidence.values(), "235B", "36T", "128K", "151,669",
    ]  # fmt: skip
    for width in WIDTHS[2:]:
        text = squeezed(draw(ReportDetails((ReportMatch(report),), sources=True), width).text)
        assert [part for part in known if squeezed(part) not in text] == []


def test_a_page_has_the_runs_of_rl_side_by_side_and_what_is_not_disclosed() -> None:
    lines = [line.rstrip() for line in draw(ReportDetails((ReportMatch(RUNS),)), 80).text.splitlines()]
    assert lines[5:] == RUNS_PAGE.splitlines()
    narrow = draw(ReportDetails((ReportMatch(RUNS),)), 40).text
    assert narrow.count("rollouts per") == 2  # a table for each run


def test_names_and_figures_of_models_are_never_cut() -> None:
    model = Model(
        name="Toy-48B-A3B", layers=48, hidden_size=5120, heads=64, kv_heads=8, experts_total=128, experts_active=8
    )
    answer = ReportDetails((ReportMatch(a_report(models=(model,))),), sections=("models",))
    pages = {width: draw(answer, width).text for width in (*WIDTHS, 75, 80)}
    for page in pages.values():
        assert "…" not in page
        assert "128" in page
        assert squeezed(page).count("Toy-48B-A3B") == 2
    assert [line.strip() for line in pages[75].splitlines()[-4:]] == [
        "hidden            KV  experts  experts",
        "model        layers    size  heads  heads    total   active",
        "───────────────────────────────────────────────────────────",
        "Toy-48B-A3B      48   5,120     64      8      128        8",
    ]


RUNS_PAGE = """\
  not disclosed         parameters

Models
  model
  ─────
  A
  B

Sizes of the models
  model  layers  KV heads
  ───────────────────────
  B          32         8

Architecture
  KV heads              16
  head dimension        128
  attention layers      • 10 full, 16 KV heads × 128
                        • 52 window of 1,024, 576 elements cached

Pre-training
  not disclosed         learning rate

Post-training
  not disclosed         steps

Runs of RL
                        reasoning RL      run 2
  ─────────────────────────────────────────────
  KL coefficient        0
  RL learning rate                        1e-6
  rollouts per prompt   16                8
  clip range above                        0.272
  longest response                        32K
  rewards of the run    accuracy, format

Derived (A)
  KV cache per token    ≈ 80 KiB
  KV cache at 128K      ≈ 10.1 GiB
"""


def test_sources_stay_away_unless_asked_for() -> None:
    source = QWEN3.sources["pretraining.tokens"]
    assert squeezed(source) not in squeezed(draw(ReportDetails((ReportMatch(QWEN3),)), 120).text)
    report = a_report(sources={"date": "page 1"}, confidence={"date": "unsure"})
    lines = draw(ReportDetails((ReportMatch(report),), sources=True)).text.splitlines()
    assert lines[-4:] == ["Other sources", "  date", "    source: page 1", "    uncertain: unsure"]


def test_the_notes_under_one_topic_stand_alone() -> None:
    text = draw(ReportDetails((ReportMatch(QWEN3),), topics=("rl",))).text
    assert "3,995 query-verifier pairs" in text
    assert "Six dense sizes" not in text
    assert text.startswith("Qwen3")


def test_a_page_says_of_which_model_its_figures_are() -> None:
    model = next(model for model in QWEN3.models if model.name == "Qwen3-32B")
    assert "\nFigures of Qwen3-32B\n" in draw(ReportDetails((ReportMatch(QWEN3, model),))).text
    assert "Figures of" not in draw(ReportDetails((ReportMatch(QWEN3),))).text


def test_a_section_is_a_part_of_the_page_in_every_format() -> None:
    answer = ReportDetails((ReportMatch(RUNS),), sections=("rl", "links"))
    lines = draw(answer, 80).text.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == [f"{RUNS.name}  {RUNS.title}", "Runs of RL"]
    markdown = text(answer, "markdown")
    assert [line for line in markdown.splitlines() if line.startswith("#")] == [f"# {RUNS.name}", "## Runs of RL"]
    paths = [line.split("\t")[1] for line in text(answer, "tsv").splitlines()]
    assert paths
    assert all(path.startswith(("posttraining.rl", "links.")) for path in paths)
    assert len(next(answer.records())) == len(next(ReportDetails((ReportMatch(RUNS),)).records()))


def test_numbers_that_differ_between_layers_stand_on_one_line() -> None:
    layers = (AttentionLayers(kind="full", kv_heads=16), AttentionLayers(kind="window", kv_heads=4))
    report = a_report(architecture=Architecture(attention_layers=layers))
    page = draw(ReportDetails((ReportMatch(report),)), 80).text
    assert "KV heads 16, 4 " in " ".join(page.split())
