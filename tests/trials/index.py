"""The index under attack: cut, overwritten, replaced, forbidden, locked, besieged, its builder killed.

Usage: python tests/trials/index.py [--trials 300] [--seed 1] [--only damaged,killed] [--at 17]

After each misfortune the next calls must answer as they do without an index file, no file elsewhere may change, and
nothing may be left behind in the cache folder. Prints what did not hold.
"""

import os
import resource
import shutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from random import Random
from stat import S_IMODE, S_ISREG
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from trials.runner import Answered, Trial, attempt, main
from reportcli.catalog.files import shipped_folder
from reportcli.index.cache import index_path
from reportcli.library import Library, cache_folder
from synthetic import make_reports, plain_toml

PAGE = 4096
CALLS = (
    ("list",),
    ("list", "--json"),
    ("list", "--where", "params:..10B", "--sort", "-parameters"),
    ("list", "--where", "not kl:no", "--format", "names"),
    ("list", "--since", "2024-06", "--columns", "name,date,license"),
    ("search", "grpo"),
    ("search", "rl:grpo", "kl:no", "--json"),
    ("search", "technique:sft", "or", "tag:moe"),
    ("search", "GPRO"),
    ("search", "xylophone"),
    ("show", "{first}"),
    ("show", "{second}", "--json"),
    ("show", "no such report"),
    ("compare", "{first}", "{second}"),
    ("compare", "{first}", "{third}", "--json"),
    ("term", "GRPO"),
    ("term", "group relative policy optimization", "--json"),
    ("term",),
    ("count", "rl", "--by", "year"),
    ("timeline", "--format", "tsv"),
    ("lineage", "--json"),
)


class Ground(NamedTuple):
    """A catalogue, an index file's bytes, and what every call answers without one."""

    folder: Path
    catalogue: Path
    content: bytes
    calls: tuple[tuple[str, ...], ...]
    right: Mapping[tuple[str, ...], Answered]

    @property
    def cache(self) -> Path:
        return self.folder / "cache" / "reportcli"

    @property
    def file(self) -> Path:
        return index_path(self.cache, [self.catalogue])


def prepare(folder: Path, reports: int = 0) -> Ground:
    """Make a catalogue of so many synthetic reports, or a copy of the shipped one, with a broken entry."""
    catalogue = folder / "catalogue"
    folder.chmod(0o711)  # one trial calls as somebody else
    if reports:
        catalogue.mkdir()
        for report in make_reports(reports, seed=3):
            (catalogue / f"{report.id}.toml").write_text(plain_toml(report), encoding="utf-8")
    else:
        shutil.copytree(shipped_folder(), catalogue, ignore=shutil.ignore_patterns("vocabulary"))
    (catalogue / "broken.toml").write_text("broken")
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    time.sleep(0.05)  # files that changed just now would be read again
    ids = sorted(path.stem for path in catalogue.glob("*.toml") if path.stem != "broken")
    names = {"first": ids[0], "second": ids[len(ids) // 2], "third": ids[-1]}
    calls = tuple(
        (*(word.format(**names) for word in one), "--catalog", str(catalogue)) for one in CALLS
    )  # fmt: skip
    right = {one: _without_an_index(one) for one in calls}
    with Library([catalogue], cache_folder()):
        content = index_path(cache_folder(), [catalogue]).read_bytes()
    return Ground(folder, catalogue, content, calls, right)


def _without_an_index(arguments: tuple[str, ...]) -> Answered:
    former = os.environ["XDG_CACHE_HOME"]
    os.environ["XDG_CACHE_HOME"] = "/dev/null"
    try:
        answered = attempt(arguments)
    finally:
        os.environ["XDG_CACHE_HOME"] = former
    assert isinstance(answered, Answered), answered
    return answered


def fresh(ground: Ground, content: bytes | None = None) -> None:
    """Lay out a cache folder with this index file, or with a sound one."""
    shutil.rmtree(ground.cache.parent, ignore_errors=True)
    ground.cache.mkdir(parents=True, mode=0o700)
    ground.file.write_bytes(ground.content if content is None else content)
    ground.file.chmod(0o600)


def answers(ground: Ground, chance: Random, calls: int = 2) -> Iterator[str]:
    """Make some calls, and complain of each that does not answer as it should."""
    for one in chance.sample(ground.calls, calls):
        answered = attempt(one)
        if isinstance(answered, str):
            yield answered
        elif answered != ground.right[one]:
            yield f"{' '.join(one[:-2])!r} answered otherwise: {difference(answered, ground.right[one])}"


def difference(answered: Answered, right: Answered) -> str:
    """Say in what two answers differ."""
    if answered.code != right.code:
        return f"code {answered.code}, not {right.code}; {answered.err.strip()[:200]}"
    if answered.err != right.err:
        return f"standard error {answered.err[:200]!r}"
    return f"{len(answered.out)} letters, not {len(right.out)}"


def aftermath(ground: Ground, healed: bool = True) -> Iterator[str]:
    """Complain of what is left in the cache folder, and of an index that is not in order again."""
    left = {path.name for path in ground.cache.iterdir()} - {ground.file.name}
    if left:
        yield f"left in the cache folder: {sorted(left)}"
    if not healed:
        return
    status = os.lstat(ground.file)
    if not S_ISREG(status.st_mode):
        yield "the index is no file"
    elif S_IMODE(status.st_mode) != 0o600:
        yield f"the index has mode {S_IMODE(status.st_mode):o}"
    elif problem := unsound(ground.file):
        yield f"the index is not sound: {problem}"


def unsound(path: Path) -> str:
    """Return what SQLite itself finds wrong with an index, and an empty text where it finds nothing."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
            (said,) = connection.execute("PRAGMA integrity_check").fetchone()
            return "" if said == "ok" else said
    except sqlite3.Error as error:
        return str(error)


# One misfortune happens to the index file.


def _cut(chance: Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content))]


def _flipped(chance: Random, content: bytes) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 8, 64))):
        damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _flipped_in_the_header(chance: Random, content: bytes) -> bytes:
    return _flipped(chance, content[:100]) + content[100:]


def _swapped(chance: Random, content: bytes) -> bytes:
    pages = [content[start : start + PAGE] for start in range(0, len(content), PAGE)]
    one, other = chance.sample(range(len(pages)), 2)
    pages[one], pages[other] = pages[other], pages[one]
    return b"".join(pages)


def _zeroed(chance: Random, content: bytes) -> bytes:
    start = PAGE * chance.randrange(len(content) // PAGE)
    return content[:start] + bytes(PAGE) + content[start + PAGE :]


def _overwritten(chance: Random, content: bytes) -> bytes:
    start, length = chance.randrange(len(content)), chance.choice((1, 4, 64, 512, PAGE, 20_000))
    return content[:start] + chance.randbytes(length) + content[start + length :]


def _garbage(chance: Random, content: bytes) -> bytes:
    length = chance.choice((0, 1, 15, 16, 99, 100, 512, PAGE, 100_000))
    return chance.choice((b"", b"SQLite format 3\0")) + chance.choice((bytes(length), chance.randbytes(length)))


def _longer(chance: Random, content: bytes) -> bytes:
    return content + chance.choice((content, bytes(PAGE), chance.randbytes(chance.randrange(9_000))))


OVERWRITTEN = (
    _cut, _flipped, _flipped, _flipped, _flipped_in_the_header, _swapped, _zeroed, _overwritten, _garbage, _longer,
)  # fmt: skip


def damaged(ground: Ground, chance: Random) -> Iterator[str]:
    """The index file is cut or overwritten somewhere."""
    way = chance.choice(OVERWRITTEN)
    fresh(ground, way(chance, ground.content))
    yield from (f"{way.__name__[1:]}: {said}" for said in (*answers(ground, chance), *aftermath(ground)))


def flipped(ground: Ground, chance: Random) -> Iterator[str]:
    """A single bit of the index file is another: what SQLite itself can seldom notice."""
    content = bytearray(ground.content)
    place, bit = chance.randrange(len(content)), chance.randrange(8)
    content[place] ^= 1 << bit
    fresh(ground, bytes(content))
    yield from (f"bit {bit} of byte {place}: {said}" for said in answers(ground, chance, 1))


def altered(ground: Ground, chance: Random) -> Iterator[str]:
    """Another program has changed what the index says, in sound SQL, or made it an index of another version."""
    fresh(ground)
    statement = chance.choice(STATEMENTS)
    with closing(sqlite3.connect(ground.file, isolation_level=None)) as connection:
        connection.executescript(statement)
    yield from (f"{statement}: {said}" for said in (*answers(ground, chance), *aftermath(ground)))


STATEMENTS = (
    "UPDATE meta SET value = 'another' WHERE key = 'version'",
    "UPDATE meta SET value = 'another' WHERE key = 'seen'",
    "UPDATE meta SET value = '[{' WHERE key = 'vocabulary'",
    "UPDATE meta SET value = replace(value, 'grpo', 'ppo') WHERE key = 'vocabulary'",
    "UPDATE meta SET value = x'ff' WHERE key = 'seen'",
    "DELETE FROM meta",
    "DELETE FROM meta WHERE key <> 'seen'",
    "DELETE FROM report",
    "DELETE FROM report WHERE number % 2",
    "UPDATE report SET body = replace(body, 'a', 'b')",
    "UPDATE report SET body = '[]', sum = 223132457",
    "UPDATE report SET day = day + 40 * (number % 3)",
    "UPDATE report SET id = id || 'x'",
    "UPDATE report SET hidden = 1 WHERE number % 2",
    "DELETE FROM number",
    "UPDATE OR IGNORE number SET value = value * 2",
    "DELETE FROM spelling",
    "UPDATE spelling SET folded = 'x' || folded",
    "UPDATE OR IGNORE spelling SET report = 1 + report % 7",
    "DELETE FROM file",
    "UPDATE file SET stamp = ''",
    "UPDATE file SET report = 1 + report % 7",
    "UPDATE file SET problem = 'what nobody said' WHERE problem IS NOT NULL",
    "INSERT INTO search (search) VALUES ('delete-all')",
    "DELETE FROM search_data WHERE rowid % 2",
    "DROP TABLE meta",
    "DROP TABLE report",
    "DROP TABLE number",
    "DROP TABLE spelling",
    "DROP TABLE file",
    "DROP TABLE search",
    "DROP TABLE term",
    "DROP TABLE search; CREATE TABLE search (x)",
    "DROP TABLE report; CREATE VIEW report AS SELECT 1 AS number",
    "DROP TABLE number; CREATE TABLE number (field, value, report)",
    "DROP INDEX report_day",
    "CREATE TRIGGER more AFTER UPDATE ON meta BEGIN DELETE FROM report; END; UPDATE file SET stamp = ''",
    "PRAGMA journal_mode = wal",
    "PRAGMA user_version = 77",
    "PRAGMA user_version = 0",
    "PRAGMA auto_vacuum = full; VACUUM",
    "PRAGMA page_size = 512; VACUUM",
)


def replaced(ground: Ground, chance: Random) -> Iterator[str]:
    """Something else stands where the index, its journal or its folder should; a file elsewhere must not change."""
    fresh(ground)
    elsewhere = ground.folder / "elsewhere"
    shutil.rmtree(elsewhere, ignore_errors=True)
    elsewhere.mkdir()
    text, database = elsewhere / "text", elsewhere / "database"
    text.write_text("The only copy of a thesis.\n")
    database.write_bytes(ground.content)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE meta SET value = 'precious' WHERE key = 'version'")
    before = {path.name: path.read_bytes() for path in elsewhere.iterdir()}
    name, put = chance.choice(list(INTRUDERS.items()))
    suffix = chance.choice(("", "", "", "-journal", "-wal", "-shm"))
    place = Path(f"{ground.file}{suffix}")
    place.unlink(missing_ok=True)
    if suffix and chance.random() < 0.5:
        ground.file.unlink()
    put(place, elsewhere)
    stays = name.startswith("folder") or (name, suffix) == ("junk", "-shm")  # which nobody reads
    for said in answers(ground, chance):
        yield f"{name}{suffix}: {said}"
    after = {path.name: path.read_bytes() for path in elsewhere.iterdir()}
    if after != before:
        yield f"{name}{suffix}: files elsewhere have changed: {sorted(after)}"
    if not stays:
        yield from (f"{name}{suffix}: {said}" for said in aftermath(ground))


def _folder(place: Path, elsewhere: Path) -> None:
    place.mkdir()


def _full_folder(place: Path, elsewhere: Path) -> None:
    place.mkdir()
    (place / "file").write_text("")


def _socket(place: Path, elsewhere: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.open(".", os.O_RDONLY)
        os.chdir(place.parent)  # the name of a socket must be short
        made.bind(place.name)
        os.chdir(here)
        os.close(here)


def _junk(place: Path, elsewhere: Path) -> None:
    place.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(range(256)) * 40)  # a journal begins so


INTRUDERS: Mapping[str, Callable[[Path, Path], None]] = {
    "nothing": lambda place, elsewhere: None,
    "folder": _folder,
    "folder with a file": _full_folder,
    "pipe": lambda place, elsewhere: os.mkfifo(place),
    "socket": _socket,
    "link to a text": lambda place, elsewhere: place.symlink_to(elsewhere / "text"),
    "link to a database": lambda place, elsewhere: place.symlink_to(elsewhere / "database"),
    "link to what is not there": lambda place, elsewhere: place.symlink_to(elsewhere / "new"),
    "link to a folder": lambda place, elsewhere: place.symlink_to(elsewhere),
    "link to itself": lambda place, elsewhere: place.symlink_to(place.name),
    "link to a device": lambda place, elsewhere: place.symlink_to("/dev/zero"),
    "second name of a text": lambda place, elsewhere: place.hardlink_to(elsewhere / "text"),
    "second name of a database": lambda place, elsewhere: place.hardlink_to(elsewhere / "database"),
    "junk": _junk,
}


# Builders are killed, and leave what they leave.


def _child(work: Callable[[], None]) -> int:
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
        Library([ground.catalogue], ground.cache).close()


def _to_build(ground: Ground, chance: Random) -> Path | None:
    """Leave something to build: everything, or one file that changed. Returns that file."""
    if chance.random() < 0.5:
        fresh(ground)
        ground.file.unlink()
        return None
    fresh(ground)
    return _touch(ground, chance)


def killed(ground: Ground, chance: Random) -> Iterator[str]:
    """A process that builds or updates the index is killed at some moment."""
    _to_build(ground, chance)
    child = _child(lambda: _open(ground))
    time.sleep(chance.random() ** 2 * 0.25)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    left = sorted(path.name.removeprefix(ground.file.name) for path in ground.cache.iterdir())
    for said in (*answers(ground, chance), *_after_a_write(ground, chance)):
        yield f"after {left}: {said}"


def _after_a_write(ground: Ground, chance: Random) -> Iterator[str]:
    """Complain of what is left when the index has been written once more; an empty journal may stay until then."""
    _touch(ground, chance)
    yield from answers(ground, chance, 1)
    yield from aftermath(ground)


def _touch(ground: Ground, chance: Random) -> Path:
    changed = chance.choice(sorted(ground.catalogue.glob("*.toml")))
    os.utime(changed, ns=(time.time_ns(), changed.stat().st_mtime_ns))  # the time of its last change is now
    return changed


def spilled(ground: Ground, chance: Random) -> Iterator[str]:
    """A process is killed while part of its work stands in the index, and a journal of how it was beside it."""
    fresh(ground)

    def work() -> None:
        connection = sqlite3.connect(ground.file, isolation_level=None)
        connection.execute("PRAGMA cache_size = 2")
        connection.execute("BEGIN")
        for statement in chance.sample(
            ("UPDATE report SET body = 'no' || body", "DELETE FROM spelling", "UPDATE number SET value = 7",
             "UPDATE report SET day = 1", "INSERT INTO search (search) VALUES ('delete-all')"), 3
        ):  # fmt: skip
            with suppress(sqlite3.Error):
                connection.execute(statement)
        os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(_child(work), 0)
    journal = Path(f"{ground.file}-journal")
    hot = journal.exists()
    if hot:
        content = journal.read_bytes()
        match chance.randrange(4):
            case 0:
                journal.write_bytes(_cut(chance, content))
            case 1:
                journal.write_bytes(_flipped(chance, content))
            case 2:
                journal.unlink()
    for said in (*answers(ground, chance), *_after_a_write(ground, chance)):
        yield f"{'hot' if hot else 'cold'}: {said}"


# The cache cannot be written, or not as much as is needed.


def confined(ground: Ground, chance: Random) -> Iterator[str]:
    """A call may write only so many bytes to a file, as on a full disk, or open only a few files."""
    _to_build(ground, chance)
    one = chance.choice(ground.calls)
    room = chance.choice((0, 1, 512, chance.randrange(8 * PAGE), chance.randrange(2 * len(ground.content))))
    yield from _in_a_child(ground, one, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)), f"{room} B")
    yield from answers(ground, chance)
    yield from aftermath(ground)


def _in_a_child(ground: Ground, one: tuple[str, ...], confine: Callable[[], object], about: str) -> Iterator[str]:
    """Make a call in a process of its own that is confined first."""
    read, write = os.pipe()

    def work() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        confine()
        answered = attempt(one)
        right = ground.right[one]
        said = answered if isinstance(answered, str) else "" if answered == right else difference(answered, right)
        os.write(write, said.encode()[:4000])

    child = _child(work)
    os.close(write)
    with open(read, encoding="utf-8") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if said or status:
        yield f"{about}: {' '.join(one[:-2])!r}: {said or f'ended with {status}'}"


def misplaced(ground: Ground, chance: Random) -> Iterator[str]:
    """The cache folder is a file, a link that leads nowhere or round, is not there and cannot be made."""
    name, place = chance.choice(list(PLACES.items()))
    shutil.rmtree(ground.cache.parent, ignore_errors=True)
    place(ground.cache)
    try:
        yield from (f"{name}: {said}" for said in answers(ground, chance))
    finally:
        ground.cache.parent.chmod(0o700) if ground.cache.parent.is_dir() else ground.cache.parent.unlink()


def _parent(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def put(cache: Path) -> None:
        make(cache.parent)

    return put


def _inside(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def put(cache: Path) -> None:
        cache.parent.mkdir()
        make(cache)

    return put


PLACES: Mapping[str, Callable[[Path], None]] = {
    "above is a file": _parent(lambda path: path.write_text("")),
    "above is a pipe": _parent(os.mkfifo),
    "above leads nowhere": _parent(lambda path: path.symlink_to("nowhere/at/all")),
    "above leads to itself": _parent(lambda path: path.symlink_to(path.name)),
    "a file": _inside(lambda path: path.write_text("")),
    "a pipe": _inside(os.mkfifo),
    "leads nowhere": _inside(lambda path: path.symlink_to("nowhere/at/all")),
    "leads to itself": _inside(lambda path: path.symlink_to(path.name)),
    "leads to a device": _inside(lambda path: path.symlink_to("/dev")),
    "leads to a folder of the kernel": _inside(lambda path: path.symlink_to("/proc/self")),
}


def forbidden(ground: Ground, chance: Random) -> Iterator[str]:
    """The cache folder, the index, or both may only be read, or not even that, and the index may be stale or junk."""
    fresh(ground, chance.choice((ground.content, b"", b"junk" * 999, _flipped(chance, ground.content))))
    if chance.random() < 0.3:
        ground.file.unlink()
    else:
        ground.file.chmod(chance.choice((0o600, 0o400, 0)))
    ground.cache.chmod(chance.choice((0o500, 0o000, 0o700)))
    one = chance.choice(ground.calls)
    somebody = 65534 if os.geteuid() == 0 else None
    if somebody:
        owned = chance.random() < 0.7
        for path in (ground.cache.parent, ground.cache, *([ground.file] if ground.file.exists() else [])):
            os.chown(path, somebody if owned else 0, -1)
    mode = f"folder {S_IMODE(ground.cache.stat().st_mode):o}"
    try:
        yield from _in_a_child(ground, one, lambda: os.setuid(somebody) if somebody else None, mode)
    finally:
        ground.cache.chmod(0o700)


def locked(ground: Ground, chance: Random) -> Iterator[str]:
    """Another process holds a lock on the index during the whole call."""
    stale = _to_build(ground, chance)
    begin = chance.choice(("BEGIN EXCLUSIVE", "BEGIN IMMEDIATE", "BEGIN; SELECT count(*) FROM sqlite_master"))
    with closing(sqlite3.connect(ground.file, isolation_level=None)) as other:
        for statement in begin.split(";"):
            other.execute(statement).fetchall()
        yield from (f"{begin}, {stale and stale.name}: {said}" for said in answers(ground, chance, 1))
    yield from answers(ground, chance, 1)
    yield from aftermath(ground)


# Many at once.

CROWD = 32


def crowded(ground: Ground, chance: Random) -> Iterator[str]:
    """Many processes call at once where there is no index yet, or a damaged one."""
    fresh(ground)
    match chance.randrange(3):
        case 0:
            ground.file.unlink()
        case 1:
            shutil.rmtree(ground.cache.parent)
        case 2:
            ground.file.write_bytes(chance.choice(OVERWRITTEN)(chance, ground.content))
    said = ground.folder / "said"
    shutil.rmtree(said, ignore_errors=True)
    said.mkdir()
    calls = chance.choices(ground.calls, k=CROWD)

    def work(place: int) -> None:
        found = list(answers(ground._replace(calls=(calls[place],)), chance, 1))
        (said / str(place)).write_text("\n".join(found))

    children = [_child(lambda place=place: work(place)) for place in range(CROWD)]  # type: ignore[misc]
    ended = [os.waitpid(child, 0)[1] for child in children]
    if any(ended):
        yield f"some ended with {ended}"
    yield from (text for path in said.iterdir() if (text := path.read_text()))
    yield from answers(ground, chance, 1)
    yield from aftermath(ground)


def besieged(ground: Ground, chance: Random) -> Iterator[str]:
    """Calls are made while files of the catalogue come, go and change, and the index is damaged again and again."""
    fresh(ground)
    catalogue = ground.folder / "changing"
    shutil.rmtree(catalogue, ignore_errors=True)
    shutil.copytree(ground.catalogue, catalogue)
    texts = [path.read_text(encoding="utf-8") for path in sorted(catalogue.glob("*.toml"))]
    calls = tuple((*one[:-1], str(catalogue)) for one in ground.calls)
    file = index_path(ground.cache, [catalogue])

    def work() -> None:
        own = Random(os.getpid())
        until = time.monotonic() + 1.0
        while time.monotonic() < until:
            match own.randrange(5):
                case 0:
                    (catalogue / f"new-{own.randrange(4)}.toml").write_text(own.choice(texts), encoding="utf-8")
                case 1:
                    (catalogue / f"new-{own.randrange(4)}.toml").unlink(missing_ok=True)
                case 2:
                    (catalogue / f"new-{own.randrange(4)}.toml").write_text("half a", encoding="utf-8")
                case 3 if (path := catalogue / f"new-{own.randrange(4)}.toml").exists():
                    with suppress(OSError):
                        path.rename(catalogue / f"new-{own.randrange(4)}.toml")
                case 4 if own.random() < 0.2:
                    with suppress(OSError):
                        file.write_bytes(own.choice(OVERWRITTEN)(own, ground.content))
            time.sleep(own.random() * 0.02)

    children = [_child(work) for _ in range(2)]
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        one = chance.choice(calls)
        answered = attempt(one)
        if isinstance(answered, str):
            yield answered
        elif answered.code != ground.right[(*one[:-1], str(ground.catalogue))].code:
            yield f"{' '.join(one[:-2])!r}: code {answered.code}; {answered.err[:300]}"
    for child in children:
        os.waitpid(child, 0)
    time.sleep(0.05)
    for one in chance.sample(calls, 4):
        answered, right = attempt(one), _without_an_index(one)
        if answered != right:
            said = answered if isinstance(answered, str) else difference(answered, right)
            yield f"{' '.join(one[:-2])!r}, in the end: {said}"
    left = {path.name for path in ground.cache.iterdir()} - {ground.file.name, file.name}
    if left:
        yield f"left in the cache folder: {sorted(left)}"


TRIALS: Mapping[str, Trial] = {
    one.__name__: one
    for one in (
        damaged, flipped, altered, replaced, killed, spilled, confined, misplaced, forbidden, locked, crowded, besieged,
    )
}  # fmt: skip

if __name__ == "__main__":
    assert __doc__
    main(TRIALS, prepare, 300, __doc__.splitlines()[0])
