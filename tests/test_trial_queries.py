"""A short, seeded round of tests/trials/queries.py."""

from pathlib import Path

import pytest

from trials.queries import TRIALS, prepare
from trials.runner import complaints


@pytest.mark.trial
def test_random_queries_find_what_an_evaluator_of_our_own_finds(tmp_path: Path) -> None:
    assert complaints(TRIALS, prepare(tmp_path), 40, 1) == {option: [] for option in TRIALS}
