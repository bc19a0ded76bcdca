"""The index under attack: cut, overwritten, forbidden, locked, crowded, out of date, its builder killed.

Usage: python tests/trials/index.py [--trials 300] [--seed 1] [--only damaged,killed] [--at 17]

No call may raise anything but an error of ours. Where the damage is such that SQLite must notice it, and after every
other misfortune, calls must answer as they do without an index file; and no call may answer with what was true only
before it began. Prints what did not hold.
"""

import mmap
import os
import resource
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from stat import S_IMODE
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from makers import write
from reportcli.catalog import files
from reportcli.catalog.files import cache_folder, shipped_folder
from reportcli.index.cache import discard_index, index_path
from reportcli.library import Library
from trials.runner import Answered, Trial, attempt, main

PAGE = 4096
CALLS = tuple(
    tuple(line.split())
    for line in (
        "list", "list --json", "list --where params:..10B --sort -parameters", "list --where kl:no --format names",
        "list --since 2024-06 --columns name,date,license", "search grpo", "search rl:grpo kl:no --json",
        "search technique:sft or tag:moe", "search GPRO", "search xylophone", "show {first}", "show {second} --json",
        "show no-such-report", "compare {first} {second}", "compare {first} {third} --json", "term GRPO",
        "term group-relative-policy-optimization --json", "term", "count rl --by year", "timeline --format tsv",
        "lineage --json",
    )
)  # fmt: skip
Call = tuple[str, ...]


class Ground(NamedTuple):
    """A catalogue, an index file's bytes, and what every call answers without one."""

    folder: Path
    catalog: Path
    content: bytes
    calls: tuple[Call, ...]
    right: Mapping[Call, Answered]

    @property
    def cache(self) -> Path:
        return self.folder / "cache" / "reportcli"

    @property
    def file(self) -> Path:
        return index_path(self.cache, [self.catalog])


def prepare(folder: Path) -> Ground:
    """Make a copy of the shipped catalogue, with a broken entry."""
    catalog = folder / "catalogue"
    folder.chmod(0o711)  # one trial calls as another user
    shutil.copytree(shipped_folder(), catalog, ignore=shutil.ignore_patterns("vocabulary"))
    (catalog / "broken.toml").write_text("broken")
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    time.sleep(0.05)  # files that changed just now would be read again
    ids = sorted(path.stem for path in catalog.glob("*.toml") if path.stem != "broken")
    names = {"first": ids[0], "second": ids[len(ids) // 2], "third": ids[-1]}
    calls = tuple((*(word.format(**names) for word in words), "--catalog", str(catalog)) for words in CALLS)
    right = {call: _answer_without_index(call) for call in calls}
    with Library([catalog], cache_folder()):
        pass
    return Ground(folder, catalog, index_path(cache_folder(), [catalog]).read_bytes(), calls, right)


def _answer_without_index(call: Call) -> Answered:
    former = os.environ["XDG_CACHE_HOME"]
    os.environ["XDG_CACHE_HOME"] = "/dev/null"
    try:
        answered = attempt(call)
    finally:
        os.environ["XDG_CACHE_HOME"] = former
    assert isinstance(answered, Answered), answered
    return answered


def lay_out(ground: Ground, content: bytes | None = None) -> None:
    """Make the cache folder anew, with this index file or with a sound one."""
    shutil.rmtree(ground.cache.parent, ignore_errors=True)
    ground.cache.mkdir(parents=True, mode=0o700)
    ground.file.write_bytes(ground.content if content is None else content)


def complaints_of(ground: Ground, random: Random, calls: int = 2) -> Iterator[str]:
    """Make some calls, and complain of each that does not answer as it should."""
    for call in random.sample(ground.calls, calls):
        answered = attempt(call)
        if answered != ground.right[call]:
            yield f"{' '.join(call[:-2])!r}: {difference(answered, ground.right[call])}"


def difference(answered: Answered | str, right: Answered) -> str:
    """Say in what an answer differs from the right one."""
    if isinstance(answered, str):
        return answered
    if answered.code != right.code:
        return f"code {answered.code}, not {right.code}; {answered.err.strip()[:200]}"
    if answered.err != right.err:
        return f"standard error {answered.err[:200]!r}"
    return f"{len(answered.out)} characters, not {len(right.out)}"


def aftermath(ground: Ground) -> Iterator[str]:
    """Complain of what is left in the cache folder, and of an index that is not in order again."""
    left = {path.name for path in ground.cache.iterdir()} - {ground.file.name}
    if left:
        yield f"left in the cache folder: {sorted(left)}"
    if problem := unsound(ground.file):
        yield f"the index is not sound: {problem}"


def unsound(path: Path) -> str:
    """Return what SQLite itself finds wrong with an index, and "" where it finds nothing."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
            (result,) = connection.execute("PRAGMA integrity_check").fetchone()
            return "" if result == "ok" else result
    except sqlite3.Error as error:
        return str(error)


# The index file is damaged.


def _cut(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(len(content))]


def _flip(random: Random, content: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(random.choice((1, 1, 1, 2, 8, 64))):
        damaged[random.randrange(len(content))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def _overwrite(random: Random, content: bytes) -> bytes:
    start, length = random.randrange(len(content)), random.choice((1, 4, 64, 100, PAGE, 20_000))
    return content[:start] + random.randbytes(length) + content[start + length :]


def _garbage(random: Random, _content: bytes) -> bytes:
    length = random.choice((0, 1, 15, 16, 99, 100, 512, PAGE, 100_000))
    return random.choice((b"", b"SQLite format 3\0")) + random.choice((bytes(length), random.randbytes(length)))


NOTICED = (_cut, _garbage)
DAMAGES = (*NOTICED, _flip, _flip, _overwrite, _overwrite)


def damaged(ground: Ground, random: Random) -> Iterator[str]:
    """The index file is cut or overwritten somewhere."""
    damage = random.choice(DAMAGES)
    lay_out(ground, damage(random, ground.content))
    problems = (
        (*complaints_of(ground, random), *aftermath(ground)) if damage in NOTICED else _no_foreign_error(ground, random)
    )
    yield from (f"{damage.__name__}: {problem}" for problem in problems)


def altered(ground: Ground, random: Random) -> Iterator[str]:
    """Another program has changed what the index holds, in sound SQL."""
    lay_out(ground)
    statement = random.choice(STATEMENTS)
    with closing(sqlite3.connect(ground.file, isolation_level=None)) as connection:
        connection.executescript(statement)
    yield from (f"{statement}: {problem}" for problem in _no_foreign_error(ground, random))


def _no_foreign_error(ground: Ground, random: Random) -> Iterator[str]:
    """Complain of what a call raises, and where the call after one that noticed the damage is not right.

    SQLite does not notice every damage; the files that are read again on its account are read right.
    """
    for call in random.sample(ground.calls, 2):
        answered = attempt(call)
        if isinstance(answered, str):
            yield answered
        elif "the index was damaged" in answered.err and (again := attempt(call)) != ground.right[call]:
            yield f"{' '.join(call[:-2])!r}, after the damage was noticed: {difference(again, ground.right[call])}"


STATEMENTS = (
    "UPDATE meta SET value = x'ff' WHERE key = 'seen'",
    "UPDATE meta SET value = replace(value, 'grpo', 'ppo') WHERE key = 'vocabulary'",
    "UPDATE meta SET value = '[[1]]' WHERE key = 'vocabulary'",
    "DELETE FROM report WHERE number % 2",
    "UPDATE report SET body = replace(body, '1', 'null')",
    "UPDATE report SET day = x'00', id = NULL",
    "UPDATE OR IGNORE value SET value = value * 1e300",
    "UPDATE OR IGNORE value SET value = 'much', model = 'one'",
    "UPDATE OR IGNORE value SET model = model + 77 * 4294967296",
    "UPDATE OR IGNORE spelling SET folded = 'x' || folded, written = NULL",
    "UPDATE OR IGNORE spelling SET report = 1 + report % 7, kind = 'none'",
    "UPDATE OR IGNORE file SET path = 7, stamp = NULL",
    "UPDATE file SET report = 1 + report % 7, stamp = ''",
    "UPDATE file SET problem = x'ff', line = 'first' WHERE problem IS NOT NULL",
    "INSERT INTO search (search) VALUES ('delete-all')",
    "DROP TABLE value; CREATE TABLE value (field, value, model)",
    "CREATE TRIGGER more AFTER UPDATE ON meta BEGIN DELETE FROM report; END; UPDATE file SET stamp = ''",
)


# Builders are killed, and leave what they leave.


def _fork(work: Callable[[], None]) -> int:
    """Start a process of our own that does this work, and return its number."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    finally:
        os._exit(0)


def _open(ground: Ground) -> None:
    with suppress(BaseException):
        Library([ground.catalog], ground.cache).close()


def _leave_to_build(ground: Ground, random: Random) -> None:
    """Leave something to build: everything, or one file that changed."""
    lay_out(ground)
    if random.random() < 0.5:
        ground.file.unlink()
    else:
        _touch(ground, random)


def _touch(ground: Ground, random: Random) -> None:
    changed = random.choice(sorted(ground.catalog.glob("*.toml")))
    os.utime(changed, ns=(time.time_ns(), changed.stat().st_mtime_ns))  # the time of its last change is now


def killed(ground: Ground, random: Random) -> Iterator[str]:
    """A process that builds or updates the index is killed at some moment."""
    _leave_to_build(ground, random)
    child = _fork(lambda: _open(ground))
    time.sleep(random.random() ** 2 * 0.25)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    left = sorted(path.name.removeprefix(ground.file.name) for path in ground.cache.iterdir())
    for problem in (*complaints_of(ground, random), *aftermath(ground)):
        yield f"after {left}: {problem}"


def spilled(ground: Ground, random: Random) -> Iterator[str]:
    """A process is killed while part of its work stands in the log, which may be damaged besides."""
    lay_out(ground)
    statements = (
        "UPDATE report SET body = 'no' || body", "DELETE FROM spelling", "UPDATE value SET value = 7",
        "UPDATE report SET day = 1", "INSERT INTO search (search) VALUES ('delete-all')",
    )  # fmt: skip

    def work() -> None:
        connection = sqlite3.connect(ground.file, isolation_level=None)
        connection.execute("PRAGMA cache_size = 2")
        connection.execute("BEGIN")
        for statement in random.sample(statements, 3):
            with suppress(sqlite3.Error):
                connection.execute(statement)
        os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(_fork(work), 0)
    log = Path(f"{ground.file}-wal")
    size = log.stat().st_size
    if size:
        content = log.read_bytes()
        match random.randrange(4):
            case 0:
                log.write_bytes(_cut(random, content))
            case 1:
                log.write_bytes(_flip(random, content))
            case 2:
                log.unlink()
    for problem in (*complaints_of(ground, random), *aftermath(ground)):
        yield f"{size} bytes in the log: {problem}"


# The cache cannot be written, or not as much as is needed.


def confined(ground: Ground, random: Random) -> Iterator[str]:
    """A call may write only so many bytes to a file, as on a full disk."""
    _leave_to_build(ground, random)
    call = random.choice(ground.calls)
    size = random.choice((0, 1, 512, random.randrange(8 * PAGE), random.randrange(2 * len(ground.content))))
    yield from _call_in_child(
        ground, call, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)), f"{size} B"
    )
    yield from complaints_of(ground, random)
    yield from aftermath(ground)


def _call_in_child(ground: Ground, call: Call, confine: Callable[[], object], about: str) -> Iterator[str]:
    """Make a call in a process of its own that is confined first."""
    read, write_end = os.pipe()

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        confine()
        answered = attempt(call)
        problem = "" if answered == ground.right[call] else difference(answered, ground.right[call])
        os.write(write_end, problem.encode()[:4000])

    child = _fork(work)
    os.close(write_end)
    with open(read, encoding="utf-8") as pipe:
        problem = pipe.read()
    _, status = os.waitpid(child, 0)
    if problem or status:
        yield f"{about}: {' '.join(call[:-2])!r}: {problem or f'ended with {status}'}"


def forbidden(ground: Ground, random: Random) -> Iterator[str]:
    """The cache folder, the index, or both may only be read, or not even that, and the index may be stale or junk."""
    lay_out(ground, random.choice((ground.content, b"", b"junk" * 999)))
    if random.random() < 0.3:
        ground.file.unlink()
    else:
        ground.file.chmod(random.choice((0o600, 0o400, 0)))
    ground.cache.chmod(random.choice((0o500, 0o000, 0o700)))
    call = random.choice(ground.calls)
    user = 65534 if os.geteuid() == 0 else None
    if user:
        owner = random.choice((user, user, 0))
        for path in (ground.cache.parent, ground.cache, *([ground.file] if ground.file.exists() else [])):
            os.chown(path, owner, -1)
    about = f"folder {S_IMODE(ground.cache.stat().st_mode):o}"
    try:
        yield from _call_in_child(ground, call, lambda: os.setuid(user) if user else None, about)
    finally:
        ground.cache.chmod(0o700)


def locked(ground: Ground, random: Random) -> Iterator[str]:
    """Another process holds a lock on the index during the whole call."""
    _leave_to_build(ground, random)
    begin = random.choice(("BEGIN EXCLUSIVE", "BEGIN IMMEDIATE", "BEGIN; SELECT count(*) FROM sqlite_master"))
    with closing(sqlite3.connect(ground.file, isolation_level=None)) as other:
        for statement in begin.split(";"):
            other.execute(statement).fetchall()
        start = time.monotonic()
        yield from (f"{begin}: {problem}" for problem in complaints_of(ground, random, 1))
        if time.monotonic() - start > 8:
            yield f"{begin}: the answer took {time.monotonic() - start:.1f} s"
    yield from complaints_of(ground, random, 1)
    yield from aftermath(ground)


# Many at once.

CROWD = 32


def crowded(ground: Ground, random: Random) -> Iterator[str]:
    """Many processes call at once where there is no index yet, or a damaged one."""
    lay_out(ground)
    match random.randrange(3):
        case 0:
            ground.file.unlink()
        case 1:
            shutil.rmtree(ground.cache.parent)
        case 2:
            ground.file.write_bytes(random.choice(NOTICED)(random, ground.content))
    problems = ground.folder / "problems"
    shutil.rmtree(problems, ignore_errors=True)
    problems.mkdir()
    calls = random.choices(ground.calls, k=CROWD)

    def work(number: int) -> None:
        complaints = list(complaints_of(ground._replace(calls=(calls[number],)), random, 1))
        (problems / str(number)).write_text("\n".join(complaints))

    children = [_fork(lambda number=number: work(number)) for number in range(CROWD)]  # type: ignore[misc]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    if any(statuses):
        yield f"some ended with {statuses}"
    yield from (text for path in problems.iterdir() if (text := path.read_text()))
    yield from complaints_of(ground, random, 1)
    yield from aftermath(ground)


def besieged(ground: Ground, random: Random) -> Iterator[str]:
    """Calls are made while files of the catalogue come, go and change, and the index is deleted again and again."""
    lay_out(ground)
    catalog = ground.folder / "changing"
    shutil.rmtree(catalog, ignore_errors=True)
    shutil.copytree(ground.catalog, catalog)
    texts = [path.read_text(encoding="utf-8") for path in sorted(catalog.glob("*.toml"))]
    calls = tuple((*call[:-1], str(catalog)) for call in ground.calls)
    file = index_path(ground.cache, [catalog])
    end = time.monotonic() + 1.0

    def work() -> None:
        own = Random(os.getpid())
        while time.monotonic() < end:
            path = catalog / f"new-{own.randrange(4)}.toml"
            match own.randrange(5):
                case 0:
                    path.write_text(own.choice(texts), encoding="utf-8")
                case 1:
                    path.unlink(missing_ok=True)
                case 2:
                    path.write_text("half a", encoding="utf-8")
                case 3:
                    with suppress(OSError):
                        path.rename(catalog / f"new-{own.randrange(4)}.toml")
                case 4 if own.random() < 0.2:
                    own.choice((discard_index, Path.unlink))(file) if file.exists() else None
            time.sleep(own.random() * 0.02)

    children = [_fork(work) for _ in range(2)]
    while time.monotonic() < end:
        call = random.choice(calls)
        answered, code = attempt(call), ground.right[(*call[:-1], str(ground.catalog))].code
        if isinstance(answered, str):
            yield answered
        elif answered.code != code:
            yield f"{' '.join(call[:-2])!r}: code {answered.code}, not {code}; {answered.err[:300]}"
    for child in children:
        os.waitpid(child, 0)
    time.sleep(0.05)
    for call in random.sample(calls, 4):
        answered, right = attempt(call), _answer_without_index(call)
        if answered != right:
            yield f"{' '.join(call[:-2])!r}, in the end: {difference(answered, right)}"
    left = {path.name for path in ground.cache.iterdir()} - {ground.file.name, file.name}
    if left:
        yield f"left in the cache folder: {sorted(left)}"


def hasty(ground: Ground, random: Random) -> Iterator[str]:
    """A file is overwritten in place with as many bytes, and read, again and again within one tick of its clock."""
    folder, cache = ground.folder / "hasty", ground.folder / "hasty-cache"
    for path in (folder, cache):
        shutil.rmtree(path, ignore_errors=True)
    path = write(folder, "one", "Name 00")
    seconds, exact = random.random() < 0.5, files._stamp
    if seconds:  # as on a file system that counts them
        files._stamp = lambda file: tuple(time - time % 10**9 for time in exact(file)[:2]) + exact(file)[2:]
    try:
        for number in range(random.choice((2, 5, 20))):
            name = f"Name {number:02}"
            with path.open("r+") as file:
                file.write(path.read_text().replace(path.read_text()[8:15], name))
            if random.random() < 0.7:
                os.utime(path, (1_700_000_000,) * 2)
            time.sleep(random.choice((0, 0, 0.001, 0.03)))
            with Library([folder], cache) as library:
                if (seen := library.reports()[0].name) != name:
                    yield f"{'seconds' if seconds else 'exact'}: {seen}, not {name}"
    finally:
        files._stamp = exact


WRITERS, READERS = 6, 24


def watched(ground: Ground, _random: Random) -> Iterator[str]:
    """Writers replace entries again and again; no call may answer with one that was out of date before it began."""
    calls, complaints = watch(ground.folder, seconds=2)
    yield from complaints if calls else ["no call ended"]


def watch(folder: Path, seconds: float) -> tuple[int, list[str]]:
    """Let writers and readers work for some time. Returns how many calls were made, and what they complained of.

    Each writer has an entry of its own, moves one with a higher number into place, and then publishes this number.
    """
    catalog, cache, log = folder / "watched", folder / "watched-cache", folder / "watched-log"
    for path in (catalog, cache, log):
        shutil.rmtree(path, ignore_errors=True)
    log.mkdir()
    for writer in range(WRITERS):
        write(catalog, f"counter-{writer}", f"Counter {writer}", "number = 1\n")
    counters = memoryview(mmap.mmap(-1, 8 * (WRITERS + READERS))).cast("q")  # published numbers; calls of each reader
    end = time.monotonic() + seconds

    def replace(writer: int) -> None:
        while time.monotonic() < end:
            number = counters[writer] + 1
            path = write(catalog / ".new", f"counter-{writer}", f"Counter {writer}", f"number = {number}\n")
            path.replace(catalog / path.name)
            counters[writer] = number
            time.sleep(0.001 * (os.getpid() + number) % 0.02)

    def read(reader: int) -> None:
        while time.monotonic() < end:
            published = list(counters[:WRITERS])
            with Library([catalog], cache) as library:
                seen = [report.number or 0 for report in sorted(library.reports(), key=lambda report: report.id)]
                unreadable = library.unreadable()
            if unreadable or len(seen) < WRITERS or any(map(int.__lt__, seen, published)):
                with (log / str(reader)).open("a") as file:
                    file.write(f"published {published}, seen {seen} {unreadable or ''}\n")
            counters[WRITERS + reader] += 1

    children = [_fork(lambda writer=writer: replace(writer)) for writer in range(WRITERS)]  # type: ignore[misc]
    children += [_fork(lambda reader=reader: read(reader)) for reader in range(READERS)]  # type: ignore[misc]
    statuses = [os.waitpid(child, 0)[1] for child in children]
    complaints = [line for path in sorted(log.iterdir()) for line in path.read_text().splitlines()]
    return sum(counters[WRITERS:]), complaints + [f"one ended with {status}" for status in statuses if status]


TRIALS: Mapping[str, Trial] = {
    trial.__name__: trial
    for trial in (damaged, altered, killed, spilled, confined, forbidden, locked, crowded, besieged, hasty, watched)
}

if __name__ == "__main__":
    assert __doc__
    main(TRIALS, prepare, 300, __doc__.splitlines()[0])
