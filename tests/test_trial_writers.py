"""Short, seeded rounds of tests/trials/writers.py."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from trials.runner import complaints
from trials.writers import TRIALS, Ground, can_mount, prepare

pytestmark = pytest.mark.trial

ROUNDS = {
    "killed": 12,
    "mistreated": 6,
    "ended": 4,
    "confined": 5,
    "full": 4,
    "forbidden": 5,
    "crowded": 3,
    "besieged": 1,
}


@pytest.fixture
def ground() -> Iterator[Ground]:
    """A folder that somebody else can reach, as one of the trials calls as such."""
    with patch.dict(os.environ), tempfile.TemporaryDirectory() as folder:
        yield prepare(Path(folder))


@pytest.mark.parametrize("name", TRIALS)
def test_writers_that_are_disturbed_lose_nothing(ground: Ground, name: str) -> None:
    if name == "full" and not can_mount(ground.home):
        pytest.skip("no small disk can be mounted here")
    assert complaints({name: TRIALS[name]}, ground, ROUNDS[name], 1) == {name: []}
