"""One folding and one tokenizer: when two texts are the same word, and when they are the same name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportcli.text import (
    closest_spellings,
    fold,
    fold_name,
    is_displayable,
    joined_words,
    padded_words,
    split_words,
    word_spans,
)

EVERYDAY = st.text(alphabet="abcXYZ019 .-_,()äÖéłßñΩжЙ中文あ\u0308\u0301", max_size=40)

FOLDED = {
    "GRPO": "grpo", "Tülu": "tulu", "Tu\u0308lu": "tulu", "ＱＷＥＮ３": "qwen3", "Straße": "strasse",
    "STRASSE": "strasse", "ﬁne-tuning": "fine-tuning", "École": "ecole", "İstanbul": "istanbul", "ΣΊΣΥΦΟΣ": "σισυφοσ",
    "Σίσυφος": "σισυφοσ", "上海": "上海", "dots.llm1": "dots.llm1", "": "",
}  # fmt: skip
WORDS = {
    "GRPO": "grpo", "dots.llm1": "dots llm1", "Qwen2.5": "qwen2 5", "KL-penalty": "kl penalty",
    "rl_family": "rl family", "Tülu 3 (2025 version)": "tulu 3 2025 version", "Tülu_3": "tulu 3",
    "  clip\thigher\n": "clip higher", "Clip-Higher, no KL!": "clip higher no kl", "ＱＷＥＮ－３": "qwen 3",
    "上海人工智能实验室": "上海人工智能实验室", "上海 – AI": "上海 ai", "AIME'24": "aime 24", "36T": "36t",
    "… – ×": "", "": "",
}  # fmt: skip
NAMES = {
    "Qwen 3": "qwen3", "qwen-3": "qwen3", "TULU 3": "tulu3", "Tülu 3": "tulu3", "dots.llm1": "dotsllm1",
    "Phi‑4‑Mini": "phi4mini", "Phi–4": "phi4", "Seed1.5-VL": "seed15vl", " - . ": "",
}  # fmt: skip
SPANS = {
    "": [], "GRPO": [("grpo", 0, 4)], "ﬁne": [("fine", 0, 3)], "die Straße": [("die", 0, 3), ("strasse", 4, 10)],
    "no KL, dots.llm1": [("no", 0, 2), ("kl", 3, 5), ("dots", 7, 11), ("llm1", 12, 16)],
    "Tülu 3": [("tulu", 0, 4), ("3", 5, 6)], "Tu\u0308lu 3": [("tulu", 0, 5), ("3", 6, 7)],
}  # fmt: skip


def test_case_width_and_accents_are_folded_away() -> None:
    assert {text: fold(text) for text in FOLDED} == FOLDED


def test_words_are_runs_of_letters_and_digits() -> None:
    assert {text: " ".join(split_words(text)) for text in WORDS} == WORDS


def test_a_name_is_folded_without_spaces_hyphens_dots_and_accents() -> None:
    assert {text: fold_name(text) for text in NAMES} == NAMES


def test_padded_words_have_a_space_around_each() -> None:
    padded = {text: f" {words} " for text, words in WORDS.items() if words}
    assert {text: padded_words(text) for text in padded} == padded


@pytest.mark.parametrize("texts", [["Clip-Higher", "no KL"], ["Tülu", "3"], ["a\x1fb", "c"], ["GRPO"]])
def test_joined_words_are_the_words_with_a_sign_between_the_texts(texts: list[str]) -> None:
    assert [part.split() for part in joined_words(texts).split("=")] == [split_words(text) for text in texts]


def test_control_characters_reordering_marks_and_noncharacters_are_not_displayable() -> None:
    assert not any(map(is_displayable, "\0\x1b\x9b\u202e\u2066\ufeff\ufffe\U0001ffff"))
    assert all(map(is_displayable, "a 字é\u0301\u200d\u00a0\ue000👩"))


@given(st.text())
def test_folding_and_splitting_agree_on_any_text(text: str) -> None:
    words = split_words(text)
    assert fold(fold(text)) == fold(text)
    assert split_words(fold(text)) == words
    assert padded_words(text).split() == words
    assert all(word.isalnum() and split_words(word) == [word] for word in words)


def test_a_span_is_where_a_word_stands_as_written() -> None:
    assert {text: word_spans(text) for text in SPANS} == SPANS


@given(EVERYDAY | st.sampled_from(["か\u3099く", "ที่", "Llama™ 3"]))
def test_every_word_has_a_span(text: str) -> None:
    assert [word for word, _, _ in word_spans(text)] == split_words(text)


@given(st.text())
def test_spans_are_inside_the_text_and_in_order(text: str) -> None:
    spans = word_spans(text)
    assert all(0 <= start < end <= len(text) for _, start, end in spans)
    assert [start for _, start, _ in spans] == sorted(start for _, start, _ in spans)


@pytest.mark.parametrize(
    ("text", "candidates", "closest"),
    [
        ("GPRO", ["PPO", "DPO", "GRPO", "mixture of experts"], ["GRPO", "DPO", "PPO"]),
        ("tulu3", ["Tülu 3", "OLMo 2"], ["Tülu 3"]),
        ("deepsek r1", ["DeepSeek-V3", "DeepSeek-R1"], ["DeepSeek-R1", "DeepSeek-V3"]),
        ("aaaa", ["aaab", "aaac", "aaad", "aaae"], ["aaab", "aaac", "aaad"]),
        ("qwen3", ["Qwen3", "Qwen 3"], ["Qwen3"]),
        ("xyz", ["Qwen3"], []),
        ("...", ["Qwen3"], []),
        ("Qwen3", [], []),
    ],
)
def test_the_closest_spellings_come_first(text: str, candidates: list[str], closest: list[str]) -> None:
    assert closest_spellings(text, candidates) == closest


def test_less_similar_spellings_can_be_left_out() -> None:
    assert closest_spellings("GPRO", ["PPO", "DPO", "GRPO"], 0.6) == ["GRPO"]


@given(st.text(max_size=20), st.lists(st.text(max_size=10), max_size=8))
def test_the_closest_spellings_are_at_most_three_of_the_candidates(text: str, candidates: list[str]) -> None:
    closest = closest_spellings(text, candidates)
    assert len(closest) <= 3
    assert set(closest) <= set(candidates)
