"""Short, seeded rounds of what tests/trials/arguments.py types at length, and how the work grows with what is typed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from trials.arguments import PLACES, SHAPES, TRIALS, Ground, prepare, typed_in
from trials.runner import Answered, calls, complaints

ROUNDS = 6


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    before = dict(os.environ)
    yield prepare(tmp_path_factory.mktemp("arguments"))
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def home(ground: Ground, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(ground.home))
    monkeypatch.setenv("EDITOR", "true")


@pytest.mark.parametrize("name", PLACES)
def test_whatever_is_typed_is_answered_or_refused(ground: Ground, name: str) -> None:
    assert complaints({name: TRIALS[name]}, ground, ROUNDS, 1) == {name: []}


@pytest.mark.parametrize("name", ["explained", "name"])
@pytest.mark.parametrize("shape", SHAPES)
def test_four_times_as_long_a_text_is_four_times_the_work(ground: Ground, shape: str, name: str) -> None:
    def work(letters: int) -> int:
        typed = SHAPES[shape](letters)
        return calls(lambda: typed_in(ground, name, typed)).total()

    assert work(3_200) <= 5 * work(800)


def test_a_text_of_every_shape_is_answered_or_refused(ground: Ground) -> None:
    for shape in SHAPES.values():
        answered = typed_in(ground, "query", shape(10_000))
        assert isinstance(answered, Answered)
        assert answered.code in (0, 1, 2)
