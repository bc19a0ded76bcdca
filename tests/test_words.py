"""One folding and one tokeniser: what counts as the same word, and as the same name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportcli.text import closest_spellings, fold, fold_name, is_displayable, padded_words, split_words, word_spans

EVERYDAY = st.text(alphabet="abcXYZ019 .-_,()äÖéłßñΩжЙ中文あ\u0308\u0301", max_size=40)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("GRPO", "grpo"),
        ("Tülu", "tulu"),
        ("Tu\u0308lu", "tulu"),
        ("ＱＷＥＮ３", "qwen3"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("ﬁne-tuning", "fine-tuning"),
        ("École", "ecole"),
        ("İstanbul", "istanbul"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("Σίσυφος", "σισυφοσ"),
        ("上海", "上海"),
        ("dots.llm1", "dots.llm1"),
        ("", ""),
    ],
)
def test_case_width_and_accents_are_folded_away(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GRPO", ["grpo"]),
        ("dots.llm1", ["dots", "llm1"]),
        ("Qwen2.5", ["qwen2", "5"]),
        ("KL-penalty", ["kl", "penalty"]),
        ("rl_family", ["rl", "family"]),
        ("Tülu 3 (2025 version)", ["tulu", "3", "2025", "version"]),
        ("Tülu_3", ["tulu", "3"]),
        ("  clip\thigher\n", ["clip", "higher"]),
        ("ＱＷＥＮ－３", ["qwen", "3"]),
        ("上海人工智能实验室", ["上海人工智能实验室"]),
        ("AIME'24", ["aime", "24"]),
        ("36T", ["36t"]),
        ("… – ×", []),
        ("", []),
    ],
)
def test_words_are_runs_of_letters_and_digits(text: str, expected: list[str]) -> None:
    assert split_words(text) == expected


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\x9b", "\u202e", "\u2066", "\ufeff", "\ufffe", "\U0001ffff"])
def test_controls_marks_and_codes_that_are_no_letters_are_not_shown(letter: str) -> None:
    assert not is_displayable(letter)
    assert all(map(is_displayable, "a 字é\u0301\u200d\u00a0\ue000👩"))


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_the_words_of_a_folded_text_are_the_words_of_the_text(text: str) -> None:
    assert split_words(fold(text)) == split_words(text)


@given(st.text())
def test_a_word_is_made_of_letters_and_digits_alone(text: str) -> None:
    assert [word for word in split_words(text) if not word.isalnum()] == []


@given(st.text())
def test_a_word_is_one_word_again(text: str) -> None:
    assert [split_words(word) for word in split_words(text)] == [[word] for word in split_words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dots.llm1", " dots llm1 "),
        ("(Tülu_3)", " tulu 3 "),
        ("Clip-Higher, no KL!", " clip higher no kl "),
        ("上海 – AI", " 上海 ai "),
    ],
)
def test_spaced_words_have_a_space_around_each(text: str, expected: str) -> None:
    assert padded_words(text) == expected


@given(st.text())
def test_spaced_words_are_the_words(text: str) -> None:
    assert padded_words(text).split() == split_words(text)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Qwen 3", "qwen3"),
        ("qwen-3", "qwen3"),
        ("TULU 3", "tulu3"),
        ("Tülu 3", "tulu3"),
        ("dots.llm1", "dotsllm1"),
        ("Phi‑4‑Mini", "phi4mini"),
        ("Phi–4", "phi4"),
        ("Seed1.5-VL", "seed15vl"),
        (" - . ", ""),
    ],
)
def test_a_name_is_folded_without_spaces_hyphens_dots_and_accents(text: str, folded: str) -> None:
    assert fold_name(text) == folded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("GRPO", [("grpo", 0, 4)]),
        ("no KL, dots.llm1", [("no", 0, 2), ("kl", 3, 5), ("dots", 7, 11), ("llm1", 12, 16)]),
        ("Tülu 3", [("tulu", 0, 4), ("3", 5, 6)]),
        ("Tu\u0308lu 3", [("tulu", 0, 5), ("3", 6, 7)]),
        ("die Straße", [("die", 0, 3), ("strasse", 4, 10)]),
        ("ﬁne", [("fine", 0, 3)]),
    ],
)
def test_the_place_of_a_word_is_its_place_as_written(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert word_spans(text) == expected


@given(EVERYDAY)
def test_every_word_has_its_place(text: str) -> None:
    assert [word for word, _, _ in word_spans(text)] == split_words(text)


@pytest.mark.parametrize("text", ["か\u3099く", "ที่", "Llama™ 3"])
def test_every_word_has_its_place_in_texts_with_uncommon_letters(text: str) -> None:
    assert [word for word, _, _ in word_spans(text)] == split_words(text)


@given(st.text())
def test_places_lie_in_the_text_and_in_order(text: str) -> None:
    found = word_spans(text)
    assert all(0 <= start < end <= len(text) for _, start, end in found)
    assert [start for _, start, _ in found] == sorted(start for _, start, _ in found)


@pytest.mark.parametrize(
    ("text", "candidates", "expected"),
    [
        ("GPRO", ["PPO", "DPO", "GRPO", "mixture of experts"], ["GRPO", "DPO", "PPO"]),
        ("Quen3", ["Qwen3", "Magistral", "OLMo"], ["Qwen3"]),
        ("tulu3", ["Tülu 3", "OLMo 2"], ["Tülu 3"]),
        ("deepsek r1", ["DeepSeek-V3", "DeepSeek-R1"], ["DeepSeek-R1", "DeepSeek-V3"]),
        ("aaaa", ["aaab", "aaac", "aaad", "aaae"], ["aaab", "aaac", "aaad"]),
        ("qwen3", ["Qwen3", "Qwen 3"], ["Qwen3"]),
        ("xyz", ["Qwen3"], []),
        ("", ["Qwen3"], []),
        ("...", ["Qwen3"], []),
        ("Qwen3", [], []),
    ],
)
def test_the_nearest_are_those_spelled_most_alike(text: str, candidates: list[str], expected: list[str]) -> None:
    assert closest_spellings(text, candidates) == expected


def test_what_counts_as_near_can_be_stricter() -> None:
    assert closest_spellings("GPRO", ["PPO", "DPO", "GRPO"], 0.6) == ["GRPO"]


@given(st.text(max_size=20), st.lists(st.text(max_size=10), max_size=8))
def test_the_nearest_are_at_most_three_of_the_candidates(text: str, candidates: list[str]) -> None:
    found = closest_spellings(text, candidates)
    assert len(found) <= 3
    assert set(found) <= set(candidates)
