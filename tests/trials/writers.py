"""Writers under attack: killed, told to end, refused room, crowded, and served by the worst editors.

Usage: python tests/trials/writers.py [--trials 100] [--seed 1] [--only killed,ended] [--at 17]

After each misfortune every entry is the old text or a new one, whole; every text that a person typed is in the entry or
in its draft; the exit code is right; and nothing else is left. Prints what did not hold.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from makers import CANONICAL
from reportcli.catalog.files import MAX_BYTES
from trials.runner import Answered, Trial, attempt, main, without_settings

ENTRY = CANONICAL.replace("One sentence.", "{summary}")
LOOSE = 'organizations = ["Someone"]'  # a layout that check --fix sets right
NOBODY = 65534


class Ground(NamedTuple):
    """A folder for everything that a trial needs; ``mine`` is the catalogue that is written."""

    folder: Path

    @property
    def mine(self) -> Path:
        return self.folder / "mine"

    @property
    def temporary(self) -> Path:
        return self.folder / "temporary"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def own(self) -> Path:
        """The user's folder, which is not there at first."""
        return self.home / ".local" / "share" / "reportcli" / "catalog"

    @property
    def entry(self) -> Path:
        return self.mine / "x.toml"

    @property
    def drafts(self) -> Path:
        return self.own.with_name("drafts")

    @property
    def opened(self) -> Path:
        """The file that an editor makes when it has saved what was typed."""
        return self.folder / "opened"


def prepare(folder: Path) -> Ground:
    """Make a home of its own, and load what the commands load: a child that is somebody else cannot."""
    folder.chmod(0o711)
    ground = Ground(folder)
    without_settings()
    os.environ |= {"HOME": str(ground.home), "TMPDIR": str(ground.temporary)}
    fresh(ground)
    for arguments in (_edit(_saves(ground, typed_text(0))), _add(ground, "y"), _fix(), ("edit", "nobody")):
        attempt((*arguments, "--catalog", str(ground.mine)))
    return ground


def fresh(ground: Ground) -> dict[str, str]:
    """Lay out a catalogue of one entry and some of a loose layout; return their texts."""
    for folder in (ground.mine, ground.temporary, ground.home):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    ground.opened.unlink(missing_ok=True)
    texts = {"x.toml": ENTRY.format(name="X", summary="One sentence.")}
    for number in range(4):
        tidy = ENTRY.format(name=f"Loose {number}", summary="Loose.")
        texts[f"loose-{number}.toml"] = tidy.replace('organizations = [\n    "Someone",\n]', LOOSE)
    for name, text in texts.items():
        (ground.mine / name).write_text(text)
    return texts


def typed_text(number: int) -> str:
    return ENTRY.format(name="X", summary=f"What writer {number} typed.")


def _tidy(text: str) -> str:
    return text.replace(LOOSE, 'organizations = [\n    "Someone",\n]')


# Editors are scripts of a shell, and what is typed is what they save.


def _script(ground: Ground, body: str, name: str = "editor") -> str:
    script = ground.folder / name
    script.write_text(f"#!/bin/sh\n{body}\n")
    script.chmod(0o755)
    return str(script)


def _saves(ground: Ground, text: str, then: str = "", name: str = "editor") -> str:
    """Make an editor that saves a text and does something then."""
    typed = ground.folder / f"{name}.typed"
    typed.write_text(text)
    return _script(ground, f"cat '{typed}' >\"$1\" && : >'{ground.opened}'\n{then}", name)


def _edit(command: str) -> tuple[str, ...]:
    os.environ["EDITOR"] = command
    return ("edit", "x")


def _add(ground: Ground, entry_id: str) -> tuple[str, ...]:
    source = ground.folder / f"{entry_id}.source"
    source.write_text(ENTRY.format(name=entry_id.upper(), summary="Added."))
    return ("add", "--no-edit", "--from", str(source))


def _fix() -> tuple[str, ...]:
    return ("check", "--fix")


def arguments_of(ground: Ground, command: str, text: str) -> tuple[str, ...]:
    match command:
        case "edit":
            return _edit(_saves(ground, text))
        case "add":
            return _add(ground, "y")
        case _:
            return _fix()


# Each call is made in a process of its own, which may be killed or confined.


class Child:
    """A call that runs in a process of its own."""

    def __init__(
        self, ground: Ground, arguments: tuple[str, ...], before: Callable[[], object] = lambda: None, *,
        name: str = "", own: bool = False,
    ) -> None:  # fmt: skip
        self._result = ground.folder / f"result{name}"
        self._result.unlink(missing_ok=True)
        result = os.open(self._result, os.O_WRONLY | os.O_CREAT, 0o600)  # before the child is somebody else
        self.number = os.fork()
        if self.number:
            os.close(result)
            return
        try:
            os.setpgid(0, 0)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored
            before()
            resource_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
            answered = attempt(arguments if own else (*arguments, "--catalog", str(ground.mine)))
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource_limit[1], resource_limit[1]))
            os.write(result, json.dumps(answered).encode())
        finally:
            os._exit(0)

    def has_ended(self) -> bool:
        """Return whether the process has ended; its answer can still be had."""
        return os.waitid(os.P_PID, self.number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def answer(self) -> Answered | str | None:
        """Wait for the end; None says that it was killed."""
        _, status = os.waitpid(self.number, 0)
        with suppress(ProcessLookupError):
            os.killpg(self.number, signal.SIGKILL)  # an editor that is still open
        result = json.loads(self._result.read_bytes() or b"null")
        if isinstance(result, list):
            return Answered(*result)
        return result if result or os.WIFSIGNALED(status) else f"ended with status {status}"


def _texts_by_path(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}


def _texts(folder: Path) -> Iterable[bytes]:
    return _texts_by_path(folder).values()


def entries_whole(folder: Path, allowed: Mapping[str, set[str]]) -> Iterator[str]:
    """Complain of entries that are neither the old text nor a new one."""
    for path in sorted(folder.glob("*.toml")):
        text = path.read_bytes().decode("utf-8", "replace")
        if text not in allowed.get(path.name, ()):
            yield f"{path.name} is neither old nor new: {text[:80]!r}"
    if "x.toml" in allowed and not (folder / "x.toml").exists():
        yield "x.toml is gone"


def typed_is_kept(ground: Ground, typed: bytes) -> Iterator[str]:
    """Complain of a text that is neither in an entry nor in a draft."""
    if not any(typed in text for folder in (ground.mine, ground.drafts) for text in _texts(folder)):
        yield f"lost: {typed[:60]!r}"


def left_behind(ground: Ground, drafts: bool = False) -> Iterator[str]:
    """Complain of what a writer left that it should have removed; drafts may be left where ``drafts`` says so."""
    if left := sorted(path.name for folder in (ground.mine, ground.own) for path in folder.glob(".*")):
        yield f"left beside the entries: {left}"
    if left := sorted(path.name for path in ground.temporary.iterdir()):
        yield f"left in the temporary folder: {left}"
    if not drafts and (left := sorted(path.name for path in _texts_by_path(ground.drafts))):
        yield f"left in the folder of drafts: {left}"


def changed_texts(texts: Mapping[str, str], *new: str) -> dict[str, set[str]]:
    allowed = {name: {text, _tidy(text)} for name, text in texts.items()}
    allowed["x.toml"] |= set(new)
    allowed["y.toml"] = {ENTRY.format(name="Y", summary="Added.")}
    return allowed


# Killed.


def killed(ground: Ground, chance: Random) -> Iterator[str]:
    """A writer is killed at some moment, at times just before it touches a file."""
    texts = fresh(ground)
    command = chance.choice(("edit", "add", "fix"))
    arguments = arguments_of(ground, command, typed_text(1))
    if chance.random() < 0.7:
        last = chance.randrange(1, {"edit": 60, "add": 35, "fix": 62}[command])
        child = Child(ground, arguments, lambda: _die_at(last))
        moment = f"{command}, at touch {last}"
    else:
        child = Child(ground, arguments)
        wait = chance.random() * 0.06
        time.sleep(wait)
        os.kill(child.number, signal.SIGKILL)
        moment = f"{command}, after {wait:.4f} s"
    answered = child.answer()
    if isinstance(answered, str):
        yield f"{moment}: {answered}"
    whole = entries_whole(ground.mine, changed_texts(texts, typed_text(1)))
    yield from (f"{moment}: {complaint}" for complaint in whole)
    if command == "edit" and ground.opened.exists():
        yield from (f"{moment}: {complaint}" for complaint in typed_is_kept(ground, typed_text(1).encode()))
    yield from (f"{moment}: {complaint}" for complaint in life_goes_on(ground))


_FILES = ("open", "os.", "shutil.", "tempfile.", "subprocess.", "fcntl.", "sqlite3.")


def _die_at(last: int) -> None:
    """Be killed just before this process touches files for so many times."""
    left = last

    def touched(event: str, _: Any) -> None:
        nonlocal left
        if event.startswith(_FILES):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(touched)


def life_goes_on(ground: Ground) -> Iterator[str]:
    """Complain where leftovers are read, checked, or never removed."""
    here = ("--catalog", str(ground.mine))
    ids = sorted(path.stem for path in ground.mine.glob("*.toml"))
    listed = attempt(("list", "--format", "names", *here))
    if isinstance(listed, str) or (listed.code, sorted(listed.out.split()), listed.err) != (0, ids, ""):
        yield f"list after it: {listed}"
    checked = attempt(("check", "--fix", *here))
    if isinstance(checked, str) or checked.code or ".reportcli" in checked.out + checked.err:
        yield f"check --fix after it: {checked}"
    for left in ground.mine.glob(".reportcli-*"):
        os.utime(left, (time.time() - 7200,) * 2)
    saved = attempt((*_edit(_saves(ground, typed_text(2))), *here))
    drafts = list(ground.drafts.glob("*.toml"))
    if drafts and isinstance(saved, Answered) and saved.code == 2 and str(drafts[0]) in saved.err:
        drafts[0].unlink()
        saved = attempt(("edit", "x", *here))
    if isinstance(saved, str) or saved.code or typed_text(2) != ground.entry.read_text():
        yield f"edit after it: {saved}"
    yield from left_behind(ground)


# Told to end.

ENDINGS: Mapping[str, str] = {
    "the editor ends too": "trap 'exit 0' TERM HUP; while :; do sleep 0.02; done",
    "the editor goes on": "trap '' TERM HUP; while :; do sleep 0.02; done",
}


def ended(ground: Ground, chance: Random) -> Iterator[str]:
    """The terminal closes, or somebody tells us to end, while the editor is open."""
    texts = fresh(ground)
    how, then = chance.choice(list(ENDINGS.items()))
    number = chance.choice((signal.SIGTERM, signal.SIGHUP))
    both = chance.random() < 0.7
    text = chance.choice((typed_text(1), "typed = half a", typed_text(1) + "unknown = 1\n"))
    child = Child(ground, _edit(_saves(ground, text, then)))
    _wait_for(ground.opened.exists)
    (os.killpg if both else os.kill)(child.number, number)
    about = f"{how}, {number.name} to {'both' if both else 'us'}"
    answered = child.answer()
    if answered is not None:
        yield f"{about}: {answered}"
    yield from (f"{about}: {complaint}" for complaint in entries_whole(ground.mine, changed_texts(texts)))
    yield from (f"{about}: {complaint}" for complaint in typed_is_kept(ground, text.encode()))
    yield from (f"{about}: {complaint}" for complaint in life_goes_on(ground))


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)


# The worst editors.

WORST: Mapping[str, tuple[str, int]] = {
    "dies by a signal": ("kill -SEGV $$", 2),
    "fails": ("exit 3", 2),
    "dies with us": ('kill -9 "$PPID"; kill -9 $$', -1),
    "empties the file": (': >"$1"', 2),
    "leaves only spaces": ('echo "   " >"$1"', 2),
    "removes the file": ('rm "$1"', 2),
    "removes the folder": ('rm -r "${1%/*}"', 2),
    "leaves a folder": ('rm "$1"; mkdir "$1"', 2),
    "leaves a pipe": ('rm "$1"; mkfifo "$1"', 2),
    "leaves a link to nothing": ('ln -sf /nowhere/at/all "$1"', 2),
    "leaves a link to itself": ('ln -sf "${1##*/}" "$1"', 2),
    "leaves a link to a device": ('ln -sf /dev/zero "$1"', 2),
    "leaves a link to the entry": ('ln -sf {entry} "$1"', 0),
    "writes 100 MB": ('head -c 100000000 /dev/zero | tr "\\0" "#" >>"$1"', 2),
    "writes a little too much": (f'head -c {MAX_BYTES} /dev/zero | tr "\\0" "#" >>"$1"', 2),
    "writes no UTF-8": ("printf '\\377\\376' >>\"$1\"", 2),
    "writes half a letter": ("printf '# \\303' >>\"$1\"", 2),
    "writes zeros": ("printf '\\0' >>\"$1\"", 2),
    "writes what is no TOML": ("echo '= =' >>\"$1\"", 2),
    "nests without end": ('(printf "a = "; head -c 100000 /dev/zero | tr "\\0" "[") >>"$1"', 2),
    "forbids the file": ('chmod 000 "$1"', 0 if os.geteuid() == 0 else 2),
    "moves another in place": ('cp "$1" "$1.new"; mv "$1.new" "$1"', 0),
    "removes the entry": ("rm {entry}", 3),
    "puts a folder for the entry": ("rm {entry}; mkdir {entry}", 3),
    "puts a pipe for the entry": ("rm {entry}; mkfifo {entry}", 3),
    "puts a file for the catalogue": ("mv {mine} {mine}.away; : >{mine}", 3),
}  # fmt: skip
_GONE = ("empties", "leaves only", "removes the f", "leaves a link to the entry")
_REPLACED = ("leaves a folder", "leaves a pipe", "leaves a link")


def mistreated(ground: Ground, chance: Random) -> Iterator[str]:
    """The editor does something nobody expects, after it has saved what was typed."""
    texts = fresh(ground)
    shutil.rmtree(f"{ground.mine}.away", ignore_errors=True)
    how, (then, code) = chance.choice(list(WORST.items()))
    then = then.replace("{entry}", f"'{ground.entry}'").replace("{mine}", f"'{ground.mine}'")
    answered = Child(ground, _edit(_saves(ground, typed_text(1), then))).answer()
    if code == -1:
        if answered is not None:
            yield f"{how}: {answered}"
    elif not isinstance(answered, Answered) or answered.code != code:
        yield f"{how}: {answered}"
    kept = "" if code <= 0 or how.startswith(_GONE) else "your draft was saved to"
    if isinstance(answered, Answered) and kept not in answered.err:
        yield f"{how}: it does not say where the text is: {answered.err}"
    if not how.startswith(_GONE + _REPLACED):
        yield from (f"{how}: {complaint}" for complaint in typed_is_kept(ground, typed_text(1).encode()))
    if ground.mine.is_dir() and ground.entry.is_file():
        whole = entries_whole(ground.mine, changed_texts(texts, typed_text(1)))
        yield from (f"{how}: {complaint}" for complaint in whole)
        yield from (f"{how}: {complaint}" for complaint in left_behind(ground, drafts=bool(code)))
    elif ground.mine.is_file():
        ground.mine.unlink()
    if sum(map(len, _texts(ground.folder))) > 110_000_000:
        yield f"{how}: the text was kept more than once"


# No room, no right.


def confined(ground: Ground, chance: Random) -> Iterator[str]:
    """A writer may write only so many bytes to a file, as on a full disk."""
    texts = fresh(ground)
    command = chance.choice(("edit", "edit", "add", "fix"))
    text = typed_text(1) + "# " + "long " * chance.choice((0, 200)) + "\n"
    arguments = arguments_of(ground, command, text)
    most = chance.choice((0, 1, 100, chance.randrange(1500)))

    def confine() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))

    answered = Child(ground, arguments, confine).answer()
    yield from (
        f"{command}, {most} bytes: {complaint}" for complaint in _refused(ground, texts, answered, command, text)
    )


def full(ground: Ground, chance: Random) -> Iterator[str]:
    """The disk of the catalogue is full, at times also that of the copy or of the home, or nearly so."""
    texts = fresh(ground)
    command = chance.choice(("edit", "edit", "add", "fix"))
    text = typed_text(1) + "# " + "long " * chance.choice((0, 4000)) + "\n"
    folders = [ground.mine, *chance.sample((ground.temporary, ground.home), chance.randrange(3))]
    mounted: list[Path] = []
    try:
        for folder in folders:
            kept = {path.name: path.read_text() for path in folder.iterdir()}
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k,mode=0755", "tmpfs", str(folder)], check=True)
            mounted.append(folder)
            for name, content in kept.items():
                (folder / name).write_text(content)
            _fill(folder, chance.choice((0, 0, 1, 2, 5)))
        answered = Child(ground, arguments_of(ground, command, text)).answer()
        about = f"{command}, full: {', '.join(folder.name for folder in folders)}"
        for folder in folders:
            (folder / "filled").unlink()
        yield from (f"{about}: {complaint}" for complaint in _refused(ground, texts, answered, command, text))
    finally:
        for folder in mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(folder: Path, pages: int) -> None:
    """Fill a disk but for so many pages."""
    with open(folder / "filled", "wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(bytes(4096))
        file.truncate(max(0, file.tell() - 4096 * pages))


def can_mount(folder: Path) -> bool:
    """Return whether a small disk of our own can be mounted here."""
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True, check=False).returncode:
        return False
    subprocess.run(["umount", str(folder)], check=True)
    return True


def _refused(
    ground: Ground, texts: Mapping[str, str], answered: Answered | str | None, command: str, text: str
) -> Iterator[str]:
    """Complain unless a writer did its work, or said that it cannot and left everything as it was."""
    fails = command == "edit" and not ground.opened.exists()  # there was no room for what was typed
    if not isinstance(answered, Answered) or answered.code not in ((2, 3) if fails else (0, 3)):
        yield str(answered)
        return
    yield from entries_whole(ground.mine, changed_texts(texts, text, typed_text(1)))
    if ground.opened.exists():
        yield from typed_is_kept(ground, text.encode().rstrip())
    if ground.opened.exists() and answered.code and "your draft was saved to" not in answered.err:
        yield f"it does not say where the text is: {answered.err}"
    if not answered.code and command == "edit" and ground.entry.read_text() != text:
        yield f"it says that it is saved: {answered}"
    yield from left_behind(ground, drafts=bool(answered.code))


def forbidden(ground: Ground, chance: Random) -> Iterator[str]:
    """The folder, an entry or the home may only be read, or not even that."""
    texts = fresh(ground)
    command = chance.choice(("edit", "edit", "add", "fix"))
    text = typed_text(1)
    arguments = arguments_of(ground, command, text)
    somebody = NOBODY if os.geteuid() == 0 else None
    if somebody:
        for path in (ground.mine, ground.temporary, ground.home, *ground.mine.iterdir(), ground.folder):
            os.chown(path, somebody if path != ground.folder else 0, -1)
        ground.folder.chmod(0o777)
    mode = chance.choice(((0o555, 0o644), (0o555, 0o444), (0o755, 0o444), (0o755, 0o644)))
    for path in ground.mine.iterdir():
        path.chmod(mode[1])
    ground.mine.chmod(mode[0])
    closed = chance.random() < 0.3  # no draft can be made
    if closed:
        ground.home.chmod(0o555)
    about = f"{command}, folder {mode[0]:o}, entries {mode[1]:o}"
    try:
        answered = Child(ground, arguments, lambda: os.setuid(somebody) if somebody else None).answer()
        yield from (f"{about}: {complaint}" for complaint in _refused(ground, texts, answered, command, text))
        writable = mode == (0o755, 0o644) or (command == "add" and mode[0] == 0o755)
        writable = writable and not (command == "edit" and closed)
        if isinstance(answered, Answered) and (answered.code == 0) != writable:
            yield f"{about}: {answered}"
    finally:
        ground.folder.chmod(0o711)
        for folder in (ground.mine, ground.home):
            folder.chmod(0o755)


# Many at once.


def crowded(ground: Ground, chance: Random) -> Iterator[str]:
    """Two or eight writers work at once: on one entry, on one id, on the layout too, or are the first of a folder.

    Of several editors of one entry, one opens; it stays open until all others have been refused.
    """
    texts = fresh(ground)
    count, kind = chance.choice((2, 8)), chance.choice(("edit", "add", "fix", "first"))
    about = f"{kind}, {count}"
    entry_id, name = ("loose-0", "Loose 0") if kind == "fix" else ("x", "X")
    text = ENTRY.format(name=name, summary="What was typed.")
    leave = ground.folder / "leave"
    leave.unlink(missing_ok=True)
    waits = f"until [ -e '{leave}' ]; do sleep 0.01; done" if kind == "edit" else ""
    editing = ("edit", entry_id, *_edit(_saves(ground, text, waits))[2:])
    children = []
    for number in range(count):
        arguments = _fix() if kind == "fix" else _add(ground, "y" if kind == "add" else f"y{number}")
        if kind == "edit" or (kind == "fix" and number == 1):
            arguments = editing
        children.append(Child(ground, arguments, name=str(number), own=kind == "first"))
    if kind == "edit":
        _wait_for(lambda: sum(child.has_ended() for child in children) == count - 1)
        leave.touch()
    answers = [child.answer() for child in children]
    yield from (f"{about}: {answer}" for answer in answers if not isinstance(answer, Answered))
    codes = [answer.code for answer in answers if isinstance(answer, Answered)]
    fine = {"edit": (0, 2), "add": (0, 2, 3), "fix": (0, 1, 3), "first": (0,)}[kind]
    done, most = codes.count(0), 1 if kind in ("edit", "add") else count
    if not 1 <= done <= most or not set(codes) <= set(fine):
        yield f"{about}: {answers}"
    allowed = changed_texts(texts)
    allowed[f"{entry_id}.toml"].add(text)
    yield from (f"{about}: {complaint}" for complaint in entries_whole(ground.mine, allowed))
    added = {ENTRY.format(name=f"Y{number}", summary="Added.") for number in range(count)}
    added |= {f"#:schema ./schema.json\n{entry}" for entry in added}
    allowed = {f"y{number}.toml": added for number in range(count)}
    yield from (f"{about}: {complaint}" for complaint in entries_whole(ground.own, allowed))
    if kind == "first" and len(list(ground.own.glob("*.toml"))) != count:
        yield f"{about}: not all are there"
    if kind in ("edit", "fix"):
        yield from (f"{about}: {complaint}" for complaint in typed_is_kept(ground, text.encode()))
    yield from (f"{about}: {complaint}" for complaint in left_behind(ground, drafts=3 in codes))


def besieged(ground: Ground, chance: Random) -> Iterator[str]:
    """Another program writes whole entries, some of them wrong, while check --fix goes round.

    No system moves a file only where another is as before, so that one in some thousand texts, which comes in the
    microseconds between the last look and the move, may be lost; not two of a round.
    """
    fresh(ground)
    lost = []
    path = ground.mine / "loose-0.toml"
    child = os.fork()
    if not child:
        while True:
            attempt((*_fix(), "--catalog", str(ground.mine)))
    try:
        for number in range(chance.randrange(20, 40)):
            text = ENTRY.format(name="Loose 0", summary=f"Sentence {number}.").replace(_tidy(LOOSE), LOOSE)
            text += chance.choice(("", "", f"unknown = {number}\n", "= =\n", "# mine\n"))
            beside = ground.folder / "beside"
            beside.write_text(text)
            beside.replace(path)
            time.sleep(chance.random() * 0.02)
            now = path.read_text()
            if now not in (text, _tidy(text)):
                lost.append(f"{text[-60:]!r} became {now[-60:]!r}")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    yield from lost if len(lost) > 1 else ()


TRIALS: Mapping[str, Trial] = {
    trial.__name__: trial
    for trial in (killed, ended, mistreated, confined, full, forbidden, crowded, besieged)
}  # fmt: skip

if __name__ == "__main__":
    assert __doc__
    trials = dict(TRIALS)
    if not can_mount(Path("/mnt")):
        del trials["full"]
        print("full: left out, since no small disk can be mounted here")
    main(trials, prepare, 100, __doc__.splitlines()[0])
