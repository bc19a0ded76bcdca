"""Each rule of a vocabulary, by what it refuses and by what it lets pass."""

from collections.abc import Callable
from typing import Any

import pytest

from reportcli.reader import Problem
from reportcli.terms import TERM_RULES, Terms, kinds, references, term_ids, term_keys, term_names, term_texts
from reportcli.vocabulary import read_vocabulary

TECHNIQUES = {
    "grpo": {"name": "GRPO", "kind": "rl", "definition": "d", "also": ["Group Relative Policy Optimization"]},
    "qk-norm": {"name": "QK-Norm", "kind": "architecture", "definition": "d", "reference": "2010.04245"},
}


def term_problems(table: dict[str, Any]) -> dict[Callable[..., Any], list[Problem]]:
    terms = Terms(table, read_vocabulary({**TECHNIQUES, **table}), frozenset({"qwen3"}))
    said = {rule: list(rule(terms)) for rule in TERM_RULES}
    return {rule: problems for rule, problems in said.items() if problems}


def term(**more: Any) -> dict[str, Any]:
    return {"name": "New", "kind": "rl", "definition": "d", **more}


def test_good_techniques_keep_every_rule() -> None:
    assert term_problems(TECHNIQUES) == {}
    assert term_problems({"new": term(also=["Newer"], reference="qwen3", reference_note="n")}) == {}


TERM_CASES = [
    (term_keys, {"new": 3}, "new", "expected a table, got 3"),
    (term_keys, {"new": {"name": "New", "kind": "rl"}}, "new.definition", "required, but missing"),
    (term_keys, {"new": term(alsoo=["x"])}, "new.alsoo", "unknown key; did you mean also?"),
    (term_keys, {"new": term(xyzzy="x")}, "new.xyzzy", "unknown key"),
    (term_keys, {"new": term(also="x")}, "new.also", 'expected a list of texts, got "x"'),
    (term_keys, {"new": term(also=[1])}, "new.also", "expected a list of texts, got a list"),
    (term_keys, {"new": term(reference=2402.03300)}, "new.reference", "expected a text, got 2402.033"),
    (term_ids, {"New": term()}, "New", '"New" is no id: lower-case letters, digits, . and -, such as grpo'),
    (kinds, {"new": term(kind="RL")}, "new.kind", '"RL" is not in the list; did you mean rl?'),
    (term_names, {"new": term(also=["grpo"])}, "new", '"grpo" is a name of grpo too'),
    (term_names, {"q-k.norm": term()}, "q-k.norm", '"qknorm" is a name of qk-norm too'),
    (references, {"new": term(reference="2402.03300v2")}, "new.reference",
     'expected a number on arXiv or the id of a report, got "2402.03300v2"'),
    (references, {"new": term(reference="qwen-3")}, "new.reference",
     'expected a number on arXiv or the id of a report, got "qwen-3"; did you mean qwen3?'),
    (term_texts, {"new": term(definition="a\u202eb")}, "new.definition",
     "holds U+202E (RIGHT-TO-LEFT OVERRIDE), which is not shown"),
    (term_texts, {"new": term(also=["x", ""])}, "new.also[1]", "empty; leave out what is not known"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "table", "key", "said"), TERM_CASES)
def test_a_rule_of_the_vocabulary_says_what_is_wrong(rule: Any, table: dict[str, Any], key: str, said: str) -> None:
    assert term_problems(table)[rule] == [Problem(key, said)]


def test_every_rule_has_a_case() -> None:
    assert {case[0] for case in TERM_CASES} == set(TERM_RULES)
