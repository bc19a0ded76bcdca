"""Short, seeded rounds of what tests/trials/index.py does to the index at length."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from trials.index import TRIALS, Ground, prepare
from trials.runner import complaints

ROUNDS = {
    "damaged": 25,
    "flipped": 10,
    "altered": 15,
    "replaced": 15,
    "killed": 10,
    "spilled": 6,
    "confined": 8,
    "misplaced": 8,
    "forbidden": 8,
    "locked": 1,
    "crowded": 2,
    "besieged": 1,
}


@pytest.fixture(scope="module")
def prepared() -> Iterator[Ground]:
    """A folder that somebody else can reach, as one of the trials calls as such; each trial lays out its own cache."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        ground = prepare(Path(folder))
        os.environ.clear()
        os.environ.update(before)
        yield ground


@pytest.fixture
def ground(prepared: Ground, monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.setenv("XDG_CACHE_HOME", str(prepared.folder / "cache"))
    return prepared


@pytest.mark.skipif(not hasattr(os, "fork"), reason="builders are killed in processes that are forked")
@pytest.mark.parametrize("name", TRIALS)
def test_after_any_misfortune_of_the_index_answers_are_those_without_one(ground: Ground, name: str) -> None:
    assert complaints({name: TRIALS[name]}, ground, ROUNDS[name], 1) == {name: []}
