"""The vocabulary of techniques: which one a name means, and what is read of a file."""

import tomllib

import pytest

from makers import a_report
from reportcli.answer.technique import TechniqueDetails
from reportcli.render.terminal.technique import draw
from reportcli.report.fields import Posttraining, RLRun
from reportcli.report.techniques import Technique, Vocabulary, parse_vocabulary

GRPO = Technique(
    id="grpo", name="GRPO", also=("group relative policy optimization",), kind="rl", definition="PPO without a critic."
)
ROPE = Technique(id="rope", name="RoPE", also=("rotary position embedding",), kind="architecture", definition="Turns.")
MROPE = Technique(id="mrope", name="M-RoPE", also=(), kind="multimodal", definition="Turns in three axes.")


NAMES = {
    "grpo": "grpo", "GRPO": "grpo", "g-r-p-o": "grpo", "Group Relative Policy Optimization": "grpo",
    "group-relative policy  optimization": "grpo", "RoPE": "rope", "Rotary Position Embedding": "rope",
    "M-RoPE": "mrope", "mrope": "mrope", "M.RoPE": "mrope", "gro": None, "": None,
}  # fmt: skip


def test_a_technique_is_found_by_any_of_its_names() -> None:
    vocabulary = Vocabulary({"grpo": GRPO, "rope": ROPE, "mrope": MROPE})
    assert {name: vocabulary.find(name) for name in NAMES} == NAMES


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
    assert dict(Vocabulary()) == {}
    assert Vocabulary().find("grpo") is None


def test_the_names_of_a_technique_are_padded_for_the_search_of_phrases() -> None:
    vocabulary = Vocabulary({"mrope": MROPE})
    assert vocabulary.padded_texts("mrope") == (" mrope ", " m rope ")
    assert vocabulary.padded_texts("unheard-of") == (" unheard of ",)


def test_a_table_is_parsed_and_unknown_keys_are_ignored() -> None:
    table = tomllib.loads("""
    [grpo]
    name = "GRPO"
    also = ["group relative policy optimization"]
    kind = "rl"
    definition = "PPO without a critic."
    reference = "2402.03300"
    reference_note = "DeepSeekMath"
    color = "red"
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
def test_what_is_not_a_technique_is_ignored(text: str) -> None:
    valid = 'rope = { name = "RoPE", kind = "architecture", definition = "Turns." }\n'
    assert list(parse_vocabulary(tomllib.loads(valid + text))) == ["rope"]


def test_values_of_the_wrong_type_are_ignored() -> None:
    bare = Technique(id="grpo", name="GRPO", also=(), kind="rl", definition="x")
    for wrong in ('also = "one text"', "also = 5", "also = [1]", "reference = 2402.03300"):
        text = f'grpo = {{ name = "GRPO", kind = "rl", definition = "x", {wrong} }}'
        assert parse_vocabulary(tomllib.loads(text))["grpo"] == bare


def test_a_technique_names_the_runs_whose_algorithm_bears_its_name() -> None:
    runs = (RLRun(stage="one", algorithm="modified GRPO"), RLRun(stage="two", algorithm="PPO"), RLRun(algorithm="GRPO"))
    report = a_report(posttraining=Posttraining(rl=runs))
    grpo = Technique("grpo", "GRPO", ("group relative policy optimization",), "rl", "Groups.")
    assert TechniqueDetails(grpo, (report,)).stages(report) == ["one"]


def test_of_many_runs_a_page_names_the_first_two_each_once() -> None:
    stages = ("math", "math", "code", "chat", "agents")
    runs = tuple(RLRun(stage=stage, algorithm="GRPO") for stage in stages)
    report = a_report(posttraining=Posttraining(rl=runs))
    page = draw(TechniqueDetails(Technique("grpo", "GRPO", (), "rl", "Groups."), (report,)), 80, False).text
    assert "· math, code +2\n" in page
