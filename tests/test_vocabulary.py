"""Techniques and their names: which one a text means."""

import tomllib
from pathlib import Path

import pytest

from reportcli.report.techniques import TECHNIQUE_KINDS, Technique, Vocabulary, parse_vocabulary

FILE = Path(__file__).parents[1] / "catalog" / "vocabulary" / "techniques.toml"
GRPO = Technique(
    id="grpo", name="GRPO", also=("group relative policy optimization",), kind="rl", definition="PPO without a critic."
)
ROPE = Technique(id="rope", name="RoPE", also=("rotary position embedding",), kind="architecture", definition="Turns.")
MROPE = Technique(id="mrope", name="M-RoPE", also=(), kind="multimodal", definition="Turns in three axes.")


@pytest.fixture(scope="module")
def shipped() -> Vocabulary:
    return parse_vocabulary(tomllib.loads(FILE.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("grpo", "grpo"),
        ("GRPO", "grpo"),
        ("g-r-p-o", "grpo"),
        ("Group Relative Policy Optimization", "grpo"),
        ("group-relative policy  optimization", "grpo"),
        ("RoPE", "rope"),
        ("Rotary Position Embedding", "rope"),
        ("M-RoPE", "mrope"),
        ("mrope", "mrope"),
        ("M.RoPE", "mrope"),
        ("gro", None),
        ("", None),
    ],
)
def test_a_technique_is_found_by_any_of_its_names(name: str, id: str | None) -> None:
    assert Vocabulary({"grpo": GRPO, "rope": ROPE, "mrope": MROPE}).find(name) == id


def test_an_id_goes_before_the_other_name_of_another_technique() -> None:
    other = Technique(id="a-other", name="Other", also=("grpo",), kind="rl", definition="x")
    assert Vocabulary({"a-other": other, "grpo": GRPO}).find("GRPO") == "grpo"


def test_the_names_of_a_technique_are_its_id_its_name_and_the_others() -> None:
    vocabulary = Vocabulary({"grpo": GRPO})
    assert vocabulary.names("grpo") == ("grpo", "GRPO", "group relative policy optimization")
    assert vocabulary.names("unheard-of") == ("unheard-of",)


def test_a_vocabulary_is_a_mapping_by_id() -> None:
    vocabulary = Vocabulary({"grpo": GRPO, "rope": ROPE})
    assert list(vocabulary) == ["grpo", "rope"]
    assert len(vocabulary) == 2
    assert vocabulary["rope"] is ROPE
    assert "ppo" not in vocabulary
    with pytest.raises(KeyError):
        vocabulary["ppo"]


def test_the_names_of_a_technique_are_ready_for_the_search_of_a_phrase() -> None:
    vocabulary = Vocabulary({"mrope": MROPE})
    assert vocabulary.padded_texts("mrope") == (" mrope ", " m rope ")
    assert vocabulary.padded_texts("unheard-of") == (" unheard of ",)


def test_an_empty_vocabulary_knows_nothing() -> None:
    assert dict(Vocabulary()) == {}
    assert Vocabulary().find("grpo") is None


def test_a_table_becomes_techniques_and_unknown_keys_are_passed_over() -> None:
    table = tomllib.loads("""
    [grpo]
    name = "GRPO"
    also = ["group relative policy optimization"]
    kind = "rl"
    definition = "PPO without a critic."
    reference = "2402.03300"
    reference_note = "DeepSeekMath"
    colour = "red"
    """)
    assert dict(parse_vocabulary(table)) == {
        "grpo": Technique(
            id="grpo", name="GRPO", also=("group relative policy optimization",), kind="rl",
            definition="PPO without a critic.", reference="2402.03300", reference_note="DeepSeekMath",
        )
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "grpo = 3",
        'grpo = "GRPO"',
        '[grpo]\nname = "GRPO"\nkind = "rl"',
        '[grpo]\nname = 3\nkind = "rl"\ndefinition = "x"',
        '[[grpo]]\nname = "GRPO"\nkind = "rl"\ndefinition = "x"',
    ],
)
def test_what_is_not_a_technique_is_passed_over(text: str) -> None:
    good = 'rope = { name = "RoPE", kind = "architecture", definition = "Turns." }\n'
    assert list(parse_vocabulary(tomllib.loads(good + text))) == ["rope"]


@pytest.mark.parametrize("wrong", ['also = "one text"', "also = 5", "also = [1]", "reference = 2402.03300"])
def test_what_a_technique_says_is_text_whatever_the_file_says(wrong: str) -> None:
    text = f'grpo = {{ name = "GRPO", kind = "rl", definition = "x", {wrong} }}'
    techniques = parse_vocabulary(tomllib.loads(text)).values()
    assert {type(one.reference) for one in techniques} <= {str, type(None)}
    assert {name for one in techniques for name in one.names} in (set(), {"grpo", "GRPO"}, {"grpo", "GRPO", "one text"})


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("group relative policy optimization", "grpo"),
        ("mixture of experts", "moe"),
        ("MRoPE", "mrope"),
        ("RoPE", "rope"),
        ("QK-Norm", "qk-norm"),
        ("4-D parallelism", "4d-parallelism"),
    ],
)
def test_the_shipped_vocabulary_knows_the_usual_names(shipped: Vocabulary, name: str, id: str) -> None:
    assert shipped.find(name) == id


def test_every_shipped_technique_is_read_and_of_a_known_kind(shipped: Vocabulary) -> None:
    assert list(shipped) == list(tomllib.loads(FILE.read_text(encoding="utf-8")))
    assert [id for id, technique in shipped.items() if technique.kind not in TECHNIQUE_KINDS] == []


def test_every_shipped_technique_is_found_by_each_of_its_names(shipped: Vocabulary) -> None:
    lost = [(id, name) for id in shipped for name in shipped.names(id) if shipped.find(name) != id]
    assert lost == []
