"""How fast reportcli answers: catalogues of several sizes, side by side with what one would use otherwise.

Usage: python tests/benchmarks/speed.py [--sizes 36,1000,10000] [--rounds 15]

For each size it prints the cold build of the index against reading the TOML alone, then the median time of each
command, its ratio to ``python -c "import typer"`` (measured in the same turns), and its peak memory. ``--sizes``
with 100000 takes several minutes. Nothing is asserted.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from synthetic import make_reports, write_catalogue

PYTHON = sys.executable
REPORTCLI = str(Path(PYTHON).with_name("reportcli"))
FLOORS = {"python -c pass": [PYTHON, "-c", "pass"], "import typer": [PYTHON, "-c", "import typer"]}
READ_ALL = """
import gc, importlib, sys
gc.disable()
from pathlib import Path
parser = importlib.import_module(sys.argv[2])
for path in Path(sys.argv[1]).glob("*.toml"):
    parser.loads(path.read_text(encoding="utf-8"))
"""
PARSERS = ("tomllib", "tomli")  # the standard library's, and the one in use


def commands(folder: Path, size: int) -> dict[str, list[str]]:
    """Return the commands to time over a synthetic catalogue; words and names are taken from its reports."""
    first, second = [report for report in make_reports(36, 1) if report.notes][:2]
    word = max(first.notes[0].text.strip(".").split(), key=len)
    slip = word[:2] + word[3] + word[2] + word[4:]
    asked = {
        "list": ["list"],
        "list --limit 20": ["list", "--limit", "20"],
        "search WORD": ["search", word, "--limit", "20"],
        "search fields": ["search", "rl:grpo kl:no params:100B..", "--limit", "20"],
        "search with a slip": ["search", slip, "--limit", "20"],
        "show NAME": ["show", first.id],
        "compare two": ["compare", first.id, second.id],
        "lineage": ["lineage"],
        "count techniques": ["count", "techniques"],
        "count by month": ["count", "organizations", "--by", "month"],
        "timeline": ["timeline"],
        "plot": ["plot"],
        "count (table)": ["count", "techniques", "--format", "table"],
        "timeline (table)": ["timeline", "--format", "table"],
        "plot (table)": ["plot", "--format", "table"],
        "list (table)": ["list", "--limit", "36", "--format", "table"],
        "list (table), all": ["list", "--format", "table"],
    }
    ours = {name: [REPORTCLI, *rest, "--catalog", str(folder)] for name, rest in asked.items()}
    line = f"reportcli show --catalog {folder} {first.id[:2]}"
    ours["complete a NAME"] = ["env", "_REPORTCLI_COMPLETE=zsh", REPORTCLI, line, first.id[:2]]
    if shutil.which("rg"):
        ours["rg -il WORD"] = ["rg", "-il", word, str(folder)]
    return ours


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; return its seconds and its peak memory in MiB."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def measure(size: int, rounds: int, scratch: Path) -> None:
    """Print the figures of one size."""
    folder = scratch / str(size)
    write_catalogue(folder, size, 1)
    environment = {**os.environ, "HOME": str(scratch), "XDG_CACHE_HOME": str(scratch / f"cache{size}")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    print(f"\n{size:,} reports")
    builds, memory = list[float](), 0.0
    reads: dict[str, list[float]] = {parser: [] for parser in PARSERS}
    for _ in range(3 if size <= 10_000 else 1):
        shutil.rmtree(scratch / f"cache{size}", ignore_errors=True)
        for parser, taken in reads.items():
            taken.append(timed([PYTHON, "-c", READ_ALL, str(folder), parser], environment)[0])
        build, memory = timed([REPORTCLI, "list", "--limit", "1", "--catalog", str(folder)], environment)
        builds.append(build)
    build = statistics.median(builds)
    beside = [f"{build / statistics.median(taken):.2f} × reading with {parser}" for parser, taken in reads.items()]
    print(f"  {'cold build':20} {build * 1000:9.1f} ms   {', '.join(beside)}   {memory:6.0f} MiB")
    todo = FLOORS | commands(folder, size)
    times: dict[str, list[float]] = {name: [] for name in todo}
    peaks: dict[str, float] = {}
    for turn in range(rounds + 1):
        for name, command in todo.items():
            seconds, peaks[name] = timed(command, environment)
            if turn:  # the first one warms up
                times[name].append(seconds)
    floor = statistics.median(times["import typer"])
    for name, taken in times.items():
        middle = statistics.median(taken)
        print(
            f"  {name:20} {middle * 1000:9.1f} ms   {middle / floor:5.2f} × import typer       {peaks[name]:6.0f} MiB"
        )


def main() -> None:
    """Measure every size that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="36,1000,10000")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for size in map(int, options.sizes.split(",")):
            measure(size, options.rounds, Path(scratch))


if __name__ == "__main__":
    main()
