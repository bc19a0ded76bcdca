"""Short, seeded rounds of what tests/trials/index.py does to the index at length."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from trials.index import TRIALS, Ground, prepare
from trials.runner import complaints

pytestmark = pytest.mark.trial
ROUNDS = {
    "damaged": 30, "altered": 20, "killed": 10, "spilled": 8, "confined": 8, "forbidden": 10, "locked": 2, "crowded": 3,
    "besieged": 2, "hasty": 10, "watched": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def prepared() -> Iterator[Ground]:
    """A folder that another user can reach, as one of the trials calls as such; each trial makes its own cache."""
    with tempfile.TemporaryDirectory() as folder:
        with patch.dict(os.environ):
            ground = prepare(Path(folder))
        yield ground


@pytest.fixture
def ground(prepared: Ground, monkeypatch: pytest.MonkeyPatch) -> Ground:
    monkeypatch.setenv("XDG_CACHE_HOME", str(prepared.folder / "cache"))
    return prepared


@pytest.mark.parametrize("name", TRIALS)
def test_no_misfortune_of_the_index_changes_an_answer(ground: Ground, name: str) -> None:
    assert complaints({name: TRIALS[name]}, ground, ROUNDS[name], 1) == {name: []}
