"""Each rule of an entry, by what it refuses and by what it lets pass."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import tomli

from reportcli.curate import recipe_rules
from reportcli.curate.entry import parse_entry
from reportcli.curate.entry_rules import (
    EMPTY_TEXT,
    ENTRY_RULES,
    arxiv_pdf,
    closed_lists,
    completeness,
    confidence_keys,
    displayable_texts,
    file_name,
    flagship,
    known_keys,
    layout,
    lengths,
    order_of_dates,
    past_dates,
    patterns,
    redundant_aliases,
    sources,
    tag_and_type,
    techniques,
    toml_version,
    undisclosed,
    value_types,
)
from reportcli.report.choices import ID_ADVICE
from reportcli.report.parse import Problem
from reportcli.report.techniques import parse_vocabulary

TODAY = datetime.date(2025, 6, 30)
VOCABULARY = parse_vocabulary(
    {"grpo": {"name": "GRPO", "kind": "rl", "definition": "d", "also": ["Group Relative Policy Optimization"]}}
)
GOOD = """\
number = 10
name = "Qwen3"
title = "Qwen3 Technical Report"
aliases = [
    "Qwen3-2504",
]
organizations = [
    "Alibaba Qwen",
]
date = 2025-05-14
first_published = 2025-05-13
arxiv_version = "v2"
summary = "Eight models."
tags = [
    "moe",
]
flagship = "Qwen3-235B-A22B"
techniques = [
    "grpo",
]

[links]
arxiv = "2505.09388"
pdf = "https://arxiv.org/pdf/2505.09388v1"
code = [
    "https://github.com/QwenLM/Qwen3",
]

[[models]]
name = "Qwen3-235B-A22B"
parameters = 235_000_000_000
active_parameters = 22_000_000_000

[[models]]
name = "Qwen3-8B"
type = "dense"
parameters = 8_000_000_000

[architecture]
type = "moe"
experts_total = 128
experts_active = 8

[posttraining]
rl_family = [
    "grpo",
]
kl_penalty = false

[[notes]]
topic = "rl"
text = "RL takes two stages."
detail = [
    "Mathematics first.",
]
origin = "report"

[sources]
models = "Table 1"
"posttraining.kl_penalty" = "section 4"

[confidence]
license = "The report does not say."
"""


def parsed(text: str, file: str = "qwen3.toml", vocabulary: Any = VOCABULARY) -> Any:
    return parse_entry(file, text, tomli.loads(text), vocabulary, TODAY)


def broken(text: str, file: str = "qwen3.toml") -> dict[Callable[..., Any], list[Problem]]:
    """Return the rules that an entry breaks, with their problems."""
    problems = {rule: list(rule(parsed(text, file))) for rule in ENTRY_RULES}
    return {rule: of_rule for rule, of_rule in problems.items() if of_rule}


def changed(*pairs: tuple[str, str]) -> str:
    text = GOOD
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def test_a_good_entry_keeps_every_rule() -> None:
    assert broken(GOOD) == {}
    assert broken(f"#:schema ./schema.json\n{GOOD}") == {}


DATE, TECHNIQUE, PDF = "date = 2025-05-14", '    "grpo",\n]\n\n[links]', "https://arxiv.org/pdf/2505.09388v1"
KL = "kl_penalty = false\n"
LINKS = GOOD[GOOD.index("[links]") : GOOD.index("[[models]]")]


def run(*lines: str, kl_penalty: str = "kl_penalty = false") -> str:
    """Return the good entry with a run of RL."""
    return changed((KL, "\n".join((kl_penalty, "", "[[posttraining.rl]]", *lines, ""))))


LAYERS = """
layers = 94
hidden_size = 4096
vocabulary = 151_669
expert_size = 1536
heads = 64
kv_heads = 4
head_dimension = 128

[[architecture.attention_layers]]
kind = "full"
layers = 94
"""
SIZED = changed(("experts_active = 8\n", f"experts_active = 8{LAYERS}"))

CASES = [
    (value_types, changed(("number = 10", "number = 0.5")), "number",
     "expected a whole number from 0 to 2^63 - 1, got 0.5"),
    (value_types, changed((f"{DATE}\n", "")), "date", "required, but missing"),
    (completeness, changed(('summary = "Eight models."\n', "")), "summary", "required, but missing"),
    (completeness, changed((LINKS, "")), "links", "required, but missing; give at least one"),
    (value_types, changed((DATE, 'date = "2025-05-14"')), "date",
     'expected a date such as 2025-06-18, without quotes, got "2025-05-14"'),
    (value_types, changed(('name = "Qwen3-8B"\n', "")), "models[1].name", "required, but missing"),
    (known_keys, changed(("number = 10", "numbr = 10")), "numbr", "unknown key; did you mean number?"),
    (known_keys, changed(('arxiv = "', 'arxvi = "')), "links.arxvi", "unknown key; did you mean arxiv?"),
    (known_keys, changed(("[architecture]", "[architectrue]")), "architectrue",
     "unknown key; did you mean architecture?"),
    (known_keys, changed(("[architecture]\n", "[architecture]\ntokens = 3\n")), "architecture.tokens",
     "unknown key; did you mean models.tokens or pretraining.tokens?"),
    (known_keys, changed(('topic = "rl"\n', 'topic = "rl"\nxyzzy = 3\n')), "notes[0].xyzzy", "unknown key"),
    (known_keys, changed(("active_parameters =", "active_params =")), "models[0].active_params",
     "unknown key; did you mean active_parameters?"),
    (known_keys, f'id = "qwen3"\n{GOOD}', "id", "unknown key; the id is the name of the file"),
    (closed_lists, changed(('"moe",\n', '"meo",\n')), "tags[0]", '"meo" is not an allowed value; did you mean moe?'),
    (closed_lists, changed(('type = "dense"', 'type = "xyzzy"')), "models[1].type",
     '"xyzzy" is not an allowed value; choose from: dense, moe, diffusion, other'),
    (closed_lists, changed(('topic = "rl"', 'topic = "RL"')), "notes[0].topic",
     '"RL" is not an allowed value; did you mean rl?'),
    (closed_lists, changed(('origin = "report"', 'origin = "reports"')), "notes[0].origin",
     '"reports" is not an allowed value; did you mean report?'),
    (closed_lists, changed(('rl_family = [\n    "grpo"', 'rl_family = [\n    "gpro"')), "posttraining.rl_family[0]",
     '"gpro" is not an allowed value; did you mean grpo?'),
    (techniques, changed((TECHNIQUE, TECHNIQUE.replace("grpo", "grop"))), "techniques[0]",
     'unknown technique "grop"; did you mean grpo?'),
    (techniques, changed((TECHNIQUE, TECHNIQUE.replace("grpo", "group relative policy optimization"))),
     "techniques[0]",
     'unknown technique "group relative policy optimization"; use its id, grpo'),
    (techniques, changed((TECHNIQUE, TECHNIQUE.replace("grpo", "xyzzy"))), "techniques[0]",
     'unknown technique "xyzzy"'),
    (techniques, changed((TECHNIQUE, TECHNIQUE.replace("grpo", "Group-Relative"))), "techniques[0]",
     'unknown technique "Group-Relative"; did you mean grpo?'),
    (patterns, changed(('"2505.09388"', '"2505.09388v1"')), "links.arxiv",
     'expected a value such as "2505.09388" (number on arXiv, without a version), got "2505.09388v1"'),
    (patterns, changed(('"v2"', '"2"')), "arxiv_version",
     'expected a value such as "v2" (version on arXiv that the date belongs to, where it is not the first), got "2"'),
    (patterns, changed((PDF, "file:///etc/passwd")), "links.pdf",
     f'expected a value such as "{PDF}" (address of the report as PDF), got "file:///etc/passwd"'),
    (patterns, changed(("https://github.com/QwenLM/Qwen3", "javascript:alert(1)")), "links.code[0]",
     'expected a value such as "https://github.com/QwenLM/Qwen3" (addresses of repositories), got '
     '"javascript:alert(1)"'),
    (arxiv_pdf, changed((PDF, "http://www.arxiv.org/pdf/2505.09389.pdf")), "links.pdf",
     'leads to arXiv:2505.09389, but links.arxiv is "2505.09388"'),
    (flagship, changed(('flagship = "Qwen3-235B-A22B"', 'flagship = "Qwen3-235B"')), "flagship",
     '"Qwen3-235B" is not one of the models; did you mean Qwen3-235B-A22B?'),
    (recipe_rules.active_parameters, changed(("235_000_000_000", "21_999_999_999")), "models[0].active_parameters",
     "22_000_000_000 is more than the total of 21_999_999_999"),
    (recipe_rules.active_experts, changed(("experts_total = 128", "experts_total = 7")), "architecture.experts_active",
     "8 is more than the total of 7"),
    (past_dates, changed((DATE, "date = 2025-07-01")), "date", "2025-07-01 is in the future; today is 2025-06-30"),
    (order_of_dates, changed((DATE, "date = 2025-05-12")), "date",
     "2025-05-12 is before first_published, 2025-05-13; explain it in confidence.date"),
    (sources, changed(("models = ", "license = ")), "sources.license",
     "the entry has no license; explain what is missing in [confidence]"),
    (sources, changed(("models = ", "modles = ")), "sources.modles",
     'unknown field "modles"; did you mean models?'),
    (sources, changed(("models = ", '"models.tokens" = ')), "sources.models.tokens",
     "the entry has no models.tokens; explain what is missing in [confidence]"),
    (confidence_keys, changed(("license = ", "licence = ")), "confidence.licence",
     'unknown field "licence"; did you mean license?'),
    (displayable_texts, changed(("Eight models.", "Eight \\u202emodels.")), "summary",
     "contains U+202E (RIGHT-TO-LEFT OVERRIDE), which cannot be displayed"),
    (displayable_texts, changed(("RL takes two stages.", "RL\\ntakes\\ntwo stages.")), "notes[0].text",
     "contains U+000A (a control character), which cannot be displayed"),
    (displayable_texts, changed(('models = "Table 1"', 'models = "\\u0000"')), "sources.models",
     "contains U+0000 (a control character), which cannot be displayed"),
    (lengths, changed(("Eight models.", "x" * 181)), "summary", "181 characters, at most 180 are allowed"),
    (lengths, changed(("RL takes two stages.", "x" * 281)), "notes[0].text", "281 characters, at most 280 are allowed"),
    (lengths, changed(("Mathematics first.", "x" * 221)), "notes[0].detail[0]",
     "221 characters, at most 220 are allowed"),
    (lengths, changed(('"Qwen3 Technical Report"', '""')), "title", EMPTY_TEXT),
    (lengths, changed(('"v2"', '"v2"\nlicense = " "')), "license", EMPTY_TEXT),
    (lengths, changed(('    "Alibaba Qwen",\n', "")), "organizations", "required, but empty"),
    (tag_and_type, changed(('[architecture]\ntype = "moe"', '[architecture]\ntype = "dense"')), "tags[0]",
     '"moe" is a tag, but the type is dense'),
    (undisclosed, changed(("\n[links]", 'undisclosed = ["pretraining.gpu_hour"]\n\n[links]')), "undisclosed[0]",
     'unknown field "pretraining.gpu_hour"; did you mean pretraining.gpu_hours?'),
    (undisclosed, changed(("\n[links]", 'undisclosed = ["license", "models.parameters"]\n\n[links]')),
     "undisclosed[1]", "the entry has models.parameters"),
    (recipe_rules.limits, run("learning_rate = 3"), "posttraining.rl[0].learning_rate",
     "3.0 is not between 0 and 0.01; highest learning rate of RL"),
    (recipe_rules.limits, run("rollouts = 8", "top_p = 95"), "posttraining.rl[0].top_p",
     "95.0 is not between 0 and 1; top-p of the rollouts"),
    (recipe_rules.layers, SIZED.replace("layers = 94", "layers = 95", 1), "architecture.attention_layers",
     "the attention layers are 94 together, but architecture.layers is 95"),
    (recipe_rules.kl_penalty, run("kl_coefficient = 0.001"), "posttraining.rl[0].kl_coefficient",
     "is 0.001, but posttraining.kl_penalty is false"),
    (recipe_rules.kl_penalty, run("kl_coefficient = 0", kl_penalty="kl_penalty = true"), "posttraining.kl_penalty",
     "is true, but every run has a kl_coefficient of 0"),
    (recipe_rules.models_without_rl,
     run("rollouts = 8").replace("22_000_000_000\n", "22_000_000_000\nreinforcement_learning = false\n"),
     "models[0].reinforcement_learning", 'is false, but a run of posttraining.rl trains "Qwen3-235B-A22B"'),
    (recipe_rules.families_of_runs, run('algorithm = "CISPO"'), "posttraining.rl[0].algorithm",
     'the run uses CISPO, but "cispo" is not in posttraining.rl_family'),
    (recipe_rules.parameter_count, SIZED.replace("expert_size = 1536", "expert_size = 2048"), "models[0].parameters",
     "is 235_000_000_000, but layers, widths and experts amount to about 3.1e+11"),
    (recipe_rules.order_of_models, changed(("8_000_000_000", "235_000_000_001")), "models[1]",
     "stands after the smaller Qwen3-235B-A22B; models stand largest first"),
    (recipe_rules.sources_of_figures, GOOD[: GOOD.index("[sources]")], "sources",
     'missing; say where each figure comes from, such as "pretraining.tokens" = "section 3"'),
    (redundant_aliases, changed(("Qwen3-2504", "qwen 3")), "aliases[0]", '"qwen 3" is redundant'),
]  # fmt: skip


def test_a_rule_says_what_is_wrong_and_what_would_be_right() -> None:
    for rule, text, key, problem in CASES:
        assert broken(text)[rule] == [Problem(key, problem)]


def test_the_name_of_a_file_is_an_id() -> None:
    for entry_id in ("qwen3", "dots.llm1", "4d", "a-b.c-1"):
        assert file_name not in broken(GOOD, f"{entry_id}.toml")
    for entry_id in ("Qwen3", "qwen 3", "qwen_3", "-x", ".x", "", "tülu", "a:b", "a\nb", "x\n"):
        (problem,) = broken(GOOD, f"{entry_id}.toml")[file_name]
        assert problem.key == ""
        assert problem.text.endswith(f" is not a valid file name; {ID_ADVICE}")
    for file in ("qwen3", "qwen3.txt", "qwen3.TOML"):
        assert broken(GOOD, file)[file_name][0].text.startswith(f'"{file}" is not a valid file name')


def test_every_rule_has_a_case() -> None:
    assert {*(case[0] for case in CASES), file_name, layout, toml_version} == set(ENTRY_RULES)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(changed(("8_000_000_000", "235_000_000_000")), id="models of one size"),
        pytest.param(
            changed(("parameters = 235_000_000_000\nactive_parameters = 22_000_000_000\n", "")), id="size unknown"
        ),
        pytest.param(changed((DATE, "date = 2025-05-12"), ("[confidence]", '[confidence]\ndate = "why"')), id="why"),
        pytest.param(changed((DATE, "date = 2025-06-30")), id="today"),
        pytest.param(changed((PDF, "https://example.org/2505.00001.pdf")), id="PDF elsewhere"),
        pytest.param(changed((PDF, "https://arxiv.org/pdf/2505.09388")), id="PDF of any version"),
        pytest.param(changed(("235_000_000_000", "22_000_000_000")), id="as many at work as there are"),
        pytest.param(changed(("Eight models.", "x" * 180)), id="as long as may be"),
        pytest.param(changed(("Eight models.", "上海 – Tülu \u200d")), id="letters of all scripts"),
        pytest.param(changed(("models = ", '"models.active_parameters" = ')), id="source of what one model has"),
        pytest.param(changed(("license = ", "sources = ")), id="doubt of the sources"),
        pytest.param(SIZED, id="sizes that amount to the parameters"),
        pytest.param(run('algorithm = "GRPO with dynamic sampling"', "kl_coefficient = 0"), id="run that agrees"),
        pytest.param(
            run("steps = 5").replace(
                '"grpo",\n]\n\n', '"grpo",\n]\nundisclosed = [\n    "posttraining.rl.rollouts",\n]\n\n', 1
            ),
            id="what no run states",
        ),
        pytest.param(changed(("models = ", '"posttraining.rl_family" = "t"\nmodels = ')), id="source of a table"),
    ],
)
def test_what_is_right_passes(text: str) -> None:
    assert broken(text) == {}


def test_all_wrong_types_are_named_and_hide_no_other_problem() -> None:
    problems = broken(
        changed(
            ("number = 10", 'number = "10"'), ('name = "Qwen3-8B"\n', ""), ('"moe",\n', '"meo",\n'),
            ("experts_total = 128", 'experts_total = "128"'), (f"{DATE}\n", ""),
        )
    )  # fmt: skip
    assert [problem.key for problem in problems[value_types]] == [
        "number",
        "date",
        "models[1].name",
        "architecture.experts_total",
    ]
    assert [problem.key for problem in problems[closed_lists]] == ["tags[0]"]


# The layout.


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (changed(("number = 10\n", ""), ('name = "Qwen3"\n', 'name = "Qwen3"\nnumber = 10\n')), 1, "number = 10"),
        (f"#:schema x.json\n\n{GOOD}", 2, "number = 10"),
        (changed(("235_000_000_000", "235000000000")), 31, "parameters = 235_000_000_000"),
        (changed(('aliases = [\n    "Qwen3-2504",\n]', 'aliases = ["Qwen3-2504"]')), 4, "aliases = ["),
        (changed(("\n[links]", "[links]")), 21, "an empty line"),
        (changed(('"Eight models."', "'Eight models.'")), 13, 'summary = "Eight models."'),
        (changed(('"Eight models."', f"'{'x' * 80}'")), 13, f'summary = "{"x" * 48}…'),
        (GOOD + "\n", 64, "nothing"),
        (GOOD.removesuffix("\n"), 63, "a line end"),
        (GOOD.removesuffix('license = "The report does not say."\n'), 61, "nothing"),
        (changed(("kl_penalty = false", "kl_penalty  =  false")), 48, "kl_penalty = false"),
    ],
)
def test_the_first_line_that_differs_is_named(text: str, line: int, expected: str) -> None:
    problem = Problem("", f"layout: expected {expected} here; `check --fix` reformats the file", line)
    assert broken(text)[layout] == [problem]


def test_comments_are_no_fault_of_the_layout() -> None:
    text = changed(
        ("number = 10", "# the list\nnumber = 10 # its number"),
        ('    "grpo",\n]\n\n[links]', '    # learned\n    "grpo", # by "RL"\n]\n\n# where\n[links]'),
    )
    assert broken(text) == {}
    worse = text.replace("date = 2025-05-14", "date=2025-05-14")
    assert [(problem.line, problem.text[:41]) for problem in broken(worse)[layout]] == [
        (11, "layout: expected date = 2025-05-14 here; ")
    ]


def test_the_layout_is_asked_only_where_all_else_can_be_written() -> None:
    for text in (f"numbr = 1\n{GOOD}", changed(("number = 10", "number='10'"))):
        assert layout not in broken(text)


def test_without_a_vocabulary_no_technique_is_unknown() -> None:
    text = changed((TECHNIQUE, TECHNIQUE.replace("grpo", "xyzzy")))
    assert list(techniques(parsed(text, vocabulary=None))) == []
