"""Short, seeded rounds of what tests/trials/arguments.py types at length, and how the work grows with what is typed."""

import os
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from trials.arguments import SHAPES, SLOTS, TRIALS, Ground, call_with, prepare
from trials.runner import Answered, calls, complaints

pytestmark = pytest.mark.trial
ROUNDS = 6


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patch.dict(os.environ):
        yield prepare(tmp_path_factory.mktemp("arguments"))


@pytest.fixture(autouse=True)
def _home_of_the_ground(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(ground.home))
    monkeypatch.setenv("EDITOR", "true")


@pytest.mark.parametrize("slot", SLOTS)
def test_whatever_is_typed_is_answered_or_refused(ground: Ground, slot: str) -> None:
    assert complaints({slot: TRIALS[slot]}, ground, ROUNDS, 1) == {slot: []}


@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_as_long_a_text_is_four_times_the_work(ground: Ground, shape: str) -> None:
    for slot in ("explained", "name"):

        def work(length: int, slot: str = slot) -> int:
            text = SHAPES[shape](length)
            return calls(lambda: call_with(ground, slot, text)).total()

        assert work(3_200) <= 5 * work(800), slot


def test_a_text_of_every_shape_is_answered_or_refused(ground: Ground) -> None:
    for shape in SHAPES.values():
        answered = call_with(ground, "query", shape(10_000))
        assert isinstance(answered, Answered)
        assert answered.code in (0, 1, 2)
