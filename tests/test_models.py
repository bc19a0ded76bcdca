"""Questions of models: which reports fit, which model a row shows, and one row a model."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from makers import write
from pictures import draw
from reportcli import open_catalog
from reportcli.answer.listing import Listing, parse_columns, parse_sort_keys
from reportcli.library import Library
from samples import text
from trials.runner import call


def listing(library: Library, query: str, columns: str = "id,derived.model", models: bool = False) -> Listing:
    return library.listing(library.parse(query), columns=parse_columns(columns.split(",")), models=models)


def rows(library: Library, query: str, columns: str = "id,derived.model", models: bool = False) -> list[str]:
    return text(listing(library, query, columns, models), "tsv").splitlines()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("params:..2B context:128k", ""),
        ("params:200B.. active:..20B", "seed1.5-thinking Seed1.5-Thinking"),
        ("type:moe params:..1B", ""),
        ("id:qwen2.5-vl tokens:known params:..5B", ""),
        ("id:phi-4-mini tokens:known params:..5B", "phi-4-mini Phi-4-Mini"),
        ("params:..2B context:32k type:dense id:qwen3", "qwen3 Qwen3-1.7B"),
        ("params:..4B id:phi-4-mini", "phi-4-mini Phi-4-Mini"),
        ("id:qwen3", "qwen3 Qwen3-235B-A22B"),
        ("id:qwen3 not params:100B..", "qwen3 Qwen3-32B"),
        ("id:qwen3 (params:235B or params:4B)", "qwen3 Qwen3-235B-A22B"),
        ("id:qwen3 (params:4B or params:8B)", "qwen3 Qwen3-8B"),
    ],
)  # fmt: skip
def test_a_report_fits_if_one_of_its_models_fits_the_whole_query(shipped: Library, query: str, expected: str) -> None:
    assert " ".join(rows(shipped, query)).replace("\t", " ") == expected


def test_a_column_shows_the_figure_that_the_query_asked_for(shipped: Library) -> None:
    assert rows(shipped, "active:7B", "id,active") == [
        f"{report_id}\t7000000000"
        for report_id in (
            "acereason-nemotron-1.1", "openthoughts", "mimo-vl", "mimo", "qwen2.5-vl", "janus-pro", "deepseek-r1",
            "qwen2.5-math-prm", "olmo-2", "qwen2.5", "olmo",
        )
    ]  # fmt: skip
    small = rows(shipped, "active:..5B", "name,active")
    assert {"Qwen3\t3000000000", "Phi-4-Mini\t3800000000"} <= set(small)
    assert max(int(row.split("\t")[1]) for row in small) <= 5 * 10**9


def test_every_condition_on_a_figure_finds_what_the_column_shows(shipped: Library) -> None:
    for name in ("params", "active", "context", "tokens", "layers", "flops"):
        values = [int(float(row)) for row in rows(shipped, f"{name}:1..", name)]
        assert [int(float(row)) for row in rows(shipped, f"{name}:..{max(values)}", name)] == values


def test_one_row_a_model(shipped: Library) -> None:
    assert rows(shipped, "id:qwen3 params:..10B", "derived.model,params", models=True) == [
        "Qwen3-8B\t8000000000", "Qwen3-4B\t4000000000", "Qwen3-1.7B\t1700000000", "Qwen3-0.6B\t600000000",
    ]  # fmt: skip
    everything = listing(shipped, "date:2000..", models=True)
    assert len(everything.hits) == sum(max(len(report.models), 1) for report in shipped.reports())
    assert len(list(everything.ids())) == len(list(everything.reports)) == 36
    sizes = [row.split("\t")[-1] for row in rows(shipped, "id:qwen3 params:..10B", "id,params", models=True)]
    smallest_first = shipped.listing(
        shipped.parse("id:qwen3 params:..10B"), columns=parse_columns(["params"]), sort=parse_sort_keys("params"),
        models=True, limit=2,
    )  # fmt: skip
    assert text(smallest_first, "tsv").split() == sizes[:1:-1]
    assert smallest_first.notes == ("2 of 4 models",)


def test_the_name_says_which_model_is_shown_unless_it_is_the_flagship(shipped: Library) -> None:
    small = listing(shipped, "id:qwen3 params:4B", "name,params")
    assert "Qwen3 · Qwen3-4B" in draw(small, 80).text
    assert "Qwen3 · Qwen3-4B" in draw(small, 20).text.replace("\n", " ")
    assert "[Qwen3 · Qwen3-4B]" in text(small, "markdown")
    assert text(small, "tsv") == "Qwen3\t4000000000\n"
    assert "·" not in draw(listing(shipped, "id:qwen3 params:100B..", "name,params"), 80).text


def test_json_has_the_entry_as_it_is_and_the_figures_of_the_model_under_derived(shipped: Library) -> None:
    [record] = json.loads(text(shipped.listing(shipped.parse("id:qwen3 params:4B")), "json"))
    assert (record["architecture"]["type"], record["architecture"]["layers"], len(record["models"])) == ("moe", 94, 8)
    derived = record["derived"]
    assert (derived["model"], derived["parameters"], derived["context_length"]) == ("Qwen3-4B", 4 * 10**9, 131_072)


def test_the_model_that_fits_is_what_is_compared_and_plotted(shipped: Library) -> None:
    query = shipped.parse("id:qwen3 params:..10B")
    assert shipped.comparison([], query).names == ("Qwen3-8B",)
    assert shipped.comparison(["dots.llm1"], shipped.parse("id:qwen3")).names == ("dots.llm1", "qwen3")
    [point] = shipped.plot("params", "tokens", query).points
    assert (point.name, point.model, point.label, point.x) == ("Qwen3", "Qwen3-8B", "Qwen3 · Qwen3-8B", 8 * 10**9)
    assert [point.x // 10**8 for point in shipped.plot("params", "tokens", query, models=True).points] == [
        80,
        40,
        17,
        6,
    ]


def test_a_note_counts_the_models_of_which_this_is_unknown(shipped: Library) -> None:
    with_models = listing(shipped, "id:gemini-2.5 params:..10B", models=True)
    assert with_models.notes[-1] == "4 more models don't record this"
    assert listing(shipped, "id:gemini-2.5 params:..10B").notes[-1] == "1 more report doesn't record this"


@pytest.mark.parametrize("command", ["list", "search id:qwen3", "filter 2025", "plot"])
def test_each_command_of_rows_takes_models(command: str) -> None:
    where = "" if command.startswith("search") else "--where id:qwen3"
    code, out, _ = call([*command.split(), *where.split(), "--models", "--json"])
    assert (code, len(json.loads(out))) == (0, 8)


# A model that never went through RL has none of the report's figures of RL.

DISTILLED = """\
undisclosed = ["posttraining.rl.steps"]
[[models]]
name = "Big-70B"
parameters = 70_000_000_000
[[models]]
name = "Small-7B"
parameters = 7_000_000_000
reinforcement_learning = false
[[models]]
name = "Tiny-1B"
parameters = 1_000_000_000
[posttraining]
rl_algorithm = "GRPO (modified)"
rl_family = ["grpo"]
kl_penalty = true
rewards = ["accuracy"]
rl_framework = "verl"
[[posttraining.rl]]
rollouts = 16
[[posttraining.rl]]
rollouts = 64
"""
TUNED = """\
[[models]]
name = "Tuned"
parameters = 14_000_000_000
reinforcement_learning = false
[[models]]
name = "Tuned-plus"
parameters = 14_000_000_000
[posttraining]
rl_family = ["ppo"]
[[posttraining.rl]]
model = "Tuned-plus"
rollouts = 8
"""
OF_RL = "posttraining.rl_algorithm,rl,kl,rewards,rl_framework,rollouts"


@pytest.fixture(scope="module")
def without_rl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("without")
    write(folder, "distilled", "Distilled", DISTILLED, date="2025-03-01")
    write(folder, "tuned", "Tuned", TUNED, date="2025-02-01")
    with Library([folder], None) as library:
        yield library


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rl:grpo", "Big-70B"),
        ("rl:grpo params:..10B", "Tiny-1B"),
        ("rl:grpo params:5B..10B", ""),
        ("rl_algorithm:modified params:5B..10B", ""),
        ("rollouts:16.. params:5B..10B", ""),
        ("kl:yes params:5B..10B", ""),
        ("rl:known params:5B..10B", ""),
        ("params:5B..10B not rl:grpo", "Small-7B"),
        ("id:distilled not rollouts:64", "Big-70B"),
        ("id:distilled not rollouts:8..", "Small-7B"),
        ("has_rl:no", "Small-7B Tuned"),
        ("rl:ppo", "Tuned-plus"),
        ("rollouts:8", "Tuned-plus"),
        ("rl:ppo or params:14B", "Tuned"),
    ],
)
def test_what_is_asked_of_rl_is_false_of_a_model_without_it(without_rl: Library, query: str, expected: str) -> None:
    answer = listing(without_rl, query, "derived.model")
    assert " ".join(text(answer, "tsv").split()) == expected
    assert not any("record" in note for note in answer.notes)  # nothing is unknown


def test_a_column_of_rl_is_empty_for_a_model_without_it_and_the_record_is_of_the_report(without_rl: Library) -> None:
    of_models = rows(without_rl, "id:distilled", f"derived.model,{OF_RL}", models=True)
    figures = "GRPO (modified)\tgrpo\tyes\taccuracy\tverl\t16, 64"
    assert of_models == [f"Big-70B\t{figures}", "Small-7B\t\t\t\t\t\t", f"Tiny-1B\t{figures}"]
    assert rows(without_rl, "id:tuned", "derived.model,rl,rollouts") == ["Tuned\t\t"]
    [record] = json.loads(text(without_rl.listing(without_rl.parse("id:distilled params:7B")), "json"))
    assert (record["derived"]["model"], record["posttraining"]["rl_family"]) == ("Small-7B", ["grpo"])


def test_counts_and_runs_are_those_of_the_models_with_rl(without_rl: Library) -> None:
    def counted(field: str, query: str) -> list[str]:
        return text(without_rl.count(field, query=without_rl.parse(query)), "tsv").splitlines()

    assert counted("rl", "date:2000..") == ["grpo\t1", "ppo\t1"]
    assert counted("rl", "params:..10B") == ["grpo\t1"]
    assert counted("rollouts", "params:..10B") == ["16\t1", "64\t1"]
    assert counted("rl", "params:5B..10B") == counted("rollouts", "params:5B..10B") == []
    assert counted("kl", "has_rl:no") == counted("steps", "id:tuned has_rl:no") == ["unknown\t1"]
    recipe = without_rl.recipe(query=without_rl.parse("rollouts:known"), columns=parse_columns(["rollouts", "rl"]))
    assert text(recipe, "tsv").splitlines() == ["16\tgrpo", "64\tgrpo", "8\tppo"]
    assert not without_rl.recipe(query=without_rl.parse("params:7B")).runs


def test_a_model_without_rl_is_shown_and_compared_without_it(without_rl: Library) -> None:
    answer = without_rl.comparison(
        ["Small-7B", "Tiny-1B", "tuned", "Tuned-plus"], columns=parse_columns(OF_RL.split(","))
    )
    assert [row.values for row in answer.field_rows if row.field.key in ("rl_family", "kl_penalty", "rollouts")] == [
        ((), ("grpo",), (), ("ppo",)), (None, True, None, None), ((), (16, 64), (), (8,)),
    ]  # fmt: skip
    assert without_rl.details(["distilled"]).notes == ()
    assert without_rl.details(["Small-7B"], sections=["rl"]).notes == (
        "Small-7B never went through RL; figures of RL are those of other models",
    )
    page = draw(without_rl.details(["Small-7B"]), 80).text
    assert "  RL                    no\n" in page
    assert "GRPO" not in page
    assert "RL steps" not in page
    assert "GRPO" in draw(without_rl.details(["distilled"]), 80).text
    assert "GRPO" not in text(without_rl.details(["Small-7B"]), "markdown")


def test_a_run_that_names_a_model_holds_for_it_whatever_its_table_says(tmp_path: Path) -> None:
    named = DISTILLED.replace("rollouts = 16", 'model = "Small-7B"\nrollouts = 16')
    write(tmp_path, "named", "Named", named)
    with Library([tmp_path], None) as library:
        assert rows(library, "rl:grpo params:5B..10B", "derived.model,rl") == ["Small-7B\tgrpo"]


def test_a_model_that_is_said_to_have_gone_through_rl_is_found_by_it(tmp_path: Path) -> None:
    tiny = "parameters = 1_000_000_000\n"
    write(tmp_path, "said", "Said", DISTILLED.replace(tiny, f"{tiny}reinforcement_learning = true\n"))
    with Library([tmp_path], None) as library:
        assert rows(library, "has_rl:yes", "derived.model,has_rl,rl") == ["Tiny-1B\tyes\tgrpo"]
        assert rows(library, "not has_rl:no", "derived.model", models=True) == ["Tiny-1B"]
        assert rows(library, "rl:grpo", "derived.model", models=True) == ["Big-70B", "Tiny-1B"]


def test_a_report_in_python_keeps_the_figures_of_rl_of_its_other_models(tmp_path: Path) -> None:
    write(tmp_path, "tuned", "Report", TUNED)
    with open_catalog(tmp_path) as catalog:
        [whole], [report] = catalog, catalog.search("report")
        assert catalog["report"].posttraining == whole.posttraining == report.posttraining
        assert whole.posttraining.rl_family == ("ppo",)
        assert catalog["Tuned"].posttraining.rl_family == ()
        of_models = {each.derived.model: each.posttraining.rl_family for each in catalog.listing(models=True)}
        assert of_models == {"Tuned": (), "Tuned-plus": ("ppo",)}


def test_a_derived_figure_of_more_than_64_bits_is_found(tmp_path: Path) -> None:
    layers = "[[architecture.attention_layers]]\nkind = 'full'\nlayers = 1_000_000_000_000\ncache_size = 10_000_000\n"
    write(tmp_path, "large", "Large", f"[[models]]\nname = 'Large'\n[architecture]\n{layers}")
    with Library([tmp_path], None) as library:
        assert rows(library, "kv_cache:1..", "kv_cache") == ["20000000000000000000"]
        assert rows(library, "kv_cache:..1", "kv_cache") == []
