"""Writers whose system calls fail: opening, reading, writing, flushing, moving, locking.

Usage: python tests/trials/faults.py [--trials 100] [--seed 1] [--only edit,add,fix] [--at 17]

One call of ``add``, ``edit`` or ``check --fix`` that touches the catalogue, a draft or the index fails, by strace. Then
every entry is the old text or a new one, whole; what was typed is in the entry or in its draft; what is said of the
entry is so; nothing else is left. Prints what did not hold.
"""

import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from trials.runner import LONGEST, Trial, main
from trials.writers import (
    LOOSE,
    Ground,
    arguments_of,
    changed_texts,
    entries_whole,
    fresh,
    life_goes_on,
    prepare,
    typed_is_kept,
    typed_text,
)

CALLS = (
    "openat", "read", "write", "pread64", "pwrite64", "fsync", "fdatasync", "close", "link", "linkat", "rename",
    "renameat", "unlink", "unlinkat", "chmod", "fchmodat", "chown", "fchownat", "utimensat", "flock", "newfstatat",
    "fstat", "getdents64", "mkdir", "mkdirat", "getxattr", "listxattr",
)  # fmt: skip
ERRORS = ("EIO", "ENOSPC", "EACCES", "EPERM", "ENOMEM", "EMFILE", "ESTALE", "EINTR")


def can_trace() -> bool:
    """Return whether strace is here and may trace."""
    strace = ["strace", "-qq", "true"]
    return bool(shutil.which("strace")) and not subprocess.run(strace, capture_output=True, check=False).returncode


def _traced(ground: Ground, arguments: tuple[str, ...], *rules: str) -> subprocess.CompletedProcess[str]:
    options = [word for rule in rules for word in ("-e", rule)]
    call = [sys.executable, "-m", "reportcli", *arguments, "--catalog", str(ground.mine)]
    return subprocess.run(
        ["strace", "-qq", "-y", "-o", str(ground.folder / "trace"), *options, *call],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False, timeout=3 * LONGEST,
    )  # fmt: skip


@cache
def _calls(ground: Ground, command: str) -> dict[str, list[int]]:
    """Return the calls of a command that touch our folders: by their name, the numbers of these among all of it."""
    fresh(ground)
    _traced(ground, arguments_of(ground, command, typed_text(1)), f"trace={','.join(f'?{call}' for call in CALLS)}")
    counted, calls = Counter[str](), defaultdict[str, list[int]](list)
    for line in (ground.folder / "trace").read_text(errors="replace").splitlines():
        call, _, rest = line.partition("(")
        counted[call] += 1
        if str(ground.folder) in rest:
            calls[call].append(counted[call])
    return calls


def failing(command: str, ground: Ground, chance: Random) -> Iterator[str]:
    """One system call of a command fails."""
    call, numbers = chance.choice(sorted(_calls(ground, command).items()))
    number, error = chance.choice(numbers), chance.choice(ERRORS)
    texts, text = fresh(ground), typed_text(1)
    arguments = arguments_of(ground, command, text)
    ended = _traced(ground, arguments, f"trace={call}", f"inject={call}:error={error}:when={number}")
    about = f"{error} at {call} {number}, code {ended.returncode}"
    complaints = [*entries_whole(ground.mine, changed_texts(texts, text))]
    if ended.returncode not in range(4) or "Traceback" in ended.stderr:
        complaints.append(ended.stderr[-300:])
    if command == "edit" and ground.opened.exists():
        complaints += typed_is_kept(ground, text.encode())
    path = ground.mine / {"add": "y.toml"}.get(command, "x.toml")
    is_saved = {
        "edit": ground.entry.read_text() == text,
        "add": path.exists(),
        "fix": not any(LOOSE in entry.read_text() for entry in ground.mine.glob("*.toml")),
    }[command]
    if not ended.returncode and not is_saved:
        complaints.append(f"it does not say that nothing is saved: {ended.stderr}")
    if is_saved and f"cannot write {path}" in ended.stderr:
        complaints.append(f"it says that nothing is saved: {ended.stderr}")
    complaints += life_goes_on(ground)
    yield from (f"{about}: {complaint}" for complaint in complaints)


TRIALS: Mapping[str, Trial] = {command: partial(failing, command) for command in ("edit", "add", "fix")}

if __name__ == "__main__":
    assert __doc__
    main(TRIALS, prepare, 100, __doc__.splitlines()[0])
