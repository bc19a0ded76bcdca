"""Short, seeded rounds of tests/trials/faults.py."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from trials.faults import TRIALS, can_trace
from trials.runner import complaints
from trials.writers import Ground, prepare

pytestmark = [
    pytest.mark.trial,
    pytest.mark.skipif(not can_trace(), reason="strace makes system calls fail, and is not here or may not trace"),
]


@pytest.fixture
def ground() -> Iterator[Ground]:
    with patch.dict(os.environ), tempfile.TemporaryDirectory() as folder:
        yield prepare(Path(folder))


@pytest.mark.parametrize("command", TRIALS)
def test_no_system_call_that_fails_loses_anything_or_makes_us_say_what_is_not_so(ground: Ground, command: str) -> None:
    assert complaints({command: TRIALS[command]}, ground, 8, 1) == {command: []}
