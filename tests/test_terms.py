"""Each rule of a vocabulary, by what it refuses and by what it lets pass."""

from collections.abc import Callable
from typing import Any

import pytest

from reportcli.curate.technique_rules import (
    TECHNIQUE_RULES,
    TechniqueFile,
    kinds,
    references,
    technique_ids,
    technique_keys,
    technique_texts,
    unique_technique_names,
)
from reportcli.report.parse import Problem
from reportcli.report.techniques import parse_vocabulary

TECHNIQUES = {
    "grpo": {"name": "GRPO", "kind": "rl", "definition": "d", "also": ["Group Relative Policy Optimization"]},
    "qk-norm": {"name": "QK-Norm", "kind": "architecture", "definition": "d", "reference": "2010.04245"},
}


def term_problems(table: dict[str, Any]) -> dict[Callable[..., Any], list[Problem]]:
    terms = TechniqueFile(table, parse_vocabulary({**TECHNIQUES, **table}), frozenset({"qwen3"}))
    said = {rule: list(rule(terms)) for rule in TECHNIQUE_RULES}
    return {rule: problems for rule, problems in said.items() if problems}


def term(**more: Any) -> dict[str, Any]:
    return {"name": "New", "kind": "rl", "definition": "d", **more}


def test_good_techniques_keep_every_rule() -> None:
    assert term_problems(TECHNIQUES) == {}
    assert term_problems({"new": term(also=["Newer"], reference="qwen3", reference_note="n")}) == {}


TERM_CASES = [
    (technique_keys, {"new": 3}, "new", "expected a table, got 3"),
    (technique_keys, {"new": {"name": "New", "kind": "rl"}}, "new.definition", "required, but missing"),
    (technique_keys, {"new": term(alsoo=["x"])}, "new.alsoo", "unknown key; did you mean also?"),
    (technique_keys, {"new": term(xyzzy="x")}, "new.xyzzy", "unknown key"),
    (technique_keys, {"new": term(also="x")}, "new.also", 'expected a list of strings, got "x"'),
    (technique_keys, {"new": term(also=[1])}, "new.also", "expected a list of strings, got a list"),
    (technique_keys, {"new": term(reference=2402.03300)}, "new.reference", "expected a string, got 2402.033"),
    (technique_ids, {"New": term()}, "New", '"New" is no id: lower-case letters, digits, . and -, such as grpo'),
    (kinds, {"new": term(kind="RL")}, "new.kind", '"RL" is not in the list; did you mean rl?'),
    (unique_technique_names, {"new": term(also=["grpo"])}, "new", '"grpo" is a name of grpo too'),
    (unique_technique_names, {"q-k.norm": term()}, "q-k.norm", '"qknorm" is a name of qk-norm too'),
    (references, {"new": term(reference="2402.03300v2")}, "new.reference",
     'expected a number on arXiv or the id of a report, got "2402.03300v2"'),
    (references, {"new": term(reference="qwen-3")}, "new.reference",
     'expected a number on arXiv or the id of a report, got "qwen-3"; did you mean qwen3?'),
    (technique_texts, {"new": term(definition="a\u202eb")}, "new.definition",
     "holds U+202E (RIGHT-TO-LEFT OVERRIDE), which is not shown"),
    (technique_texts, {"new": term(also=["x", ""])}, "new.also[1]", "empty; leave out what is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "table", "key", "said"), TERM_CASES)
def test_a_rule_of_the_vocabulary_says_what_is_wrong(rule: Any, table: dict[str, Any], key: str, said: str) -> None:
    assert term_problems(table)[rule] == [Problem(key, said)]


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in TERM_CASES} == set(TECHNIQUE_RULES)
