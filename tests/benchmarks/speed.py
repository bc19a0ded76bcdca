"""How fast reportcli answers at every size, in how much memory, and how that compares with what it is to reach.

Usage: python tests/benchmarks/speed.py [--sizes 120,1000,10000] [--rounds 15] [--wheel FILE] [--only WORD] [--cpu]

Every figure is the median of whole processes that take turns, in units of ``python -c "import typer"`` in the same
turns, beside the most that it may be. The smallest size is the shipped catalogue, however many reports it has by now;
the others are synthetic, with several models and runs a report. A table is drawn as on a terminal, without a pager.
Memory is the greatest of a process, at least that of this program. ``--wheel`` adds the figures of another release,
which uses the same installed dependencies; rg, duckdb, papis and cobib are asked for the same word where they are
installed. On a busy machine ``--cpu`` takes processor time instead of the clock. Nothing is asserted.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from reportcli.catalog.files import read_report, shipped_folder
from reportcli.report.fields import Report
from synthetic import make_reports, write_catalogue

PYTHON = sys.executable
REPORTCLI = (str(Path(PYTHON).with_name("reportcli")),)
FROM_WHEEL = (PYTHON, "-c", "from reportcli.__main__ import main; main()")
SMALL, LARGE = 120, 10_000  # the sizes that have targets
UNIT = "import typer"
MOST_MEMORY = 80  # MiB
MOST_BUILD = 1.5  # times the reading of the same files
READ_ALL = """
import gc, importlib, sys
gc.disable()
from pathlib import Path
parser = importlib.import_module(sys.argv[2])
for path in Path(sys.argv[1]).glob("*.toml"):
    parser.loads(path.read_text(encoding="utf-8"))
"""


class Row(NamedTuple):
    """A command of the table, and the most units that it may take with few reports and with many."""

    name: str
    arguments: Sequence[str]
    small: float
    large: float
    completes: bool = False

    def target(self, size: int) -> float | None:
        """Return the most units at a size; None where nothing is said of it."""
        return {SMALL: self.small, LARGE: self.large}.get(size)

    def command(self, program: Sequence[str], folder: Path) -> list[str]:
        """Return the process that asks a program about the catalogue in a folder."""
        if self.completes:
            line = f"reportcli show --catalog {folder} {self.arguments[0]}"
            return ["env", "_REPORTCLI_COMPLETE=bash", *program, line, self.arguments[0]]
        return [*program, *self.arguments, "--catalog", str(folder)]


def rows_about(reports: Sequence[Report]) -> Iterator[Row]:
    """Yield the rows of the table; names and words are those of some reports of the catalogue."""
    related = next(report for report in reports if report.based_on)
    trained = next(report for report in reports if report.posttraining.rl)
    word = max(reports[0].notes[0].text.strip(".").split(), key=len)
    few = ("--limit", "20")
    table = ("--format", "table")
    first, second = reports[0].id, reports[1].id
    yield Row("list -n 20", ["list", *few], 1.3, 1.9)
    yield Row("search WORD -n 20", ["search", word, *few], 1.3, 1.9)
    yield Row("show NAME", ["show", first], 1.3, 1.9)
    yield Row("compare NAME NAME", ["compare", first, second], 1.3, 1.9)
    yield Row("search FIELDS -n 20", ["search", "rl:grpo params:..10B context:32k..", *few], 1.45, 2.2)
    yield Row("complete NAME", [first[:3]], 1.0, 1.6, completes=True)
    yield Row("list -n 20, table", ["list", *few, *table], 1.8, 2.6)
    yield Row("search -n 20, table", ["search", word, *few, *table], 1.8, 2.6)
    yield Row("show, table", ["show", first, *table], 1.8, 2.6)
    yield Row("count, picture", ["count", "parameters", *table], 1.8, 2.6)
    yield Row("plot -n 20, picture", ["plot", *few, *table], 1.8, 2.6)
    yield Row("count params", ["count", "params"], 1.5, 3)
    yield Row("count techniques", ["count", "techniques"], 1.5, 3)
    yield Row("count org --by year", ["count", "organizations", "--by", "year"], 1.5, 3)
    yield Row("plot", ["plot"], 1.5, 3)
    yield Row("plot date layers", ["plot", "date", "layers"], 1.5, 3)
    yield Row("list --sort -tokens", ["list", "--sort", "-tokens", *few], 1.5, 3)
    yield Row("list --sort license", ["list", "--sort", "license,name", *few], 1.5, 3)
    yield Row("lineage NAME", ["lineage", related.id], 1.5, 3)
    yield Row("recipe NAME", ["recipe", trained.id], 1.5, 3)
    yield Row("search, none found", ["search", "qqzzxxyy"], 1.6, 3)
    yield Row("search, a typo", ["search", word[:2] + word[3] + word[2] + word[4:], *few], 1.6, 3)
    yield Row("show, no such name", ["show", first[:2] + "q" + first[3:] + "q"], 1.6, 3)


NEW_ENTRY = """\
name = "Quite New"
title = "Quite New: a report"
organizations = ["Somebody"]
date = 2025-01-01
summary = "A report."
tags = ["open-weights"]

[links]
page = ["https://example.org/quite-new"]
"""
WRITES = {"add of one": ("add", "--no-edit", "--from"), "import of one": ("import",)}
MOST_WRITES = 3  # units, with many reports

_MOST_REFERENCES = 1000  # that reference managers are made to import, which takes them long


def other_programs(folder: Path, word: str, scratch: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield what else a user may search the same files with, as far as it is installed."""
    if shutil.which("rg"):
        yield "rg -il WORD", ["rg", "-il", word, str(folder)]
    if shutil.which("duckdb"):
        lines = scratch / f"{folder.name}.jsonl"
        with lines.open("w") as file:
            subprocess.run([*REPORTCLI, "list", "-f", "jsonl", "--catalog", str(folder)], stdout=file, check=True)
        question = f"SELECT id FROM read_json_auto('{lines}') WHERE list_contains(posttraining.rl_family, 'grpo')"
        yield "duckdb, rl:grpo", ["duckdb", "-csv", "-c", question]
    if any(map(shutil.which, ("papis", "cobib"))) and len(list(folder.glob("*.toml"))) < _MOST_REFERENCES:
        library = scratch / f"{folder.name}.bib"
        with library.open("w") as file:
            subprocess.run([*REPORTCLI, "list", "-f", "bibtex", "--catalog", str(folder)], stdout=file, check=True)
        yield from _reference_managers(library, word, scratch)


def _reference_managers(library: Path, word: str, scratch: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the search of reference managers over a BibTeX file, which they are made to import."""
    folder = scratch / f"{library.stem}.references"
    folder.mkdir()
    if shutil.which("papis"):
        (folder / "papis").mkdir()
        papis = ["papis", "-l", str(folder / "papis")]
        read = [*papis, "bibtex", "read", str(library), "import", "--all"]
        subprocess.run(read, check=False, capture_output=True, stdin=subprocess.DEVNULL)  # it asks about a few, at last
        yield "papis list WORD", [*papis, "list", "--all", word]
    if shutil.which("cobib"):
        settings = folder / "cobib.py"
        settings.write_text(f"from cobib.config import config\nconfig.database.file = {str(folder / 'cobib.yaml')!r}\n")
        cobib = ["cobib", "-c", str(settings)]
        subprocess.run([*cobib, "init"], check=True, capture_output=True)
        subprocess.run([*cobib, "add", "-b", str(library)], check=True, capture_output=True)
        yield "cobib search WORD", [*cobib, "search", word]


class Usage(NamedTuple):
    """What a process took: ms by the clock, or of the processor; MiB at most; and whether it ended as it should."""

    time: float
    memory: float
    is_answer: bool


def run(command: Sequence[str], environment: Mapping[str, str], of_processor: bool) -> Usage:
    """Run a process and return what it took."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        code = process.returncode
    clock = time.perf_counter() - start
    seconds = usage.ru_utime + usage.ru_stime if of_processor else clock
    return Usage(seconds * 1000, usage.ru_maxrss / 1024, code in (0, 1) or "show" in command)


class Benchmark:
    """Measures one catalogue after another, with the same options."""

    def __init__(self, options: argparse.Namespace, scratch: Path) -> None:
        self.options = options
        self.scratch = scratch
        self.environment = {**os.environ, "HOME": str(scratch)}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        self.programs = {"": REPORTCLI}
        if options.wheel:
            target = scratch / "wheel"
            install = [PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), options.wheel]
            subprocess.run(install, check=True)
            self.programs[Path(options.wheel).name.split("-")[1]] = ("env", f"PYTHONPATH={target}", *FROM_WHEEL)

    def measure(self, size: int) -> None:
        """Print the figures of one size."""
        folder = shipped_folder() if size == SMALL else self.scratch / str(size)
        if size == SMALL:
            reports = [read_report(path) for path in sorted(map(str, folder.glob("*.toml")))]
        else:
            write_catalogue(folder, size, 1)
            reports = list(islice(make_reports(size, 1), 100))
        reports = [report for report in reports if report.notes]
        print(f"\n{len(list(folder.glob('*.toml'))):,} reports{', shipped' * (size == SMALL)}")
        for name, program in self.programs.items():
            self.measure_build(folder, name, program)
        rows = [row for row in rows_about(reports) if self.options.only in row.name]
        commands = {(UNIT, ""): [PYTHON, "-c", UNIT], ("python -c pass", ""): [PYTHON, "-c", "pass"]}
        for name, program in self.programs.items():
            commands |= {(row.name, name): row.command(program, folder) for row in rows}
        word = next(row for row in rows_about(reports)).arguments
        word = list(rows_about(reports))[1].arguments[1]
        commands |= {(name, ""): command for name, command in other_programs(folder, word, self.scratch)}
        self.print_table(size, rows, self.take_turns(folder, commands))
        for name in WRITES:
            if self.options.only in name:
                self.measure_write(name, folder)

    def measure_write(self, name: str, folder: Path) -> None:
        """Print how long it takes to write an entry into a copy of a catalogue whose index is up to date."""
        copy, source = self.scratch / f"{folder.name} {name}", self.scratch / "quite-new.toml"
        shutil.copytree(folder, copy)
        source.write_text(NEW_ENTRY)
        units, usages = list[Usage](), list[Usage]()
        environment = self.environment_of(copy, "")
        for _ in range(self.options.rounds):
            run([*REPORTCLI, "list", "--limit", "1", "--catalog", str(copy)], environment, self.options.cpu)
            units.append(run([PYTHON, "-c", UNIT], environment, self.options.cpu))
            command = [*REPORTCLI, *WRITES[name], str(source), "--catalog", str(copy)]
            usages.append(run(command, environment, self.options.cpu))
            (copy / source.name).unlink()
        time_of, unit = (statistics.median(usage.time for usage in each) for each in (usages, units))
        memory, mark = max(usage.memory for usage in usages), "!" if time_of / unit > MOST_WRITES else " "
        target = MOST_WRITES if folder.name == str(LARGE) else ""
        print(f"  {name:22}{time_of:8.1f}{time_of / unit:8.2f}{mark if target else ' '}{target:>7}{memory:8.0f}")

    def environment_of(self, folder: Path, program: str) -> dict[str, str]:
        """Return the environment of a program: each has its own index of each folder."""
        return {**self.environment, "XDG_CACHE_HOME": str(self.scratch / f"cache {folder.name} {program}")}

    def measure_build(self, folder: Path, name: str, program: Sequence[str]) -> None:
        """Print how long the index takes, beside only reading the files: with the standard library, and as we do."""
        environment, times = self.environment_of(folder, name), dict[str, list[Usage]]()
        command = [*program, "list", "--limit", "1", "--catalog", str(folder)]
        for _ in range(3):
            shutil.rmtree(environment["XDG_CACHE_HOME"], ignore_errors=True)
            for parser in ("tomllib", "tomli"):
                reading = [PYTHON, "-c", READ_ALL, str(folder), parser]
                times.setdefault(parser, []).append(run(reading, environment, self.options.cpu))
            times.setdefault("index", []).append(run(command, environment, self.options.cpu))
        medians = {what: statistics.median(usage.time for usage in usages) for what, usages in times.items()}
        memory = max(usage.memory for usage in times["index"])
        print(
            f"  build of the index{' of ' + name if name else ''}: {medians['index']:,.0f} ms,"
            f" {medians['index'] / medians['tomllib']:.2f} × reading with tomllib (at most {MOST_BUILD}),"
            f" {medians['index'] / medians['tomli']:.2f} × with tomli, {memory:.0f} MiB"
        )

    def take_turns(self, folder: Path, commands: Mapping[tuple[str, str], list[str]]) -> dict[tuple[str, str], Usage]:
        """Return what each command takes: the median time, the greatest memory."""
        usages: dict[tuple[str, str], list[Usage]] = {key: [] for key in commands}
        for turn in range(self.options.rounds + 1):
            for key, command in commands.items():
                usage = run(command, self.environment_of(folder, key[1]), self.options.cpu)
                if turn:  # the first turn warms up
                    usages[key].append(usage)
        return {
            key: Usage(
                statistics.median(usage.time for usage in each),
                max(usage.memory for usage in each),
                all(usage.is_answer for usage in each),
            )
            for key, each in usages.items()
        }

    def print_table(self, size: int, rows: Sequence[Row], usages: Mapping[tuple[str, str], Usage]) -> None:
        """Print each row with its target, and what lies above that with an exclamation mark."""
        unit = usages[UNIT, ""].time
        others = [name for name in self.programs if name]
        print(f"  {'':22}{'ms':>8}{'units':>8}{'target':>8}{'MiB':>8}", *(f"{name:>8}{'MiB':>8}" for name in others))
        targets = {row.name: row.target(size) for row in rows}
        for name, program in usages:
            if program:
                continue
            usage, target = usages[name, ""], targets.get(name)
            units = usage.time / unit
            mark = "!" if target and units > target else " "
            line = f"  {name:22}{usage.time:8.1f}{units:8.2f}{mark}{target or '':>7}{usage.memory:8.0f}"
            line += "!" if usage.memory > MOST_MEMORY and target else " "
            for other in others:
                former = usages.get((name, other))
                answers = former is not None and former.is_answer
                line += f"{former.time / unit:8.2f}{former.memory:8.0f}" if former and answers else " " * 16
            print(line.rstrip())


def main() -> None:
    """Measure every size that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default=f"{SMALL},1000,{LARGE}")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--wheel", help="of another release, to be measured in the same turns")
    parser.add_argument("--only", default="", help="a part of the name of the rows to measure")
    parser.add_argument("--cpu", action="store_true", help="processor time instead of the clock")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        benchmark = Benchmark(options, Path(scratch))
        for size in map(int, options.sizes.split(",")):
            benchmark.measure(size)


if __name__ == "__main__":
    main()
