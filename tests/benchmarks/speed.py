"""How long commands take beside ``python -c "import typer"``: run in turns, medians and ratios printed.

Usage: python tests/benchmarks/speed.py [ROUNDS]
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PYTHON = sys.executable
REPORTCLI = str(Path(PYTHON).with_name("reportcli"))
COMMANDS = {
    "python -c pass": [PYTHON, "-c", "pass"],
    "import typer": [PYTHON, "-c", "import typer"],
    "list": [REPORTCLI, "list"],
    "search GRPO": [REPORTCLI, "search", "GRPO"],
    "show qwen3": [REPORTCLI, "show", "qwen3"],
    "compare (table)": [REPORTCLI, "compare", "Qwen3", "dots.llm1", "--format", "table"],
    "list (table)": [REPORTCLI, "list", "--format", "table"],
}


def main(rounds: int) -> None:
    """Time every command once a round and print the medians, in milliseconds and as ratios to ``import typer``."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_CACHE_HOME": home}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        times: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for turn in range(rounds + 1):
            for name, command in COMMANDS.items():
                start = time.perf_counter()
                subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=True)
                if turn:  # the first one warms up
                    times[name].append(time.perf_counter() - start)
    floor = statistics.median(times["import typer"])
    for name, taken in times.items():
        middle = statistics.median(taken)
        print(f"{name:18} {middle * 1000:7.1f} ms   {middle / floor:5.2f} × import typer")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
