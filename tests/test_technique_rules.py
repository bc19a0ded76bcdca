"""Each rule of a vocabulary, by what it refuses and by what it lets pass."""

from collections.abc import Callable
from typing import Any

from reportcli.curate.entry_rules import EMPTY_TEXT
from reportcli.curate.technique_rules import (
    TECHNIQUE_RULES,
    TechniqueFile,
    references,
    technique_ids,
    technique_keys,
    technique_kinds,
    technique_texts,
    unique_technique_names,
)
from reportcli.report.choices import ID_ADVICE
from reportcli.report.parse import Problem
from reportcli.report.techniques import parse_vocabulary

TECHNIQUES = {
    "grpo": {"name": "GRPO", "kind": "rl", "definition": "d", "also": ["Group Relative Policy Optimization"]},
    "qk-norm": {"name": "QK-Norm", "kind": "architecture", "definition": "d", "reference": "2010.04245"},
}


def broken(table: dict[str, Any]) -> dict[Callable[..., Any], list[Problem]]:
    file = TechniqueFile(table, parse_vocabulary({**TECHNIQUES, **table}), frozenset({"qwen3"}))
    problems = {rule: list(rule(file)) for rule in TECHNIQUE_RULES}
    return {rule: of_rule for rule, of_rule in problems.items() if of_rule}


def technique(**more: Any) -> dict[str, Any]:
    return {"name": "New", "kind": "rl", "definition": "d", **more}


def test_good_techniques_keep_every_rule() -> None:
    assert broken(TECHNIQUES) == {}
    assert broken({"new": technique(also=["Newer"], reference="qwen3", reference_note="n")}) == {}


CASES = [
    (technique_keys, {"new": 3}, "new", "expected a table, got 3"),
    (technique_keys, {"new": {"name": "New", "kind": "rl"}}, "new.definition", "required, but missing"),
    (technique_keys, {"new": technique(alsoo=["x"])}, "new.alsoo", "unknown key; did you mean also?"),
    (technique_keys, {"new": technique(xyzzy="x")}, "new.xyzzy", "unknown key"),
    (technique_keys, {"new": technique(also="x")}, "new.also", 'expected a list of strings, got "x"'),
    (technique_keys, {"new": technique(also=[1])}, "new.also", "expected a list of strings, got a list"),
    (technique_keys, {"new": technique(reference=2402.03300)}, "new.reference", "expected a string, got 2402.033"),
    (technique_ids, {"New": technique()}, "New",
     f'"New" is not a valid id; {ID_ADVICE}'),
    (technique_kinds, {"new": technique(kind="RL")}, "new.kind", '"RL" is not an allowed value; did you mean rl?'),
    (unique_technique_names, {"new": technique(also=["grpo"])}, "new", '"grpo" is also a name of grpo'),
    (unique_technique_names, {"q-k.norm": technique()}, "q-k.norm", '"qknorm" is also a name of qk-norm'),
    (references, {"new": technique(reference="2402.03300v2")}, "new.reference",
     'expected an arXiv number or the id of a report, got "2402.03300v2"'),
    (references, {"new": technique(reference="qwen-3")}, "new.reference",
     'expected an arXiv number or the id of a report, got "qwen-3"; did you mean qwen3?'),
    (technique_texts, {"new": technique(definition="a\u202eb")}, "new.definition",
     "contains U+202E (RIGHT-TO-LEFT OVERRIDE), which cannot be displayed"),
    (technique_texts, {"new": technique(also=["x", ""])}, "new.also[1]", EMPTY_TEXT),
]  # fmt: skip


def test_a_rule_of_the_vocabulary_says_what_is_wrong() -> None:
    for rule, table, key, problem in CASES:
        assert broken(table)[rule] == [Problem(key, problem)]


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(TECHNIQUE_RULES)
