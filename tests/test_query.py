"""What a query means, what is wrong with an invalid one, and whether a report fits: yes, no, or unknown."""

import datetime
import json
import re
from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from makers import MemoryRegister, a_report, shipped_reports
from reportcli.answer.notes import reading_notes
from reportcli.errors import InvalidQuery
from reportcli.query.conditions import (
    EVERYTHING,
    And,
    Between,
    Is,
    IsKnown,
    IsUndisclosed,
    Not,
    Or,
    Query,
    Within,
    Words,
    all_of,
    any_of,
    conditions_of,
    evaluate_report,
)
from reportcli.query.explain import Match, explain, plain_words
from reportcli.query.parser import parse_query
from reportcli.query.period import Period, Relative, parse_period
from reportcli.query.spelling import replace_word
from reportcli.query.subject import CLOSED_FIELDS, FIELDS_BY_PATH, TEXT_FIELDS, Subject, subjects_of
from reportcli.report.fields import Architecture, Links, Model, Note, Posttraining, Pretraining, Report
from reportcli.report.techniques import Technique, Vocabulary
from reportcli.text import split_words

PARAMETERS, CONTEXT, TOKENS = "derived.parameters", "derived.context_length", "pretraining.tokens"
KV_CACHE, KL_COEFFICIENT = "derived.kv_cache", "posttraining.rl.kl_coefficient"
FAMILY, KL = "posttraining.rl_family", "posttraining.kl_penalty"
B, T = 10**9, 10**12

TECHNIQUES = (
    Technique("grpo", "GRPO", ("group relative policy optimization",), "rl", "PPO without a critic."),
    Technique("rope", "RoPE", ("rotary position embedding",), "architecture", "Turns."),
    Technique("mrope", "M-RoPE", (), "multimodal", "Turns in three axes."),
)
VOCABULARY = Vocabulary({technique.id: technique for technique in TECHNIQUES})


def vocabulary() -> Vocabulary:
    return VOCABULARY


def parse(text: str) -> Query:
    return parse_query(text, vocabulary)


def parse_or_error(text: str) -> Query | InvalidQuery:
    try:
        return parse(text)
    except InvalidQuery as error:
        return error


def word(*texts: str) -> Words:
    return Words(texts)


def phrase(*texts: str) -> Words:
    return Words(texts, is_exact=True)


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


GRPO, PPO, KL_WORD, CLIP = word("grpo"), word("ppo"), word("kl"), word("clip", "higher")

PARSED: list[tuple[Query, tuple[str, ...]]] = [
    # words and phrases
    (GRPO, ("GRPO", "  GRPO\n", "((grpo))")),
    (word("tulu"), ("Tülu",)),
    (word("qwen"), ("ＱＷＥＮ",)),
    (word("dots", "llm1"), ("dots.llm1",)),
    (CLIP, ("clip-higher", "clip_higher")),
    (phrase("clip", "higher"), ('"clip higher"', '"Clip  Higher!"', "“clip higher”")),
    (phrase("pre", "clip", "higher"), ('pre"clip higher"',)),
    (phrase("and"), ('"and"',)),
    (phrase("grpo", "or", "ppo"), ('"GRPO or PPO"',)),
    (Words(("clip",), is_prefix=True), ("clip*",)),
    (Words(("clip", "hi"), is_prefix=True), ("clip-hi*",)),
    (word("android"), ("android",)),
    # and, or, not, brackets
    (And((GRPO, KL_WORD)), ("grpo kl", "grpo and kl", "grpo AND kl")),
    (Or((GRPO, PPO)), ("grpo or ppo", "grpo Or ppo")),
    (Or((GRPO, And((PPO, KL_WORD)))), ("grpo or ppo and kl",)),
    (Or((And((GRPO, PPO)), KL_WORD)), ("grpo ppo or kl",)),
    (Or((GRPO, PPO, KL_WORD)), ("grpo or ppo or kl", "grpo or (ppo or kl)")),
    (And((GRPO, PPO, KL_WORD)), ("grpo ppo and kl", "grpo and (ppo and kl)")),
    (Not(KL_WORD), ("not kl", "NOT kl", "without kl")),
    (Not(Not(KL_WORD)), ("not not kl",)),
    (And((Not(GRPO), PPO)), ("not grpo ppo",)),
    (Or((Not(GRPO), PPO)), ("not grpo or ppo",)),
    (And((GRPO, Not(KL_WORD))), ("grpo not kl", "grpo and not kl")),
    (Not(Or((GRPO, PPO))), ("not (grpo or ppo)",)),
    (And((Or((GRPO, PPO)), Is(KL, "no"))), ("(grpo or ppo) kl:no", "(grpo or ppo)kl:no")),
    # text fields
    (Words(("deepseek",), "organizations"), ("org:deepseek", "organizations:deepseek", "ORG:DeepSeek")),
    (Words(("moonshot", "ai"), "organizations", is_exact=True), ('org:"Moonshot AI"',)),
    (Words(("moon",), "organizations", True), ("org:moon*",)),
    (Words(("qwen3", "32b"), "posttraining.teachers"), ("teacher:qwen3-32b",)),
    (Words(("qwen3",), "models.name"), ("model:qwen3",)),
    (Words(("heading",), "corrections"), ("corrections:heading",)),
    (Words(("abstract",), "sources"), ("sources:abstract",)),
    (Words(("nominal",), "confidence"), ("confidence:nominal",)),
    (Words(("unknown",), "license", is_exact=True), ('license:"unknown"',)),
    (Words(("2505", "09388"), "links.arxiv"), ("links.arxiv:2505.09388",)),
    # closed fields
    (Is(FAMILY, "grpo"), ("rl:grpo", "rl:GRPO")),
    (Is(FAMILY, "mirror-descent"), ("rl_family:mirror-descent", 'rl:"Mirror Descent"')),
    (Is("tags", "moe"), ("tag:moe", "tags:moe")),
    (Is("tags", "language-model"), ('tag:"language model"',)),
    (Is("architecture.type", "dense"), ("type:dense",)),
    (Is("models.type", "moe"), ("models.type:moe",)),
    (Is("notes.topic", "rl"), ("topic:rl",)),
    (Is("id", "qwen3"), ("id:Qwen3",)),
    (Is("id", "dots.llm1"), ("id:dots.llm1",)),
    (Is("techniques", "rope"), ("technique:rope", "tech:RoPE")),
    (Is("techniques", "mrope"), ("technique:m-rope",)),
    (Is("techniques", "grpo"), ('technique:"group relative policy optimization"',)),
    (Is(KL, "no"), ("kl:no", "KL:No", "kl:false", "kl:0", "kl_penalty:no", "kl-penalty:no")),
    (Is(KL, "yes"), ("kl:yes", "kl:true")),
    # known and unknown
    (IsKnown(KL, False), ("kl:unknown",)),
    (IsKnown(KL), ("kl:known",)),
    (IsKnown("license"), ("license:known",)),
    (IsKnown("license", False), ("license:UNKNOWN",)),
    (IsKnown(PARAMETERS, False), ("params:unknown",)),
    (IsKnown("first_published"), ("published:known",)),
    (IsKnown("techniques"), ("technique:known",)),
    # numbers
    (Between(PARAMETERS, 100 * B), ("params:100B..", "params:>=100B")),
    (Between(PARAMETERS, None, 10 * B), ("params:..10B",)),
    (Between(TOKENS, 10 * T, 20 * T), ("tokens:10T..20T", "tokens:10t..20t")),
    (Between(PARAMETERS, 7 * B, 7 * B), ("params:7B", "params:=7B")),
    (Between(PARAMETERS, 1_500_000_000, 1_500_000_000), ("params:1.5B",)),
    (Between(PARAMETERS, 500_000_000, 500_000_000), ("params:500M",)),
    (Between("posttraining.sft_examples", 10_000, 10_000), ("sft:10k",)),
    (Between(PARAMETERS, 100 * B, None, exclusive=True), ("params:>100B", 'params:"> 100B"')),
    (Between(PARAMETERS, B, 10 * B, right_open=True), ("params:1B..<10B",)),
    (Between(PARAMETERS, None, 100 * B, exclusive=True), ("params:<100B",)),
    (Between(PARAMETERS, None, 100 * B), ("params:<=100B",)),
    (Between(PARAMETERS, 128_000, 128_000), ("params:128k",)),
    (Between(TOKENS, T, T), ("tokens:1e12",)),
    (Between(TOKENS, 1_500 * B), ("tokens:1.5e12..",)),
    (Between(TOKENS, 36 * T, 36 * T), ("tokens:36_000_000_000_000",)),
    (Between(TOKENS, 1000, 1000), ("tokens:1,000",)),
    (Between(PARAMETERS, 500_000_000, 500_000_000), ("params:.5B", "params:0.5B")),
    (Between(PARAMETERS, B, 10 * B, right_open=True), ("params:1..<10B",)),
    (Between(PARAMETERS, None, 10 * B, exclusive=True), ("params:..<10B",)),
    (Between(PARAMETERS, 7 * B, 70 * B), ("params:7..70B", "ｐａｒａｍｓ：７．．７０Ｂ", "size:7..70B")),
    (Between(TOKENS, 500 * B, 10 * T), ("tokens:.5..10T",)),
    (Between(TOKENS, 1_000_000, 10 * T), ("tokens:1,000,000..10T", "tokens:1e6..10T")),
    (Between(PARAMETERS, 0, 70 * B), ("params:0..70B",)),
    (Between(PARAMETERS, 512, 32_000), ("params:512..32k",)),
    (Between("architecture.layers", 32, 64), ("layers:32..64",)),
    (Between("architecture.layers", 0, 0), ("layers:0",)),
    (Between("derived.sparsity", None, 0.1), ("sparsity:..0.1",)),
    (Between("derived.sparsity", 0.05, 0.1), ("sparsity:0.05..0.1",)),
    (Between("derived.training_flops", 10**24), ("flops:1e24..",)),
    (Or((Between(CONTEXT, 128_000, 128_000), Between(CONTEXT, 131_072, 131_072))), ("context:128k",)),
    (Or((Between(CONTEXT, 1_000_000, 1_000_000), Between(CONTEXT, 1_048_576, 1_048_576))), ("context:1M",)),
    (Between(CONTEXT, 131_072, 131_072), ("context:131072",)),
    (Between(CONTEXT, 32_000, 131_072), ("context:32k..128k",)),
    (Between(CONTEXT, 128_000), ("context:128k..", "context:>=128k")),
    (Between(CONTEXT, None, 131_072), ("context:..128k", "context:<=128k")),
    (Between(CONTEXT, 131_072, None, exclusive=True), ("context:>128k",)),
    (Between(KV_CACHE, None, 102_400), ("kv_cache:..100KiB", "kv_cache:..102400", "kv_cache:..0.1e3kib")),
    (Between(KV_CACHE, 2**30, 1.5 * 2**30), ("kv_cache:1GiB..1.5GiB",)),
    (Between(KL_COEFFICIENT, None, 0.001), ("kl_coefficient:..0.001", "kl_coefficient:..1e-3")),
    (IsUndisclosed(KL_COEFFICIENT), ("kl_coefficient:undisclosed",)),
    (Between(CONTEXT, None, 128_000, exclusive=True), ("context:<128k",)),
    (Between("pretraining.context_length", 32_000, 65_536), ("pretraining.context_length:32k..64k",)),
    # synonyms
    (Words(("qwen",), "organizations"), ("lab:qwen", "company:qwen", "organisation:qwen", "organisations:qwen")),
    (Is("architecture.type", "moe"), ("arch:moe",)),
    (Words(("grpo",), "posttraining.rl_algorithm"), ("rl_algorithm:grpo",)),
    (Words(("mit",), "license"), ("licence:mit",)),
    (Between("architecture.vocabulary", 100_000), ("vocab:100k..",)),
    (Between(CONTEXT, 128_000), ("ctx:128k..",)),
    (Within("date", Period("2025", day("2025-01-01"), day("2025-12-31"))), ("year:2025",)),
    # dates
    (Within("date", Period("2025-05", day("2025-05-01"), day("2025-05-31"))), ("date:2025-05",)),
    (Within("date", Period("2025-Q2", day("2025-04-01"), day("2025-06-30"))), ("date:2025-q2",)),
    (Within("date", Period("2025-01..2025-06", day("2025-01-01"), day("2025-06-30"))), ("date:2025-01..2025-06",)),
    (Within("date", Period("2025-05..", day("2025-05-01"))), ("date:2025-05..",)),
    (Within("date", Period("..2024", None, day("2024-12-31"))), ("date:..2024",)),
    (
        Within("date", Period("2025-06-18", day("2025-06-18"), day("2025-06-18"))),
        ("date:06/18/2025", "date:=2025-06-18"),
    ),
    (Within("first_published", Period("2025", day("2025-01-01"), day("2025-12-31"))), ("published:2025",)),
    (Within("date", Period("90d", *2 * [Relative(90, "day", True)])), ("date:90d",)),
    (Within("date", Period("6m", *2 * [Relative(6, "month", True)])), ('date:"last 6 months"',)),
    (Within("date", Period("last month", *2 * [Relative(1, "month")])), ('date:"last month"',)),
    (Within("date", Period("2025-07-01..", day("2025-07-01"))), ("date:>2025-06",)),
    (Within("date", Period("2025-06-01..", day("2025-06-01"))), ("date:>=2025-06",)),
    (Within("date", Period("..2025-05-31", None, day("2025-05-31"))), ("date:<2025-06",)),
    (Within("date", Period("..2025-06-30", None, day("2025-06-30"))), ("date:<=2025-06",)),
]

INVALID = [
    ("", 0, "the query is empty"),
    ("   ", 0, "the query is empty"),
    ("grpo or", 7, "expected a term after 'or'"),
    ("grpo or   ", 7, "expected a term after 'or'"),
    ("or grpo", 0, "expected a term here"),
    ("and", 0, "expected a term here"),
    ("grpo and or ppo", 9, "expected a term after 'and'"),
    ("not", 3, "expected a term after 'not'"),
    ("not and kl", 4, "expected a term after 'not'"),
    ("()", 1, "expected a term after '('"),
    ("(grpo", 0, "missing )"),
    ("kl (grpo or (ppo)", 3, "missing )"),
    ("grpo)", 4, "unmatched )"),
    ("(grpo) ) kl", 7, "unmatched )"),
    ('"clip higher', 0, "missing closing quote"),
    ('kl "clip', 3, "missing closing quote"),
    ("grpo -kl", 5, "'-' does not negate write not kl"),
    ("params>100B", 0, "write params:>100B"),
    ("params:1GiB", 7, "write params:10B or params:10B.."),
    ("kv_cache:small", 9, "write kv_cache:100KiB or kv_cache:100KiB.."),
    ("lr:low", 3, "write lr:1e-06 or lr:1e-06.."),
    ("kl params<=100B", 3, "write params:<=100B"),
    ("params!=7B", 0, "write not params:7B"),
    ("color:red", 0, "unknown field color"),
    ("grpo organizatoins:x", 5, "did you mean organizations"),
    ("lisence:mit", 0, "did you mean license"),
    ("kv:8", 0, "did you mean kv_cache"),
    ("tempo:x", 0, "`reportcli fields` lists them"),
    ("grpo | ppo kl", 5, "| is not an operator write grpo or ppo kl"),
    ("grpo || ppo", 5, "|| is not an operator write grpo or ppo"),
    ("rl:grpo && kl:no", 8, "write rl:grpo and kl:no"),
    ("grpo & kl || ppo", 5, "write grpo and kl or ppo"),
    ("grpo ||", 5, "write grpo or ppo"),
    ("| grpo", 0, "write grpo or ppo"),
    ("grpo||ppo", 0, "|| does not join words write grpo or ppo"),
    ("kl:no&&rl:grpo", 0, "write kl:no and rl:grpo"),
    ("params:100B+", 7, "write params:100B.."),
    ("params:7,5B", 7, "write params:7.5B"),
    ("params:>=7,5B", 7, "write params:>=7.5B"),
    ("params:7,5..10,5B", 7, "write params:7.5..10.5B"),
    ("params:1,00", 7, "write params:1.00"),
    ("params:1,0000", 7, "write params:1.0000"),
    ("params:10,00,000", 7, "write params:1000000"),
    ("params:1.000.000", 7, "write params:1,000,000"),
    ("params:7B-70B", 7, "write params:7B..70B"),
    ("params:7…70B", 7, "write params:7..70B"),
    ("params:10...20B", 7, "write params:10..20B"),
    ("params:≥7B", 7, "write params:7B.."),
    ("params:~7B", 7, "write params:7B"),
    ("params:7billion", 7, "write params:7B"),
    ("params:10B..<10B", 7, "the range is empty write params:10B..10B"),
    ("date:18/06/2025", 5, "write date:06/18/2025"),
    ("date:2024-2025", 5, "write date:2024..2025"),
    ('date:"today..last month"', 5, 'write date:"last month..today"'),
    ("https://arxiv.org", 0, "in quotes it is a phrase"),
    ("kl rl:grpoo", 6, "invalid value for rl: grpoo did you mean grpo"),
    ("tag:resoning", 4, "did you mean reasoning"),
    ("topic:xyz", 6, "use one of: release, architecture"),
    ("kl:maybe", 3, "invalid value for kl: maybe use one of: yes, no, unknown"),
    ("technique:grop", 10, "did you mean grpo"),
    ("technique:zzzzzz", 10, "`reportcli term` lists them"),
    ("params:huge", 7, "huge is not a number or a range write params:10B or params:10B.."),
    ("context:long", 8, "write context:128k"),
    ("grpo params:20B..10B", 12, "the range is reversed write params:10B..20B"),
    ("date:2025-13", 5, "2025-13 does not exist"),
    ("grpo date:31/02/2025", 10, "does not exist"),
    ("date:2025-06..2025-01", 5, "start is after end write date:2025-01..2025-06"),
    ("date:soon", 5, "write date:2025-06"),
    ("date:>9999", 5, "no such days"),
    ("date:>90d", 5, "can be compared"),
    ("grpo|ppo", 0, "write grpo or ppo"),
    ("kl grpo,ppo", 3, "write grpo or ppo"),
    ("org:ai2,nvidia", 0, "write org:ai2 or org:nvidia"),
    ("grpo&ppo", 0, "write grpo and ppo"),
    ("kl:no,rl:grpo", 0, "write kl:no and rl:grpo"),
    ("org:!deepseek", 4, "write not org:deepseek"),
    ("rl:-grpo", 3, "write not rl:grpo"),
    ("org:", 4, "org needs a value"),
    ('org:""', 4, "org needs a value"),
    ("params:", 7, "write params:10B or params:unknown"),
    ("grpo kl:", 8, "write kl:no or kl:unknown"),
    *((text, text.find(":") + 1, "there is no word") for text in ("*", '""', "org:...", "...")),
    *((f"params:{number}", 7, "is not a number or a range")
      for number in ("-5", "..", ">", ">10B..20B", "1..2..3", "10X", "1e400", "1e60")),
    ("not " * 51 + "kl", 200, "nested too deeply"),
    ("(" * 51 + "kl" + ")" * 51, 50, "nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(("query", "texts"), PARSED, ids=[str(query) for query, _ in PARSED])
def test_a_query_is_parsed_and_printed(query: Query, texts: tuple[str, ...]) -> None:
    assert {text: parse(text) for text in texts} == dict.fromkeys(texts, query)
    assert parse(str(query)) == query


@pytest.mark.parametrize(("text", "position", "message"), INVALID)
def test_an_invalid_query_has_a_mark_and_says_what_would_be_right(text: str, position: int, message: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        parse(text)
    error = raised.value
    assert error.position == position
    assert message in f"{error.problem} {error.hint}"
    assert error.exit_code == 2


@pytest.mark.parametrize(("text", "position", "message"), INVALID)
def test_every_hint_of_a_query_works_when_typed(text: str, position: int, message: str) -> None:  # noqa: ARG001
    with pytest.raises(InvalidQuery) as raised:
        parse(text)
    hint = re.sub("(write) words.*, such as |, or conditions.*|; in quotes, .*", r"\1 ", raised.value.hint)
    if forms := re.fullmatch("(?:did you mean|use one of:) (.*?)[?]?", hint):
        rest = re.sub(r"^[^:\s]*", "", text[position:])
        for form in re.split(", | or ", forms[1]):
            assert parse(text[:position] + form + rest), form
    elif forms := re.fullmatch("(?:write|.*in quotes it is a phrase:) (.*)", hint):
        assert parse(forms[1]), forms[1]
    else:
        assert re.match("a word has letters|use at most|`reportcli term` lists", hint)


def test_a_range_with_one_unit_says_how_it_is_read() -> None:
    for text, note in (
        ("params:7..70B", "7..70B is read as 7B..70B"),
        ("params:1..<10B", "1..<10B is read as 1B..<10B"),
    ):
        assert reading_notes(parse(f"grpo or not {text}")) == [note]
    for text in ("params:7B..70B", "params:0..70B", "context:512..32k", "layers:32..64", "params:..70B"):
        assert reading_notes(parse(text)) == []


def test_the_right_end_is_left_out_where_it_says_so() -> None:
    seven, ten = (a_report(models=(Model(name="x", parameters=number * B),)) for number in (7, 10))
    assert [evaluate("params:7B..<10B", report) for report in (seven, ten)] == [True, False]
    assert [evaluate("params:7B..10B", report) for report in (seven, ten)] == [True, True]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("grpo or", "expected a term after 'or'\n  grpo or\n         ^"),
        ("kl rl:grpoo", "invalid value for rl: grpoo\n  kl rl:grpoo\n        ^"),
        ("a\tb )", "unmatched )\n  a b )\n      ^"),
        ("x " * 40 + "-kl", f"'-' does not negate\n  {'x ' * 25}-kl\n  {' ' * 50}^"),
    ],
)
def test_an_invalid_query_is_shown_with_a_mark_under_the_place(text: str, message: str) -> None:
    with pytest.raises(InvalidQuery) as raised:
        parse(text)
    assert raised.value.message == message


def test_fifty_brackets_are_not_too_many() -> None:
    assert parse("(" * 50 + "kl" + ")" * 50) == KL_WORD
    assert parse("(kl) " * 60) == KL_WORD


def test_the_vocabulary_is_loaded_only_for_a_condition_on_techniques() -> None:
    loads: list[str] = []

    def load() -> Vocabulary:
        loads.append("vocabulary")
        return VOCABULARY

    parse_query("grpo or ppo kl:no rl:grpo date:2025 params:7B technique:known", load)
    assert loads == []
    parse_query("technique:rope", load)
    assert loads != []


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


def evaluate(text: str, report: Report = SMALL) -> bool | None:
    return evaluate_report(parse(text), subjects_of(report, vocabulary))


TRUE = [
    "moonshot", "MOONSHOT", "x-1", '"ex one"', "gqa", "dropped", "asymmetric", "secret", "reasoning",
    '"group relative policy optimization"', "clip-higher", "clip", "clipp*", "kl-te*", "corrections:heading",
    "sources:frontispiece", "confidence:guesswork", "org:moonshot", "technique:mrope", "tag:moe", "topic:rl", "rl:grpo",
    "type:moe", "type:dense", "models.type:dense", "id:x-1", "kl:no", "kl:known", "license:unknown", "params:known",
    "not params:known",
    "models.tokens:unknown", "derived.parameters:600M", "params:600M", "not params:100B..", "params:..1B context:32k",
    "params:..1B", "params:100B..", "derived.parameters:235B", "layers:94",
    "layers:>=94", "layers:<=94", "layers:94..100", "layers:90..94", "context:128k", "context:32k", "tokens:10T..",
    "sparsity:..0.1", "flops:4e24..5e24", "date:2025-05", "date:2025-05-14", "moonshot gqa", "license:mit or gqa",
    "not nothing",
]  # fmt: skip
FALSE = [
    '"higher clip"', '"model reasoning"', "clipp", '"kl te*"', "heading", "frontispiece", "guesswork", "org:deepseek",
    "technique:rope", "tag:audio", "topic:safety", "rl:ppo", "type:other", "id:x", "kl:yes", "kl:unknown",
    "license:known", "params:unknown",
    "date:2025-05-15..", "moonshot nothing", "license:mit nothing", "not gqa",
]  # fmt: skip
UNKNOWN = [
    "license:mit", "optimizer:muon", "teacher:qwen", "models.type:other", "params:>235B", "params:1B..2B",
    "params:..1B context:128k", "type:moe params:..1B", "layers:>94", "layers:<94", "layers:..93", "tokens:10T..20T",
    "context:64k", "context:31k", "hidden_size:4096", "published:2025", "license:mit gqa", "license:mit or nothing",
    "not license:mit",
]  # fmt: skip


@pytest.mark.parametrize(
    ("truth", "texts"), [(True, TRUE), (False, FALSE), (None, UNKNOWN)], ids=["fits", "does not fit", "unknown"]
)
def test_a_report_fits_or_not_or_the_catalogue_does_not_record_it(truth: bool | None, texts: list[str]) -> None:
    assert {text: evaluate(text) for text in texts} == dict.fromkeys(texts, truth)


@pytest.mark.parametrize(
    ("penalty", "truths"),
    [(False, [True, False, False, True]), (True, [False, True, False, True]), (None, [None, None, True, False])],
)
def test_no_finds_only_a_stated_no(penalty: bool | None, truths: list[bool | None]) -> None:
    report = a_report(posttraining=Posttraining(kl_penalty=penalty))
    assert [evaluate(f"kl:{value}", report) for value in ("no", "yes", "unknown", "known")] == truths


def test_zero_is_known() -> None:
    report = a_report(architecture=Architecture(experts_shared=0))
    assert evaluate("experts_shared:0", report) is True
    assert evaluate("experts_shared:known", report) is True
    assert evaluate("experts_shared:1..", report) is False


def test_a_question_is_asked_of_one_model_at_a_time() -> None:
    small = Model(name="small", type="dense", parameters=B, context_length=32_768)
    large = Model(name="large", parameters=9 * B, active_parameters=2 * B, context_length=131_072)
    report = a_report(models=(small, large), architecture=Architecture(type="moe"), license="MIT")
    texts = {
        "params:..2B context:128k": False, "params:..2B context:32k": True, "type:moe params:..2B": False,
        "type:dense params:..2B": True, "params:5B.. active:..2B": True, "params:..2B active:..1B": True,
        "not context:128k": True, "not license:mit": False, "license:mit params:..2B": True,
        "not (params:..2B or context:128k)": False, "params:..2B or context:1M": True, "not params:known": False,
        "flops:known": False, "params:1B params:9B": False,
    }  # fmt: skip
    assert {text: evaluate(text, report) for text in texts} == texts
    assert evaluate("params:2B..3B", a_report(models=(small, Model(name="secret")))) is None


def test_figures_of_the_flagship_hold_for_a_model_of_its_size_only() -> None:
    models = (Model(name="large", parameters=9 * B), Model(name="small", parameters=B, tokens=T))
    figures = {"architecture": Architecture(layers=90, vocabulary=100), "pretraining": Pretraining(tokens=9 * T)}
    report = a_report(models=models, **figures)
    assert [evaluate(f"params:9B {text}", report) for text in ("layers:90", "vocabulary:100", "tokens:9T")] == [
        True
    ] * 3
    truths = [
        evaluate(f"params:1B {text}", report) for text in ("layers:90", "vocabulary:100", "tokens:9T", "tokens:1T")
    ]
    assert truths == [None, None, False, True]


def test_a_field_of_models_is_known_if_it_is_for_every_model() -> None:
    small, large, unknown = Model(name="a", parameters=B), Model(name="b", parameters=7 * B), Model(name="c")
    assert evaluate("params:7B", a_report()) is None
    assert evaluate("params:7B", a_report(models=(small, unknown))) is None
    assert evaluate("params:7B", a_report(models=(small,))) is False
    assert evaluate("params:7B", a_report(models=(unknown, large))) is True


def test_a_relative_period_is_counted_from_today() -> None:
    today = datetime.date.today()
    assert evaluate("date:30d", a_report(date=today - datetime.timedelta(days=29))) is True
    assert evaluate("date:30d", a_report(date=today - datetime.timedelta(days=32))) is False
    assert str(parse("date:30d")) == "date:30d"


def test_unknown_is_the_truth_of_and_and_or_unless_another_part_decides() -> None:
    condition = {False: Is(FAMILY, "ppo"), None: Is("license", "mit"), True: Is("tags", "moe")}
    order = list(condition)
    for parts in product(order, repeat=2):
        least, greatest = (order[choose(map(order.index, parts))] for choose in (min, max))
        assert And(tuple(map(condition.get, parts))).evaluate(subject()) is least
        assert Or(tuple(map(condition.get, parts))).evaluate(subject()) is greatest


def test_a_whole_number_of_any_length_equals_what_is_printed_of_it() -> None:
    for number in (7, 7_776 * 10**21, 2**63 + 1):
        printed = json.loads(json.dumps(float(number)))
        assert Between("training_flops", printed, printed).accepts(number)
        assert not Between("training_flops", printed, exclusive=True).accepts(number)


def test_every_report_fits_a_query_without_conditions() -> None:
    assert EVERYTHING.evaluate(subject()) is True


def test_nested_queries_are_flattened_and_repeated_ones_dropped() -> None:
    assert all_of([GRPO, And((PPO, KL_WORD))]) == And((GRPO, PPO, KL_WORD))
    assert any_of([Or((GRPO, PPO)), KL_WORD]) == Or((GRPO, PPO, KL_WORD))
    assert all_of([Or((GRPO, PPO)), KL_WORD]) == And((Or((GRPO, PPO)), KL_WORD))
    assert all_of([GRPO]) == any_of([GRPO]) == GRPO
    assert all_of([]) == EVERYTHING
    assert parse("kl (kl or kl) kl") == KL_WORD
    assert parse("kl not kl kl") == And((KL_WORD, Not(KL_WORD)))


def test_the_conditions_of_a_query_come_with_their_negation() -> None:
    query = parse("grpo not (ppo or not kl) clip-higher")
    assert list(conditions_of(query)) == [(GRPO, False), (PPO, True), (KL_WORD, False), (CLIP, False)]


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
        ("params:..300B", [("derived.parameters", "235000000000", ())]),
        ("params:known", [("derived.parameters", "235000000000", ())]),
        ("params:100B..", [("derived.parameters", "235000000000", ())]),
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
                ("aliases", "Ex One", ("ex", "one")),
                ("tags", "reasoning", ("reasoning",)),
                ("notes.text", "The KL term is dropped.", ("dropped",)),
                ("posttraining.kl_penalty", "no", ()),
            ],
        ),
    ],
)
def test_the_matches_say_where_a_report_fits(text: str, expected: list[tuple[str, str, tuple[str, ...]]]) -> None:
    matches = explain(parse(text), subject())
    assert [(match.field, match.text, match.words) for match in matches] == expected


def test_the_matches_of_highest_weight_come_first() -> None:
    matches = explain(parse("x"), subject())
    assert [match.field for match in matches] == ["id", "name", "title", "models.name"]
    assert Match("posttraining.kl_penalty", "no").label == "KL penalty"


def test_plain_words_may_be_a_name() -> None:
    words = {
        "Qwen3": "qwen3", "llama 3 8b": "llama 3 8b", '"kimi k1.5" 8b': "kimi k1 5 8b", "qwen3 rl:grpo": "qwen3",
        "qwen not llama params:7b": "qwen", "name:qwen3": "", "qwen*": "", "qwen or llama": "", "not qwen": "",
    }  # fmt: skip
    assert {text: " ".join(plain_words(parse(text))) for text in words} == words


TERMS = {
    "grpo": (100.0, 9), "ppo": (100.0, 7), "dpo": (100.0, 3), "tokens": (30.0, 36), "distillation": (100.0, 12),
    "distillations": (1.0, 90), "llama": (1000.0, 5), "llamo": (30.0, 50), "clipa": (1.0, 3), "clipb": (1.0, 2),
    "soup": (1.0, 99), "soups": (1.0, 1), "rare": (1000.0, 1), "rars": (100.0, 8), "reinforcement": (30.0, 4),
    "gro": (1.0, 99),
}  # fmt: skip
TERM_NAMES = {"kimik15": "Kimi k1.5", "deepseekr1": "DeepSeek-R1", "qwen3": "Qwen3", "qwen330b": "Qwen3-30B"}
NEAREST = {
    "GPRO": "grpo", "grppo": "grpo", "tokns": "tokens", "distilation": "distillation", "distilaton": "distillation",
    "reinforcmant": "reinforcement", "llame": "llama", "rarx": "rars", "soupx": "soups", "clipc": "clipa",
    "deepsek-r1": "deepseekr1", "quen3": "qwen3", "kimik1": "kimik15",
}  # fmt: skip
BEGUN = {"distil": "distillation, distillations", "ll": "llama, llamo", "clip": "clipa, clipb", "re": "reinforcement"}
NOT_REPLACED = ["gpo", "dpp", "grpo1", "gpr0", "tokesn1", "tkns", "tokxx", "abcdefgh", "reinforxxxent", "quen4", "r",
    "qwen33", "forgottan",
]  # fmt: skip


class _Words:
    """The words above."""

    def beginning_with(self, prefix: str) -> list[str]:
        return [term for term in TERMS if term.startswith(prefix)]

    def of_length(self, least: int, most: int) -> list[str]:
        return [*filter(lambda term: least <= len(term) <= most, TERMS), "forgotten"]

    def weights(self, words: Iterable[str]) -> dict[str, tuple[float, int]]:
        return {word: TERMS[word] for word in words if word in TERMS}


KNOWN_WORDS = _Words()
KNOWN_NAMES = MemoryRegister(a_report(folded, name=written) for folded, written in TERM_NAMES.items())


def test_a_word_that_no_report_contains_is_replaced_by_a_similar_word_or_name() -> None:
    replaced = {text: replace_word(parse_word(text), KNOWN_WORDS, KNOWN_NAMES) for text in NEAREST}
    assert {text: pair and pair[0] for text, pair in replaced.items()} == {
        text: word(nearest) for text, nearest in NEAREST.items()
    }


def test_a_beginning_comes_before_spelling() -> None:
    for text, words in BEGUN.items():
        note = f"no match for {text!r}; showing results for words that begin with it: {words}"
        assert replace_word(parse_word(text), KNOWN_WORDS, KNOWN_NAMES) == (Words((text,), is_prefix=True), note)


def test_what_is_like_nothing_stays() -> None:
    assert [text for text in NOT_REPLACED if replace_word(parse_word(text), KNOWN_WORDS, KNOWN_NAMES)] == []


def parse_word(text: str) -> Words:
    parsed = parse(text)
    assert isinstance(parsed, Words)
    return parsed


ONE_WORD = st.text(
    alphabet=st.characters(categories=("Ll", "Lo", "Nd"), max_codepoint=0x2FFF), min_size=1, max_size=6
).filter(lambda text: split_words(text) == [text])
A_WORD = (ONE_WORD | st.sampled_from(["grpo", "7b"])).map(lambda word: (word,))
SOME_WORDS = st.lists(ONE_WORD | st.sampled_from(["and", "known", "grpo"]), min_size=2, max_size=3).map(tuple)
PHRASES = A_WORD | SOME_WORDS | st.sampled_from([("and",), ("or",), ("not",), ("without",), ("unknown",)])
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
    st.builds(Words, A_WORD | SOME_WORDS, st.just("") | OPEN_FIELDS, st.booleans()),
    st.builds(Words, PHRASES, st.just("") | OPEN_FIELDS, st.just(False), st.just(True)),
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
def test_any_query_prints_as_a_text_that_means_the_same_and_has_an_opposite(query: Query) -> None:
    assert parse(str(query)) == query
    truth = query.evaluate(subject())
    assert truth in (True, False, None)
    assert Not(query).evaluate(subject()) is (None if truth is None else not truth)


PIECES = st.lists(
    st.sampled_from(
        ["grpo", "and", "or", "not", "(", ")", '"', "*", ":", "..", "<", ">", "=", "-", " ", " ", "kl", "no", "org",
         "id", "params", "date", "technique", "context", "128k", "1e9", "1e400", "1e-999", "7B", "0.1", "2025-06",
         "90d", "unknown", "known", "yes", "ü", "上海", "\u0308", "“", "\n", "\t", "\x00", "²", "٣"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@given(st.text() | PIECES)
def test_any_text_is_a_query_that_prints_as_its_like_or_an_error_with_a_mark_and_a_hint(text: str) -> None:
    result = parse_or_error(text)
    if isinstance(result, InvalidQuery):
        assert 0 <= result.position <= len(text)
        assert result.hint != ""
    else:
        assert parse(str(result)) == result
        assert list(conditions_of(result)) != []
        assert result.evaluate(subject()) in (True, False, None)


def test_an_unusual_query_prints_as_a_text_that_means_the_same() -> None:
    numbers = ("params:1e59", "tokens:1e-99..", "sparsity:1e-40", "params:0.1..")
    for text in ('id:"known"', 'id:"unknown"', "org:“a b”", *numbers):
        assert parse(str(parse(text))) == parse(text)


@pytest.mark.parametrize(
    "piece",
    ["grpo ", "grpo or ", "not ", "(", ")", '"', '"a" ', "a", "a:", "a.", "a<", "*", "-", " ", "(grpo) ", "9", "ü"],
)
def test_a_query_of_ten_thousand_characters_is_parsed_or_an_error(piece: str) -> None:
    for prefix in ("", "params:", "params:1e", "params:1..", "technique:", "date:2025..", "kl:", "rl:ü"):
        result = parse_or_error(prefix + piece * (10_000 // len(piece)))
        if isinstance(result, InvalidQuery):
            assert result.problem != ""
        else:
            assert result.evaluate(subject()) in (True, False, None)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("rl:grpo kl:no org:mistral", "magistral"),
        ("params:400B.. type:dense", "llama-3 tulu-3-2025"),
        ("tokens:20T..", "mimo qwen3"),
        ("context:1M", "gemini-2.5 minimax-01 minimax-m1 qwen2.5"),
        ("date:2024", "deepseek-v3 llama-3 olmo olmo-2 phi-4 qwen2.5 tulu-3"),
        ("id:qwen3", "qwen3"),
    ],
)
def test_a_query_finds_the_reports_of_the_shipped_catalogue(text: str, ids: str) -> None:
    fitting = [report.id for report in shipped_reports().values() if evaluate(text, report)]
    assert sorted(fitting) == ids.split()
