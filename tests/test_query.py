"""What a query means, what is wrong with a wrong one, and whether a report fits: yes, no, or unknown."""

import datetime
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CATALOG
from trials.runner import calls
from makers import a_report
from reportcli.errors import InvalidQuery
from reportcli.query.conditions import (
    EVERYTHING,
    And,
    Between,
    Is,
    IsKnown,
    Not,
    Or,
    Query,
    Within,
    Words,
    all_of,
    any_of,
    conditions_of,
)
from reportcli.query.explain import Match, explain, plain_words
from reportcli.query.parser import parse_query
from reportcli.query.period import Period, parse_period
from reportcli.query.spelling import correct_spelling
from reportcli.query.subject import CLOSED_FIELDS, FIELDS_BY_PATH, TEXT_FIELDS, Subject
from reportcli.report.fields import Architecture, Links, Model, Note, Posttraining, Pretraining, Report
from reportcli.report.parse import parse_report
from reportcli.report.techniques import Technique, Vocabulary
from reportcli.text import split_words

PARAMETERS, CONTEXT, TOKENS = "models.parameters", "models.context_length", "pretraining.tokens"
FAMILY, KL = "posttraining.rl_family", "posttraining.kl_penalty"
B, T = 10**9, 10**12

VOCABULARY = Vocabulary(
    {
        one.id: one
        for one in (
            Technique("grpo", "GRPO", ("group relative policy optimization",), "rl", "PPO without a critic."),
            Technique("rope", "RoPE", ("rotary position embedding",), "architecture", "Turns."),
            Technique("mrope", "M-RoPE", (), "multimodal", "Turns in three axes."),
        )
    }
)


def vocabulary() -> Vocabulary:
    return VOCABULARY


def read(text: str) -> Query:
    return parse_query(text, vocabulary)


def outcome(text: str) -> Query | InvalidQuery:
    try:
        return read(text)
    except InvalidQuery as error:
        return error


def word(*texts: str) -> Words:
    return Words(texts)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


GRPO, PPO, KL_WORD, CLIP = word("grpo"), word("ppo"), word("kl"), word("clip", "higher")

GOOD: list[tuple[str, Query]] = [
    # words and phrases
    ("GRPO", GRPO),
    ("  GRPO\n", GRPO),
    ("Tülu", word("tulu")),
    ("ＱＷＥＮ", word("qwen")),
    ("dots.llm1", word("dots", "llm1")),
    ("clip-higher", CLIP),
    ("clip_higher", CLIP),
    ('"clip higher"', CLIP),
    ('"Clip  Higher!"', CLIP),
    ("“clip higher”", CLIP),
    ('pre"clip higher"', word("pre", "clip", "higher")),
    ('"and"', word("and")),
    ('"GRPO or PPO"', word("grpo", "or", "ppo")),
    ("clip*", Words(("clip",), is_prefix=True)),
    ("clip-hi*", Words(("clip", "hi"), is_prefix=True)),
    ("qwen2", word("qwen2")),
    ("android", word("android")),
    # and, or, not, brackets
    ("grpo kl", And((GRPO, KL_WORD))),
    ("grpo and kl", And((GRPO, KL_WORD))),
    ("grpo AND kl", And((GRPO, KL_WORD))),
    ("grpo or ppo", Or((GRPO, PPO))),
    ("grpo Or ppo", Or((GRPO, PPO))),
    ("grpo or ppo and kl", Or((GRPO, And((PPO, KL_WORD))))),
    ("grpo ppo or kl", Or((And((GRPO, PPO)), KL_WORD))),
    ("grpo or ppo or kl", Or((GRPO, PPO, KL_WORD))),
    ("grpo ppo and kl", And((GRPO, PPO, KL_WORD))),
    ("grpo and (ppo and kl)", And((GRPO, PPO, KL_WORD))),
    ("grpo or (ppo or kl)", Or((GRPO, PPO, KL_WORD))),
    ("not kl", Not(KL_WORD)),
    ("NOT kl", Not(KL_WORD)),
    ("not not kl", Not(Not(KL_WORD))),
    ("not grpo ppo", And((Not(GRPO), PPO))),
    ("not grpo or ppo", Or((Not(GRPO), PPO))),
    ("grpo not kl", And((GRPO, Not(KL_WORD)))),
    ("grpo and not kl", And((GRPO, Not(KL_WORD)))),
    ("not (grpo or ppo)", Not(Or((GRPO, PPO)))),
    ("(grpo or ppo) kl:no", And((Or((GRPO, PPO)), Is(KL, "no")))),
    ("(grpo or ppo)kl:no", And((Or((GRPO, PPO)), Is(KL, "no")))),
    ("((grpo))", GRPO),
    # text fields
    ("org:deepseek", Words(("deepseek",), "organizations")),
    ("organizations:deepseek", Words(("deepseek",), "organizations")),
    ("ORG:DeepSeek", Words(("deepseek",), "organizations")),
    ('org:"Moonshot AI"', Words(("moonshot", "ai"), "organizations")),
    ("org:moon*", Words(("moon",), "organizations", True)),
    ("teacher:qwen3-32b", Words(("qwen3", "32b"), "posttraining.teachers")),
    ("model:qwen3", Words(("qwen3",), "models.name")),
    ("corrections:heading", Words(("heading",), "corrections")),
    ("sources:abstract", Words(("abstract",), "sources")),
    ("confidence:nominal", Words(("nominal",), "confidence")),
    ('license:"unknown"', Words(("unknown",), "license")),
    ("links.arxiv:2505.09388", Words(("2505", "09388"), "links.arxiv")),
    # closed fields
    ("rl:grpo", Is(FAMILY, "grpo")),
    ("rl:GRPO", Is(FAMILY, "grpo")),
    ("rl_family:mirror-descent", Is(FAMILY, "mirror-descent")),
    ('rl:"Mirror Descent"', Is(FAMILY, "mirror-descent")),
    ("tag:moe", Is("tags", "moe")),
    ("tags:moe", Is("tags", "moe")),
    ('tag:"language model"', Is("tags", "language-model")),
    ("type:dense", Is("architecture.type", "dense")),
    ("models.type:moe", Is("models.type", "moe")),
    ("topic:rl", Is("notes.topic", "rl")),
    ("id:Qwen3", Is("id", "qwen3")),
    ("id:dots.llm1", Is("id", "dots.llm1")),
    ("technique:rope", Is("techniques", "rope")),
    ("tech:RoPE", Is("techniques", "rope")),
    ("technique:m-rope", Is("techniques", "mrope")),
    ('technique:"group relative policy optimization"', Is("techniques", "grpo")),
    ("kl:no", Is(KL, "no")),
    ("kl:yes", Is(KL, "yes")),
    ("KL:No", Is(KL, "no")),
    ("kl:false", Is(KL, "no")),
    ("kl:true", Is(KL, "yes")),
    ("kl_penalty:no", Is(KL, "no")),
    ("kl-penalty:no", Is(KL, "no")),
    # known and unknown
    ("kl:unknown", IsKnown(KL, False)),
    ("kl:known", IsKnown(KL)),
    ("license:known", IsKnown("license")),
    ("license:UNKNOWN", IsKnown("license", False)),
    ("params:unknown", IsKnown(PARAMETERS, False)),
    ("published:known", IsKnown("first_published")),
    ("technique:known", IsKnown("techniques")),
    # numbers
    ("params:100B..", Between(PARAMETERS, 100 * B)),
    ("params:..10B", Between(PARAMETERS, None, 10 * B)),
    ("tokens:10T..20T", Between(TOKENS, 10 * T, 20 * T)),
    ("tokens:10t..20t", Between(TOKENS, 10 * T, 20 * T)),
    ("params:7B", Between(PARAMETERS, 7 * B, 7 * B)),
    ("params:=7B", Between(PARAMETERS, 7 * B, 7 * B)),
    ("params:1.5B", Between(PARAMETERS, 1_500_000_000, 1_500_000_000)),
    ("params:500M", Between(PARAMETERS, 500_000_000, 500_000_000)),
    ("sft:10k", Between("posttraining.sft_examples", 10_000, 10_000)),
    ("params:>100B", Between(PARAMETERS, 100 * B, None, exclusive=True)),
    ("params:<100B", Between(PARAMETERS, None, 100 * B, exclusive=True)),
    ("params:>=100B", Between(PARAMETERS, 100 * B)),
    ("params:<=100B", Between(PARAMETERS, None, 100 * B)),
    ('params:"> 100B"', Between(PARAMETERS, 100 * B, None, exclusive=True)),
    ("tokens:1e12", Between(TOKENS, T, T)),
    ("tokens:1.5e12..", Between(TOKENS, 1_500 * B)),
    ("tokens:36_000_000_000_000", Between(TOKENS, 36 * T, 36 * T)),
    ("tokens:1,000", Between(TOKENS, 1000, 1000)),
    ("layers:0", Between("architecture.layers", 0, 0)),
    ("sparsity:..0.1", Between("derived.sparsity", None, 0.1)),
    ("sparsity:0.05..0.1", Between("derived.sparsity", 0.05, 0.1)),
    ("flops:1e24..", Between("derived.training_flops", 10**24)),
    ("context:128k", Or((Between(CONTEXT, 128_000, 128_000), Between(CONTEXT, 131_072, 131_072)))),
    ("context:1M", Or((Between(CONTEXT, 1_000_000, 1_000_000), Between(CONTEXT, 1_048_576, 1_048_576)))),
    ("context:128000", Between(CONTEXT, 128_000, 128_000)),
    ("context:131072", Between(CONTEXT, 131_072, 131_072)),
    ("context:32k..128k", Between(CONTEXT, 32_000, 131_072)),
    ("context:128k..", Between(CONTEXT, 128_000)),
    ("context:..128k", Between(CONTEXT, None, 131_072)),
    ("context:>128k", Between(CONTEXT, 131_072, None, exclusive=True)),
    ("context:<128k", Between(CONTEXT, None, 128_000, exclusive=True)),
    ("context:>=128k", Between(CONTEXT, 128_000)),
    ("context:<=128k", Between(CONTEXT, None, 131_072)),
    (
        "pretraining.context_length:32k",
        Or(
            (
                Between("pretraining.context_length", 32_000, 32_000),
                Between("pretraining.context_length", 32_768, 32_768),
            )
        ),
    ),
    ("date:>2025-06", Within("date", Period("2025-07-01..", datetime.date(2025, 7, 1)))),
    ("date:>=2025-06", Within("date", Period("2025-06-01..", datetime.date(2025, 6, 1)))),
    ("date:<2025-06", Within("date", Period("..2025-05-31", None, datetime.date(2025, 5, 31)))),
    ("date:<=2025-06", Within("date", Period("..2025-06-30", None, datetime.date(2025, 6, 30)))),
    ("date:=2025-06-18", Within("date", parse_period("2025-06-18"))),
    ("params:128k", Between(PARAMETERS, 128_000, 128_000)),
    # dates
    ("date:2025-05", Within("date", Period("2025-05", day("2025-05-01"), day("2025-05-31")))),
    ("date:2025-q2", Within("date", Period("2025-Q2", day("2025-04-01"), day("2025-06-30")))),
    ("date:2025-01..2025-06", Within("date", Period("2025-01..2025-06", day("2025-01-01"), day("2025-06-30")))),
    ("date:2025-05..", Within("date", Period("2025-05..", day("2025-05-01")))),
    ("date:..2024", Within("date", Period("..2024", None, day("2024-12-31")))),
    ("date:06/18/2025", Within("date", Period("2025-06-18", day("2025-06-18"), day("2025-06-18")))),
    ("published:2025", Within("first_published", Period("2025", day("2025-01-01"), day("2025-12-31")))),
    ("date:90d", Within("date", Period("90d", amount=90, unit="days"))),
    ('date:"last 6 months"', Within("date", Period("6m", amount=6, unit="months"))),
]  # fmt: skip

BAD = [
    ("", 0, "the query is empty"),
    ("params:1e400", 7, "1e400 is not a number"),
    ("params:1e60", 7, "1e60 is not a number"),
    ("   ", 0, "the query is empty"),
    ("grpo or", 7, "missing after or"),
    ("grpo or   ", 7, "missing after or"),
    ("or grpo", 0, "missing here"),
    ("and", 0, "missing here"),
    ("grpo and or ppo", 9, "missing after and"),
    ("not", 3, "missing after not"),
    ("grpo not", 8, "missing after not"),
    ("not and kl", 4, "missing after not"),
    ("()", 1, "missing after ("),
    ("(grpo", 0, "never closed"),
    ("kl (grpo or (ppo)", 3, "never closed"),
    ("grpo)", 4, "never opened"),
    ("(grpo) ) kl", 7, "never opened"),
    ('"clip higher', 0, "quote is never closed"),
    ('kl "clip', 3, "quote is never closed"),
    ("-kl", 0, "write not kl"),
    ("grpo -kl", 5, "write not kl"),
    ("params>100B", 0, "write params:>100B"),
    ("kl params<=100B", 3, "write params:<=100B"),
    ("colour:red", 0, "no field colour"),
    ("grpo organisations:x", 5, "organizations"),
    ("licence:mit", 0, "license"),
    ("technik:rope", 0, "technique"),
    ("https://arxiv.org", 0, "in quotes it is a phrase"),
    ("rl:gppo", 3, "did you mean"),
    ("rl:gppo", 3, "grpo"),
    ("kl rl:grpoo", 6, "grpo"),
    ("tag:resoning", 4, "reasoning"),
    ("type:mo", 5, "moe"),
    ("topic:xyz", 6, "use one of: release, architecture"),
    ("kl:maybe", 3, "use one of: yes, no, unknown"),
    ("technique:grop", 10, "grpo"),
    ("technique:zzzzzz", 10, "`term` lists them"),
    ("params:huge", 7, "not a number or a range"),
    ("params:huge", 7, "write params:10B"),
    ("context:long", 8, "write context:128k"),
    ("params:-5", 7, "not a number or a range"),
    ("params:..", 7, "not a number or a range"),
    ("params:>", 7, "not a number or a range"),
    ("params:>10B..20B", 7, "not a number or a range"),
    ("params:1..2..3", 7, "not a number or a range"),
    ("params:10X", 7, "not a number or a range"),
    ("grpo params:20B..10B", 12, "the range ends before it begins"),
    ("params:20B..10B", 7, "write params:10B..20B"),
    ("date:2025-13", 5, "2025-13 does not exist"),
    ("grpo date:31/02/2025", 10, "does not exist"),
    ("date:18/06/2025", 5, "does not exist"),
    ("date:2025-06..2025-01", 5, "ends before it begins"),
    ("date:soon", 5, "write date:2025-06"),
    ("date:>9999", 5, "there are no such days"),
    ("date:>90d", 5, "can be compared"),
    ("org:", 4, "org needs a value"),
    ("grpo|ppo", 0, "write grpo or ppo"),
    ("kl grpo,ppo", 3, "write grpo or ppo"),
    ("org:ai2,nvidia", 0, "write org:ai2 or org:nvidia"),
    ("grpo&ppo", 0, "write grpo and ppo"),
    ("org:!deepseek", 4, "write not org:deepseek"),
    ("rl:-grpo", 3, "write not rl:grpo"),
    ('org:""', 4, "org needs a value"),
    ("params:", 7, "write params:10B or params:unknown"),
    ("grpo kl:", 8, "write kl:no or kl:unknown"),
    ("*", 0, "there is no word"),
    ("grpo ...", 5, "there is no word"),
    ('""', 0, "there is no word"),
    ("org:...", 4, "there is no word"),
    ("not " * 51 + "kl", 200, "too deeply nested"),
    ("(" * 51 + "kl" + ")" * 51, 50, "too deeply nested"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), GOOD)
def test_a_query_is_read(text: str, expected: Query) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(("text", "expected"), GOOD)
def test_a_query_prints_as_a_text_that_means_the_same(text: str, expected: Query) -> None:
    assert read(str(expected)) == expected


@pytest.mark.parametrize(("text", "position", "said"), BAD)
def test_a_bad_query_has_a_mark_and_says_what_would_be_right(text: str, position: int, said: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        read(text)
    error = caught.value
    assert error.position == position
    assert said in f"{error.problem} {error.hint}"
    assert error.exit_code == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("grpo or", "something is missing after or\n  grpo or\n         ^"),
        ("kl rl:grpoo", "rl is never grpoo\n  kl rl:grpoo\n        ^"),
        ("a\tb )", "unmatched )\n  a b )\n      ^"),
        ("x " * 40 + "-kl", f"a minus does not exclude\n  {'x ' * 25}-kl\n  {' ' * 50}^"),
    ],
)
def test_a_bad_query_is_shown_with_a_mark_under_the_place(text: str, shown: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        read(text)
    assert str(caught.value) == shown


def test_fifty_brackets_are_not_too_many() -> None:
    assert read("(" * 50 + "kl" + ")" * 50) == KL_WORD
    assert read("(kl) " * 60) == KL_WORD


def test_the_vocabulary_is_asked_only_for_a_condition_on_techniques() -> None:
    asked: list[str] = []

    def ask() -> Vocabulary:
        asked.append("vocabulary")
        return VOCABULARY

    parse_query("grpo or ppo kl:no rl:grpo date:2025 params:7B technique:known", ask)
    assert asked == []
    parse_query("technique:rope", ask)
    assert asked != []


SMALL = Report(
    id="x-1", name="X-1", title="X-1 Technical Report", aliases=("Ex One",), organizations=("Moonshot AI",),
    date=day("2025-05-14"), summary="A dense model.", tags=("reasoning", "moe"),
    techniques=("mrope", "grpo"), corrections=("The heading was wrong.",), links=Links(arxiv="2505.00001"),
    models=(
        Model(name="X-1-600M", type="dense", parameters=600_000_000, context_length=32_768),
        Model(name="X-1-235B", parameters=235 * B, active_parameters=22 * B, context_length=131_072),
        Model(name="X-1-Secret"),
    ),
    architecture=Architecture(type="moe", attention=("GQA",), layers=94),
    pretraining=Pretraining(tokens=36 * T),
    posttraining=Posttraining(rl_algorithm="GRPO with clip-higher", rl_family=("grpo",), kl_penalty=False),
    notes=(
        Note(topic="rl", text="The KL term is dropped.", detail=("Clipping is asymmetric.",)),
        Note(topic="data", text="Trillions of tokens."),
    ),
    sources={"title": "the frontispiece"}, confidence={"date": "guesswork"},
)  # fmt: skip


def subject(report: Report = SMALL) -> Subject:
    return Subject(report, vocabulary)


def bare(**values: Any) -> Subject:
    return subject(a_report(**{"organizations": (), **values}))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("moonshot", True),
        ("MOONSHOT", True),
        ("x-1", True),
        ('"ex one"', True),
        ("gqa", True),
        ("dropped", True),
        ("asymmetric", True),
        ("secret", True),
        ("reasoning", True),
        ('"group relative policy optimization"', True),
        ("clip-higher", True),
        ('"higher clip"', False),
        ('"model reasoning"', False),
        ("clip", True),
        ("clipp", False),
        ("clipp*", True),
        ('"kl te*"', False),
        ("kl-te*", True),
        ("heading", False),
        ("frontispiece", False),
        ("guesswork", False),
        ("corrections:heading", True),
        ("sources:frontispiece", True),
        ("confidence:guesswork", True),
        ("org:moonshot", True),
        ("org:deepseek", False),
        ("license:mit", None),
        ("optimizer:muon", None),
        ("teacher:qwen", None),
        ("technique:mrope", True),
        ("technique:rope", False),
        ("tag:moe", True),
        ("tag:audio", False),
        ("topic:rl", True),
        ("topic:safety", False),
        ("rl:grpo", True),
        ("rl:ppo", False),
        ("type:moe", True),
        ("type:dense", False),
        ("models.type:dense", True),
        ("models.type:other", None),
        ("id:x-1", True),
        ("id:x", False),
        ("kl:no", True),
        ("kl:yes", False),
        ("kl:unknown", False),
        ("kl:known", True),
        ("license:unknown", True),
        ("license:known", False),
        ("params:known", True),
        ("models.tokens:unknown", True),
        ("params:600M", True),
        ("params:..1B", True),
        ("params:100B..", True),
        ("params:>235B", None),
        ("params:1B..2B", None),
        ("derived.parameters:235B", True),
        ("derived.parameters:600M", False),
        ("layers:94", True),
        ("layers:>94", False),
        ("layers:>=94", True),
        ("layers:<94", False),
        ("layers:<=94", True),
        ("layers:94..100", True),
        ("layers:90..94", True),
        ("layers:..93", False),
        ("context:128k", True),
        ("context:32k", True),
        ("context:64k", None),
        ("context:31k", None),
        ("tokens:10T..", True),
        ("tokens:10T..20T", False),
        ("hidden_size:4096", None),
        ("sparsity:..0.1", True),
        ("flops:4e24..5e24", True),
        ("date:2025-05", True),
        ("date:2025-05-14", True),
        ("date:2025-05-15..", False),
        ("published:2025", None),
        ("moonshot gqa", True),
        ("moonshot nothing", False),
        ("license:mit nothing", False),
        ("license:mit gqa", None),
        ("license:mit or gqa", True),
        ("license:mit or nothing", None),
        ("not license:mit", None),
        ("not gqa", False),
        ("not nothing", True),
    ],
)
def test_a_report_fits_or_not_or_the_catalogue_does_not_say(text: str, answer: bool | None) -> None:
    assert read(text).evaluate(subject()) is answer


@pytest.mark.parametrize(
    ("penalty", "no", "yes", "unknown", "known"),
    [
        (False, True, False, False, True),
        (True, False, True, False, True),
        (None, None, None, True, False),
    ],
)
def test_no_finds_only_a_stated_no(
    penalty: bool | None, no: bool | None, yes: bool | None, unknown: bool, known: bool
) -> None:
    report = bare(posttraining=Posttraining(kl_penalty=penalty))
    answers = [read(text).evaluate(report) for text in ("kl:no", "kl:yes", "kl:unknown", "kl:known")]
    assert answers == [no, yes, unknown, known]


def test_zero_is_known() -> None:
    report = bare(architecture=Architecture(experts_shared=0))
    assert read("experts_shared:0").evaluate(report) is True
    assert read("experts_shared:known").evaluate(report) is True
    assert read("experts_shared:1..").evaluate(report) is False


def test_a_field_of_models_is_unknown_without_models_and_known_with_all_of_them() -> None:
    assert read("params:7B").evaluate(bare()) is None
    assert read("params:7B").evaluate(bare(models=(Model(name="a", parameters=B), Model(name="b")))) is None
    assert read("params:7B").evaluate(bare(models=(Model(name="a", parameters=B),))) is False
    assert read("params:7B").evaluate(bare(models=(Model(name="a"), Model(name="b", parameters=7 * B)))) is True


def test_a_relative_period_is_counted_from_the_day_of_the_question() -> None:
    today = datetime.date.today()
    condition = read("date:30d")
    assert condition.evaluate(bare(date=today - datetime.timedelta(days=29))) is True
    assert condition.evaluate(bare(date=today - datetime.timedelta(days=32))) is False
    assert str(condition) == "date:30d"


YES, NO, UNSURE = Is("tags", "moe"), Is(FAMILY, "ppo"), Is("license", "mit")


@pytest.mark.parametrize(("part", "answer"), [(YES, False), (NO, True), (UNSURE, None)])
def test_not_turns_yes_and_no_and_leaves_unknown(part: Query, answer: bool | None) -> None:
    assert Not(part).evaluate(subject()) is answer


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (YES, YES, True, True),
        (YES, NO, False, True),
        (YES, UNSURE, None, True),
        (NO, YES, False, True),
        (NO, NO, False, False),
        (NO, UNSURE, False, None),
        (UNSURE, YES, None, True),
        (UNSURE, NO, False, None),
        (UNSURE, UNSURE, None, None),
    ],
)
def test_unknown_decides_only_where_it_matters(
    left: Query, right: Query, both: bool | None, either: bool | None
) -> None:
    assert And((left, right)).evaluate(subject()) is both
    assert Or((left, right)).evaluate(subject()) is either


def test_everything_fits_without_conditions() -> None:
    assert EVERYTHING.evaluate(subject()) is True
    assert EVERYTHING.evaluate(bare()) is True


def test_nested_ands_and_ors_become_one() -> None:
    assert all_of([GRPO, And((PPO, KL_WORD))]) == And((GRPO, PPO, KL_WORD))
    assert any_of([Or((GRPO, PPO)), KL_WORD]) == Or((GRPO, PPO, KL_WORD))
    assert all_of([Or((GRPO, PPO)), KL_WORD]) == And((Or((GRPO, PPO)), KL_WORD))
    assert all_of([GRPO]) == any_of([GRPO]) == GRPO
    assert all_of([]) == EVERYTHING


def test_what_is_said_twice_counts_once() -> None:
    assert read("kl (kl or kl) kl") == KL_WORD
    assert read("kl not kl kl") == And((KL_WORD, Not(KL_WORD)))
    better, _ = correct_spelling(read("grpo gpro"), TERMS)
    assert better == read("grpo")


def test_the_conditions_of_a_query_come_with_their_negation() -> None:
    query = read("grpo not (ppo or not kl) clip-higher")
    assert list(conditions_of(query)) == [(GRPO, False), (PPO, True), (KL_WORD, False), (CLIP, False)]


def shown(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(match.field, match.text, match.words) for match in explain(read(text), subject())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("moonshot", [("organizations", "Moonshot AI", ("moonshot",))]),
        (
            "grpo",
            [
                ("techniques", "grpo", ("grpo",)),
                ("posttraining.rl_algorithm", "GRPO with clip-higher", ("grpo",)),
                ("posttraining.rl_family", "grpo", ("grpo",)),
            ],
        ),
        ("clip-high*", [("posttraining.rl_algorithm", "GRPO with clip-higher", ("clip", "high*"))]),
        ("dropped", [("notes.text", "The KL term is dropped.", ("dropped",))]),
        ('"relative policy"', [("techniques", "group relative policy optimization", ("relative", "policy"))]),
        ("sources:frontispiece", [("sources", "the frontispiece", ("frontispiece",))]),
        ("kl:no", [("posttraining.kl_penalty", "no", ())]),
        ("rl:grpo", [("posttraining.rl_family", "grpo", ())]),
        ("params:..300B", [("models.parameters", "600000000, 235000000000", ())]),
        ("params:100B..", [("models.parameters", "235000000000", ())]),
        ("date:2025", [("date", "2025-05-14", ())]),
        ("tag:known", [("tags", "reasoning, moe", ())]),
        ("not moonshot", []),
        ("not kl:yes", []),
        ("nothing", []),
        ("kl:yes or moonshot", [("organizations", "Moonshot AI", ("moonshot",))]),
        (
            "kl:no dropped reasoning ex-one",
            [
                ("aliases", "Ex One", ("ex", "one")),
                ("tags", "reasoning", ("reasoning",)),
                ("notes.text", "The KL term is dropped.", ("dropped",)),
                ("posttraining.kl_penalty", "no", ()),
            ],
        ),
    ],
)
def test_an_answer_says_why_a_report_fits(text: str, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    assert shown(text) == expected


def test_the_reasons_come_weightiest_first() -> None:
    fields = [match.field for match in explain(read("x"), subject())]
    assert fields == ["id", "name", "title", "models.name"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Qwen3", "qwen3"), ("llama 3 8b", "llama 3 8b"), ('"kimi k1.5" 8b', "kimi k1 5 8b"),
        ("qwen3 rl:grpo", "qwen3"), ("qwen not llama params:7b", "qwen"), ("name:qwen3", ""), ("qwen*", ""),
        ("qwen or llama", ""), ("not qwen", ""),
    ],
)  # fmt: skip
def test_plain_words_may_be_a_name(text: str, expected: str) -> None:
    assert plain_words(read(text)) == tuple(expected.split())


def test_a_reason_has_the_label_of_its_field() -> None:
    assert Match("posttraining.kl_penalty", "no").label == "KL penalty"


TERMS = [
    ("grpo", 100.0, 9), ("ppo", 100.0, 7), ("dpo", 100.0, 3), ("tokens", 30.0, 36), ("distillation", 100.0, 12),
    ("distillations", 1.0, 90), ("llama", 1000.0, 5), ("llamo", 30.0, 50), ("clipa", 1.0, 3), ("clipb", 1.0, 2),
    ("soup", 1.0, 99), ("soups", 1.0, 1), ("rare", 1000.0, 1), ("rars", 100.0, 8), ("reinforcement", 30.0, 4),
    ("gro", 1.0, 99),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "better", "replaced"),
    [
        ("GPRO", "grpo", {"gpro": "grpo"}),
        ("grppo", "grpo", {"grppo": "grpo"}),
        ("tokns", "tokens", {"tokns": "tokens"}),
        ("GPRO kl", "grpo kl", {"gpro": "grpo"}),
        ("gpro or tokns", "grpo or tokens", {"gpro": "grpo", "tokns": "tokens"}),
        ("(gpro or ppo) kl:no", "(grpo or ppo) kl:no", {"gpro": "grpo"}),
        ('"gpro tokns"', '"grpo tokens"', {"gpro": "grpo", "tokns": "tokens"}),
        ("distilation", "distillation", {"distilation": "distillation"}),
        ("distilaton", "distillation", {"distilaton": "distillation"}),
        ("reinforcmant", "reinforcement", {"reinforcmant": "reinforcement"}),
        ("llame", "llama", {"llame": "llama"}),
        ("rarx", "rars", {"rarx": "rars"}),
        ("soupx", "soups", {"soupx": "soups"}),
        ("clipc", "clipa", {"clipc": "clipa"}),
    ],
)
def test_a_word_that_no_report_holds_is_replaced_by_its_neighbour(
    text: str, better: str, replaced: dict[str, str]
) -> None:
    assert correct_spelling(read(text), TERMS) == (read(better), replaced)


@pytest.mark.parametrize(
    "text",
    [
        "grpo",
        "gro",
        "gpo",
        "dpp",
        "grpo1",
        "gpr0",
        "tokesn1",
        "tkns",
        "tokxx",
        "not gpro",
        "not (gpro or tokns)",
        "gpro*",
        "org:gpro",
        "rl:grpo kl:no",
        "soup",
        "abcdefgh",
        "reinforxxxent",
    ],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    query = read(text)
    assert correct_spelling(query, TERMS) == (query, {})


def test_a_word_under_not_stays_where_the_same_word_elsewhere_is_replaced() -> None:
    better, replaced = correct_spelling(read("gpro not gpro"), TERMS)
    assert better == read("grpo not gpro")
    assert replaced == {"gpro": "grpo"}


def test_an_unknown_word_is_compared_with_the_catalogue_once() -> None:
    asked = read('"gpro gpro" or gpro kl or "tokns gpro"')
    assert calls(lambda: correct_spelling(asked, TERMS))["_closest_term"] == 2


def test_a_word_in_a_double_negation_is_asked_for() -> None:
    better, replaced = correct_spelling(read("not not gpro"), TERMS)
    assert better == read("not not grpo")
    assert replaced == {"gpro": "grpo"}


ONE_WORD = st.text(
    alphabet=st.characters(categories=("Ll", "Lo", "Nd"), max_codepoint=0x2FFF), min_size=1, max_size=6
).filter(lambda text: split_words(text) == [text])
SOME_WORDS = st.lists(
    ONE_WORD | st.sampled_from(["and", "or", "not", "known", "unknown", "grpo", "7b"]), min_size=1, max_size=3
).map(tuple)
NUMBERS = st.integers(0, 2**63) | st.floats(0, 1e6).filter(lambda number: not number.is_integer())
NUMBER_FIELDS = st.sampled_from([path for path, field in FIELDS_BY_PATH.items() if field.kind == "number"])
RANGES = st.one_of(
    st.builds(Between, NUMBER_FIELDS, NUMBERS),
    st.builds(Between, NUMBER_FIELDS, st.none(), NUMBERS),
    st.builds(Between, NUMBER_FIELDS, NUMBERS, st.none(), st.just(True)),
    st.builds(Between, NUMBER_FIELDS, st.none(), NUMBERS, st.just(True)),
    st.builds(
        lambda path, ends: Between(path, min(ends), max(ends)), NUMBER_FIELDS, st.tuples(NUMBERS, NUMBERS)
    ),
)  # fmt: skip
CLOSED_VALUES = st.sampled_from(
    [Is(field.path, value) for field in CLOSED_FIELDS for value in field.info.choices]
    + [Is(KL, "yes"), Is(KL, "no"), Is("techniques", "grpo"), Is("techniques", "mrope")]
    + [Is("id", "qwen3"), Is("id", "dots.llm1"), Is("id", "two words")]
)
PERIODS = st.sampled_from(
    ["2025", "2025-06", "2025-Q2", "2025-W20", "2025-06-18", "2025-01..2025-06", "2025-05..", "..2024", "90d", "6m"]
).map(parse_period)
OPEN_FIELDS = st.sampled_from([field.path for field in TEXT_FIELDS if field not in CLOSED_FIELDS])
CONDITIONS = st.one_of(
    st.builds(Words, SOME_WORDS, st.just(""), st.booleans()),
    st.builds(Words, SOME_WORDS, OPEN_FIELDS, st.booleans()),
    CLOSED_VALUES,
    RANGES,
    st.builds(Within, st.sampled_from(["date", "first_published"]), PERIODS),
    st.builds(IsKnown, st.sampled_from(sorted(FIELDS_BY_PATH)), st.booleans()),
)  # fmt: skip
QUERIES = st.recursive(
    CONDITIONS,
    lambda parts: st.one_of(
        parts.map(Not),
        st.lists(parts, min_size=2, max_size=4).map(all_of),
        st.lists(parts, min_size=2, max_size=4).map(any_of),
    ),
    max_leaves=8,
)


@given(QUERIES)
def test_any_query_prints_as_a_text_that_means_the_same(query: Query) -> None:
    assert read(str(query)) == query


@given(QUERIES)
def test_any_query_has_an_answer_and_its_opposite(query: Query) -> None:
    answer = query.evaluate(subject())
    assert answer in (True, False, None)
    assert Not(query).evaluate(subject()) is (None if answer is None else not answer)


PIECES = st.lists(
    st.sampled_from(
        ["grpo", "and", "or", "not", "(", ")", '"', "*", ":", "..", "<", ">", "=", "-", " ", " ", "kl", "no", "org",
         "id", "params", "date", "technique", "context", "128k", "1e9", "1e400", "1e-999", "7B", "0.1", "2025-06",
         "90d", "unknown", "known", "yes", "ü", "上海", "\u0308", "“", "\n", "\t", "\x00", "²", "٣"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.text() | PIECES)
def test_any_text_is_a_query_or_a_bad_query(text: str) -> None:
    found = outcome(text)
    if isinstance(found, InvalidQuery):
        assert found.hint != ""
    else:
        assert list(conditions_of(found)) != []
        assert found.evaluate(subject()) in (True, False, None)


@given(st.text() | PIECES)
def test_any_text_has_a_mark_in_it_or_prints_as_a_text_that_means_the_same(text: str) -> None:
    found = outcome(text)
    if isinstance(found, InvalidQuery):
        assert 0 <= found.position <= len(text)
    else:
        assert read(str(found)) == found


@pytest.mark.parametrize(
    "text",
    ['id:"known"', 'id:"unknown"', "params:1e59", "tokens:1e-99..", "sparsity:1e-40", "params:0.1..", "org:“a b”"],
)
def test_an_unusual_query_prints_as_a_text_that_means_the_same(text: str) -> None:
    query = read(text)
    assert read(str(query)) == query


@pytest.mark.parametrize(
    "text",
    [
        "grpo " * 2000,
        "grpo or " * 1250,
        "not " * 2500,
        "(" * 10_000,
        ")" * 10_000,
        '"' * 10_000,
        '"a" ' * 2500,
        "a" * 10_000,
        "a:" * 5000,
        "a." * 5000,
        "a<" * 5000,
        "*" * 10_000,
        "-" * 10_000,
        " " * 10_000,
        "params:" + "9" * 9993,
        "params:1e" + "9" * 9991,
        "params:" + "1.." * 3331,
        "technique:" + "a" * 9990,
        "date:" + "2025.." * 1665,
        "kl:" + "no" * 4998,
        "(grpo) " * 1428,
        "rl:" + "ü" * 9997,
    ],
    ids=lambda text: text[:12].strip(),
)
def test_a_query_of_ten_thousand_letters_is_read_or_refused(text: str) -> None:
    assert 9_900 <= len(text) <= 10_000
    found = outcome(text)
    if isinstance(found, InvalidQuery):
        assert found.problem != ""
    else:
        assert found.evaluate(subject()) in (True, False, None)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("rl:grpo kl:no org:mistral", ["magistral"]),
        ("params:400B.. type:dense", ["llama-3", "tulu-3-2025"]),
        ("tokens:20T..", ["mimo", "qwen3"]),
        ("context:1M", ["gemini-2.5", "minimax-01", "minimax-m1", "qwen2.5"]),
        ("date:2024", ["deepseek-v3", "llama-3", "olmo", "olmo-2", "phi-4", "qwen2.5", "tulu-3"]),
        ("type:diffusion", ["seedream-3.0"]),
        ("id:qwen3", ["qwen3"]),
    ],
)
def test_a_query_finds_the_reports_of_the_shipped_catalogue(text: str, ids: list[str]) -> None:
    query, found = read(text), []
    for path in sorted(CATALOG.glob("*.toml")):
        report, _ = parse_report(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        assert report is not None
        if query.evaluate(subject(report)):
            found.append(report.id)
    assert sorted(found) == ids
