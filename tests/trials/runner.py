"""What all trials share: one call of the program in this process, and the program that repeats trials and counts.

A trial is a function from a ground and a source of chance to complaints; no complaint is what we want. Each has its own
source of chance, so that one that failed can be repeated alone.
"""

import argparse
import faulthandler
import gc
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from reportcli.cli.main import run

LONGEST = 10  # seconds that a call may take

Trial = Callable[[Any, Random], Iterator[str]]


class Answered(NamedTuple):
    """What a call gave: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


class Hung(BaseException):
    """A call took too long; no error that the program itself might catch."""


@contextmanager
def in_time(seconds: float = LONGEST) -> Iterator[None]:
    """Raise Hung where the block takes longer."""

    def ring(*_: object) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(3 * seconds, exit=True, file=sys.__stderr__)  # where no signal is heard
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def without_settings() -> None:
    """Forget what the user has set: folders, editors, a browser, a width."""
    for name in list(os.environ):
        if name.startswith(("XDG_", "REPORTCLI_")) or name in ("VISUAL", "EDITOR", "BROWSER", "COLUMNS"):
            del os.environ[name]


def call(arguments: Sequence[str], stream: type[StringIO] = StringIO) -> Answered:
    """Run one command line in this process, its output in streams of this type; what it raises goes to the caller."""
    out, err = stream(), stream()
    with redirect_stdout(out), redirect_stderr(err), in_time():
        code = run(arguments)
    return Answered(code, out.getvalue(), err.getvalue())


def attempt(arguments: Sequence[str]) -> Answered | str:
    """Run one command line in this process; a text says what was raised."""
    try:
        return call(arguments)
    except (Exception, Hung) as error:
        return f"{' '.join(arguments)!r} raised {error!r}"


def calls(function: Callable[[], object]) -> Counter[str]:
    """Return how often each Python function is called, by name, while one runs: work that no slow machine changes."""
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            counted[frame.f_code.co_name] += 1

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counted


def complaints(trials: Mapping[str, Trial], ground: Any, rounds: int, seed: int) -> dict[str, list[str]]:
    """Repeat every trial, and return what each complained of."""
    return {name: list(_repeated(name, trial, ground, range(rounds), seed)) for name, trial in trials.items()}


def _repeated(name: str, trial: Trial, ground: Any, numbers: Sequence[int], seed: int) -> Iterator[str]:
    for number in numbers:
        for complaint in trial(ground, Random(f"{seed}/{name}/{number}")):
            yield f"{name}, trial {number}: {complaint}"
        gc.collect(1)  # __main__ turns collection off; older objects are not of this trial


def main(trials: Mapping[str, Trial], prepare: Callable[[Path], Any], usual: int, about: str) -> None:
    """Repeat trials as the command line says, print a line for each kind, and end with 1 where one complained."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--trials", type=int, default=usual, help=f"of each kind (default: {usual})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="KIND,KIND", help=f"of {', '.join(trials)}")
    parser.add_argument("--at", type=int, help="only the trial of this number")
    options = parser.parse_args()
    failed = 0
    faulthandler.enable()
    with tempfile.TemporaryDirectory() as folder:
        ground = prepare(Path(folder))
        for name in options.only.split(",") if options.only else trials:
            numbers = range(options.trials) if options.at is None else [options.at]
            start = time.monotonic()
            count = 0
            for complaint in _repeated(name, trials[name], ground, numbers, options.seed):
                count += 1
                if count <= 20:
                    print(f"    {complaint}".encode("utf-8", "backslashreplace").decode(), flush=True)
            print(
                f"{name:28} {len(numbers):6} trials {count:5} complaints {time.monotonic() - start:7.1f} s", flush=True
            )
            failed += count
    sys.stdout.flush()
    os._exit(failed > 0)  # a hung call may have left a thread
