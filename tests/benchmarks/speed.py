"""How fast reportcli answers, and in how much memory, on synthetic catalogues of several sizes.

Usage: python tests/benchmarks/speed.py [--sizes 36,1000,10000] [--rounds 15]

For each size it prints the time of building the index, beside that of only reading the TOML files; then, for each
command, its median time, the ratio of this to ``python -c "import typer"`` (measured in the same turns), and its peak
memory, which is at least that of this program. ``--sizes 100000`` takes several minutes. Nothing is asserted.
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
BASELINES = {"python -c pass": [PYTHON, "-c", "pass"], "import typer": [PYTHON, "-c", "import typer"]}
READ_ALL = """
import gc, importlib, sys
gc.disable()
from pathlib import Path
parser = importlib.import_module(sys.argv[2])
for path in Path(sys.argv[1]).glob("*.toml"):
    parser.loads(path.read_text(encoding="utf-8"))
"""
PARSERS = ("tomllib", "tomli")  # the standard library's, and the one in use


def commands(folder: Path) -> dict[str, list[str]]:
    """Return the commands to time over a synthetic catalogue; words and names are taken from its reports."""
    first, second = [report for report in make_reports(36, 1) if report.notes][:2]
    word = max(first.notes[0].text.strip(".").split(), key=len)
    typo = word[:2] + word[3] + word[2] + word[4:]
    arguments = {
        "list": ["list"],
        "list --limit 20": ["list", "--limit", "20"],
        "list (json)": ["list", "--format", "json"],
        "search WORD": ["search", word, "--limit", "20"],
        "search fields": ["search", "rl:grpo kl:no params:100B..", "--limit", "20"],
        "search a typo": ["search", typo, "--limit", "20"],
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
    result = {name: [REPORTCLI, *rest, "--catalog", str(folder)] for name, rest in arguments.items()}
    line = f"reportcli show --catalog {folder} {first.id[:2]}"
    result["complete a NAME"] = ["env", "_REPORTCLI_COMPLETE=zsh", REPORTCLI, line, first.id[:2]]
    if shutil.which("rg"):
        result["rg -il WORD"] = ["rg", "-il", word, str(folder)]
    return result


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command; return its time in milliseconds and its peak memory in MiB."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment) as process:
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return (time.perf_counter() - start) * 1000, usage.ru_maxrss / 1024


def measure(size: int, rounds: int, scratch: Path) -> None:
    """Print the figures of one size."""
    folder, cache = scratch / str(size), scratch / f"cache{size}"
    write_catalogue(folder, size, 1)
    environment = {**os.environ, "HOME": str(scratch), "XDG_CACHE_HOME": str(cache)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
    print(f"\n{size:,} reports")
    _measure_build(folder, cache, 3 if size <= 10_000 else 1, environment)
    todo = BASELINES | commands(folder)
    times: dict[str, list[float]] = {name: [] for name in todo}
    memory: dict[str, float] = {}
    for turn in range(rounds + 1):
        for name, command in todo.items():
            milliseconds, memory[name] = run(command, environment)
            if turn:  # the first turn warms up
                times[name].append(milliseconds)
    base = statistics.median(times["import typer"])
    for name, values in times.items():
        median = statistics.median(values)
        print(f"  {name:20} {median:9.1f} ms   {median / base:5.2f} × import typer       {memory[name]:6.0f} MiB")


def _measure_build(folder: Path, cache: Path, rounds: int, environment: dict[str, str]) -> None:
    builds, memory = list[float](), 0.0
    reads: dict[str, list[float]] = {parser: [] for parser in PARSERS}
    for _ in range(rounds):
        shutil.rmtree(cache, ignore_errors=True)
        for parser, values in reads.items():
            values.append(run([PYTHON, "-c", READ_ALL, str(folder), parser], environment)[0])
        build, memory = run([REPORTCLI, "list", "--limit", "1", "--catalog", str(folder)], environment)
        builds.append(build)
    median = statistics.median(builds)
    ratios = [f"{median / statistics.median(values):.2f} × reading with {parser}" for parser, values in reads.items()]
    print(f"  {'build the index':20} {median:9.1f} ms   {', '.join(ratios)}   {memory:6.0f} MiB")


def main() -> None:
    """Measure every size that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="36,1000,10000")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        for size in map(int, options.sizes.split(",")):
            measure(size, options.rounds, Path(scratch))


if __name__ == "__main__":
    main()
