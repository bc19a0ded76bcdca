"""One matcher of words and names: stems, joined and apart, beginnings, stop words, names of several words."""

from pathlib import Path

import pytest

from conftest import Run
from makers import write
from reportcli.answer.listing import Listing
from reportcli.answer.table import Table
from reportcli.library import Library
from reportcli.text import fold


def found(library: Library, text: str, exact: bool = False) -> Listing:
    return library.listing(library.parse(text), searched=True, exact=exact)


def ids(library: Library, text: str, exact: bool = False) -> list[str]:
    return [hit.report.id for hit in found(library, text, exact).hits]


@pytest.mark.parametrize(
    ("text", "like", "first"),
    [
        ("llama3", "llama-3", "llama-3"),
        ("deepseekv3", "deepseek-v3", "deepseek-v3"),
        ("phi4", "phi-4", "phi-4"),
        ("olmo2", "olmo-2", "olmo-2"),
        ("qwen-3", "qwen3", "qwen3"),
        ("longcot", "long-cot", "kimi-k1.5"),
        ("syntheticdata", "synthetic-data", "phi-4-mini"),
        ("pretraining", "pre-training", ""),
        ("posttraining", "post-training", ""),
    ],
)
def test_joined_and_apart_are_alike(shipped: Library, text: str, like: str, first: str) -> None:
    assert set(ids(shipped, text)) == set(ids(shipped, like)) != set()
    assert first in ("", ids(shipped, text)[0], ids(shipped, like)[0])


@pytest.mark.parametrize(
    ("text", "first"), [("qwen 2.5", "qwen2.5"), ("mini max", "minimax-"), ("kimi k1.5", "kimi-k1.5")]
)
def test_words_apart_that_spell_a_name_put_it_first(shipped: Library, text: str, first: str) -> None:
    assert ids(shipped, text)[0].startswith(first)


@pytest.mark.parametrize(
    ("text", "like"),
    [("distill", "distillation"), ("expert", "experts"), ("reason", "reasoning"), ("reward", "rewards")],
)
def test_words_of_one_stem_find_the_same_and_the_very_form_ranks_above(shipped: Library, text: str, like: str) -> None:
    assert set(ids(shipped, text)) == set(ids(shipped, like)) > set(ids(shipped, text, exact=True))


def test_the_very_form_ranks_above_another(tmp_path: Path) -> None:
    write(tmp_path, "a", "First", 'notes = [{topic = "rl", text = "Many distillations."}]\n', "2025-06-01")
    write(tmp_path, "b", "Second", 'notes = [{topic = "rl", text = "One distillation."}]\n')
    with Library([tmp_path], None) as catalog:
        assert (ids(catalog, "distillation"), ids(catalog, "distillations")) == (["b", "a"], ["a", "b"])


def test_a_join_never_crosses_the_end_of_a_field(tmp_path: Path) -> None:
    write(tmp_path, "a", "First", 'aliases = ["long", "context"]\n')
    with Library([tmp_path], None) as catalog:
        assert ids(catalog, "longcontext") == []


def test_in_fields_of_names_a_word_is_also_a_beginning(shipped: Library) -> None:
    assert {"qwen3", "qwen2.5", "qwen2.5-vl"} <= set(ids(shipped, "name:qwen"))
    assert "llama-nemotron" in ids(shipped, "teacher:qwen")
    assert ids(shipped, "name:qwen", exact=True) == []


@pytest.mark.parametrize(
    ("text", "like", "note"),
    [
        ("which models use GRPO", "grpo", "ignored common words: which models use; quote them to search for them"),
        ("clip or reports of qat", "clip or qat", "ignored common words: reports of; quote them to search for them"),
        ("reward without a kl", "reward not kl", "ignored common words: a; quote them to search for them"),
        ("reward not the", "reward not the", ""),
        ("the model", "the model", ""),
    ],
)
def test_common_words_are_left_out_where_another_remains(shipped: Library, text: str, like: str, note: str) -> None:
    listing = found(shipped, text)
    assert [hit.report.id for hit in listing.hits] == ids(shipped, like)
    assert [line for line in listing.notes if "common" in line] == ([note] if note else [])


def test_without_is_not(shipped: Library) -> None:
    assert shipped.parse("reward without kl") == shipped.parse("reward not kl")
    assert ids(shipped, 'reward "without"') != ids(shipped, "reward without kl")


def test_a_negated_word_that_is_also_a_field_says_what_it_does_not_ask(shipped: Library) -> None:
    note = "not kl leaves out every report that mentions it; write kl:no for those with no KL penalty"
    for query in ("grpo without kl", "grpo kl", "grpo not reward", "grpo not kl:no"):
        assert (note in found(shipped, query).notes) is (query == "grpo without kl")


def test_a_beginning_comes_before_spelling(shipped: Library) -> None:
    listing = found(shipped, "deep")
    assert listing.hits[0].report.id.startswith("deepseek")
    assert listing.notes[0].startswith("no match for 'deep'; showing results for words that begin with it: deepseek,")


def test_most_of_the_words_are_enough_where_all_are_too_many(shipped: Library) -> None:
    listing = found(shipped, "audio whisper grpo")
    assert listing.hits
    assert listing.notes[0] == "no report has all 3 words; showing those with at least 2"
    assert not found(shipped, "audio whisper grpo", exact=True).hits


def test_what_cannot_be_found_is_explained(shipped: Library) -> None:
    for text, notes in (
        ("zzzz", ["understood as: zzzz"]),
        ("grpo zzzzzz", ["understood as: grpo zzzzzz", "no report fits zzzzzz by itself"]),
        ("params:..2B context:1M", None),
    ):
        listing = found(shipped, text)
        assert not listing.hits
        assert notes is None or list(listing.notes) == notes
        assert listing.notes[0].startswith("understood as: ")


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Søren Łukasz Đặng", "soren lukasz dang"),
        ("Straße Æther", "strasse aether"),
        ("ＧＲＰＯ", "grpo"),
        ("Þór", "thor"),
    ],
)
def test_letters_fold_alike_everywhere(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_text_in_a_script_without_spaces_is_found_by_any_part(tmp_path: Path) -> None:
    write(tmp_path, "a", "First", 'notes = [{topic = "rl", text = "混合專家模型的訓練"}]\n')
    with Library([tmp_path], None) as catalog:
        assert ids(catalog, "專家") == ids(catalog, "訓練") == ["a"]
        assert ids(catalog, "家專") == []


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("kimi k1.5", ["kimi k1.5"]),
        ("llama 3", ["llama 3"]),
        ("kimi k1.5 qwen3", ["kimi k1.5", "qwen3"]),
        ("deepseek v3 r1", ["deepseek v3", "r1"]),
        ("qwen3 dots.llm1", ["qwen3", "dots.llm1"]),
        ("V3 R1", ["V3", "R1"]),
        ("phi 4 mini phi 4", ["phi 4 mini", "phi 4"]),
        ("nothing like it", ["nothing", "like", "it"]),
    ],
)
def test_words_on_a_command_line_are_split_into_names(shipped: Library, words: str, names: list[str]) -> None:
    assert shipped.split_names([words.split()]) == names


def test_an_end_of_one_name_names_it(shipped: Library) -> None:
    assert shipped.find("V3").report.id == "deepseek-v3"
    found = shipped.find("R1-Zero")
    assert [model.name for model in found.report.models if model is found.model] == ["DeepSeek-R1-Zero"]


@pytest.mark.parametrize(
    "names", [["qwen3,", "r1"], ["qwen3", "vs", "r1"], ["qwen3", "VS.", "r1"], ["qwen3", ",", "r1"]]
)
def test_what_stands_between_names_is_forgiven(cli: Run, names: list[str]) -> None:
    ended = cli("compare", *names, "--columns", "id", "--header")
    assert ended.stdout.splitlines()[0].split("\t") == ["field", "qwen3", "deepseek-r1"]


def test_a_report_named_twice_is_compared_once_and_said(cli: Run) -> None:
    ended = cli("compare", "qwen3", "Qwen-3", "r1", "--columns", "id", "--header")
    assert ended.stdout.splitlines()[0].split("\t") == ["field", "qwen3", "deepseek-r1"]
    assert "note: 3 names mean 2 reports" in ended.stderr


def test_the_exact_spelling_comes_before_the_folded_one(tmp_path: Path) -> None:
    write(tmp_path, "calm", "CALM")
    write(tmp_path, "calm-2", "CaLM")
    with Library([tmp_path], None) as catalog:
        assert [catalog.find(name).report.id for name in ("CALM", "CaLM", "calm")] == ["calm", "calm-2", "calm"]


def test_a_word_of_several_terms_shows_them(shipped: Library) -> None:
    for word, terms in (("rotary", {"rope", "mrope"}), ("mixture", {"moe", "mixture-of-loras"})):
        table = shipped.term(word)
        assert isinstance(table, Table)
        assert terms <= {str(row[0]) for row in table.rows()}
        assert table.notes == (f"no technique named {word!r}; showing those with a name that contains it",)


@pytest.mark.parametrize("text", ["mixture of experts", "long context", "kimi k1.5"])
def test_a_reason_is_given_once_and_by_the_name(cli: Run, text: str) -> None:
    ended = cli("search", text, "-n", "1", "-f", "table", "--width", "120")
    last = ended.stdout.splitlines()[-1].lower()
    assert last.count(": ") == 1
    assert " id: " not in last


@pytest.mark.parametrize(
    ("typed", "meant"), [("org:deepseak", "org:deepseek"), ("org:Alibba rl:grpo", "org:alibaba rl:grpo")]
)
def test_a_misspelled_word_of_a_field_is_replaced_there(shipped: Library, typed: str, meant: str) -> None:
    assert ids(shipped, typed) == ids(shipped, meant) != []
    assert any(note.startswith("no match for 'organizations:") for note in found(shipped, typed).notes)
    assert ids(shipped, typed, exact=True) == []
