"""The index: it answers as the query decides, is fresh at each opening, and may be lost, broken or locked any time."""

import datetime
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random
from stat import S_IMODE

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makers import write
from reportcli.catalog.files import read_report, read_vocabularies, shipped_folder, take_snapshot, vocabulary_files
from reportcli.errors import IndexDamaged, InvalidQuery, ReportcliError
from reportcli.index.build import open_index
from reportcli.index.cache import index_path
from reportcli.index.search import Index
from reportcli.library import Library
from reportcli.query.conditions import (
    EVERYTHING,
    And,
    Between,
    Is,
    IsKnown,
    Not,
    Or,
    Query,
    Within,
    Words,
    all_of,
    value_text,
)
from reportcli.query.explain import explain
from reportcli.query.parser import parse_query
from reportcli.query.period import Period, parse_period
from reportcli.query.subject import CLOSED_FIELDS, SEARCHED_FIELDS, TEXT_FIELDS, Subject
from reportcli.report.derived import DERIVED
from reportcli.report.fields import DATE, FIELDS, NUMBER, Report
from reportcli.text import split_words
from synthetic import make_reports, plain_toml, write_catalogue


def ids(index: Index, asked: Query = EVERYTHING) -> set[str]:
    return {hit.report.id for hit in index.matching(asked)}


# The index answers as the query decides: 36 shipped reports and 60 synthetic ones, and queries drawn from their words.

VOCABULARY = read_vocabularies(vocabulary_files(()))
REPORTS: tuple[Report, ...] = (
    *(read_report(entry.path) for entry in sorted(take_snapshot([shipped_folder()]).entries())),
    *make_reports(60, seed=7),
)
SUBJECTS = [Subject(report, lambda: VOCABULARY) for report in REPORTS]
ALL = FIELDS + DERIVED
TEXTS = {
    field.path: [found for subject in SUBJECTS for text in subject.texts(field) if (found := split_words(text))]
    for field in TEXT_FIELDS
}
SEARCHED_TEXTS = [text for field in SEARCHED_FIELDS for text in TEXTS[field.path]]
VALUES = {
    field.path: sorted({value_text(value) for subject in SUBJECTS for value in subject.values(field)})
    for field in CLOSED_FIELDS
}
FIGURES = {
    field.path: figures
    for field in ALL
    if field.kind == NUMBER and (figures := sorted({value for one in SUBJECTS for value in one.values(field)}))
}
PERIODS = [
    parse_period(text)
    for text in ("2024", "2025-06", "2025-Q2", "2025-W20", "2025-06-18", "2024-12..2025-01", "2025-05..", "..2024")
]


@st.composite
def words_of_a_report(draw: st.DrawFn) -> Words:
    field = draw(st.sampled_from(["", "", "", *(path for path in TEXTS if TEXTS[path])]))
    text = draw(st.sampled_from(TEXTS[field] if field else SEARCHED_TEXTS))
    start = draw(st.integers(0, len(text) - 1))
    part = text[start : start + draw(st.sampled_from([1, 1, 1, 2, 3, 6]))]
    if draw(st.integers(0, 9)) == 0:
        part = draw(st.permutations(part))
    beginning = draw(st.booleans())
    if beginning:
        part = [*part[:-1], part[-1][: draw(st.integers(1, len(part[-1])))]]
    return Words(tuple(part), field, beginning)


@st.composite
def odd_words(draw: st.DrawFn) -> Words:
    word = st.sampled_from(["and", "or", "not", "near", "1", "36", "known", "深度", "ß", "zzzz", "said", "some", "0"])
    found = split_words(" ".join(draw(st.lists(word, min_size=1, max_size=3))))
    return Words(tuple(found), draw(st.sampled_from(["", *TEXTS])), draw(st.booleans()))


@st.composite
def a_value(draw: st.DrawFn) -> Is:
    field = draw(st.sampled_from(CLOSED_FIELDS))
    return Is(field.path, draw(st.sampled_from([*VALUES[field.path], *field.info.choices, "yes", "no", "nothing"])))


@st.composite
def a_range(draw: st.DrawFn) -> Between:
    path = draw(st.sampled_from(list(FIGURES)))
    figure = st.sampled_from(FIGURES[path])
    end = st.none() | figure | figure.map(lambda value: value + 1) | st.sampled_from([0, 1, 0.5, 2**63, 10**30, 1e12])
    return Between(path, draw(end), draw(end), exclusive=draw(st.booleans()))


def a_period() -> st.SearchStrategy[Period]:
    day = st.dates(datetime.date(2020, 1, 1), datetime.date(2026, 12, 31))
    between = st.tuples(day, day).map(sorted).map(lambda ends: Period(f"{ends[0]}..{ends[1]}", ends[0], ends[1]))
    return st.sampled_from(PERIODS) | between


LEAVES = st.one_of(
    words_of_a_report(),
    words_of_a_report(),
    odd_words(),
    a_value(),
    a_range(),
    st.builds(Within, st.sampled_from([field.path for field in FIELDS if field.kind == DATE]), a_period()),
    st.builds(IsKnown, st.sampled_from([field.path for field in ALL]), st.booleans()),
)
QUERIES: st.SearchStrategy[Query] = st.recursive(
    LEAVES,
    lambda part: st.one_of(
        st.builds(Not, part),
        st.lists(part, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(part, min_size=1, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("mixed")
    for path in shipped_folder().glob("*.toml"):
        shutil.copy(path, folder)
    write_catalogue(folder, 60, seed=7)
    with closing(open_index([folder], None)) as opened:
        yield opened


def test_the_index_gives_back_what_the_files_say(mixed: Index) -> None:
    found = {hit.report.id: hit.report for hit in mixed.matching(EVERYTHING)}
    assert found == {report.id: report for report in REPORTS}
    assert mixed.total(EVERYTHING) == (96, 0)


@settings(max_examples=500)
@given(asked=QUERIES)
def test_the_index_finds_the_reports_that_fit_and_counts_those_that_do_not_say(mixed: Index, asked: Query) -> None:
    decided = {subject.report.id: asked.evaluate(subject) for subject in SUBJECTS}
    assert ids(mixed, asked) == {id for id, answer in decided.items() if answer is True}
    answers = list(decided.values())
    assert mixed.total(asked) == (answers.count(True), answers.count(None))


@settings(max_examples=100)
@given(asked=QUERIES, limit=st.integers(0, 5))
def test_a_limit_gives_the_first_of_all(mixed: Index, asked: Query, limit: int) -> None:
    everything = [(hit.report.id, hit.score) for hit in mixed.matching(asked)]
    assert [(hit.report.id, hit.score) for hit in mixed.matching(asked, limit)] == everything[:limit]
    assert everything == sorted(everything, key=lambda one: -one[1])


@settings(max_examples=100)
@given(asked=QUERIES)
def test_unranked_the_newest_come_first(mixed: Index, asked: Query) -> None:
    found = [hit.report for hit in mixed.matching(asked, ranked=False)]
    assert found == sorted(found, key=lambda report: (-report.date.toordinal(), report.id))


def test_every_condition_of_the_deepest_query_is_asked(mixed: Index) -> None:
    deep = "not (id:nothing or " * 25 + "not id:qwen3" + ")" * 25
    with pytest.raises(InvalidQuery, match="nested too deeply"):
        parse_query(f"({deep})")
    deep = "not (id:nothing or " * 24 + "id:qwen3" + ")" * 24
    assert ids(mixed, parse_query(deep)) == {"qwen3"}


def test_a_query_of_many_conditions_is_answered(mixed: Index) -> None:
    many = Or((*(Is("id", f"nothing-{place}") for place in range(2_000)), Is("id", "qwen3")))
    assert ids(mixed, many) == {"qwen3"}
    assert ids(mixed, And((many, Not(And((Is("id", "qwen3"),) * 2_000))))) == set()


def test_a_query_of_many_words_is_answered_and_ranked(mixed: Index) -> None:
    many = Or((*(Words((f"w{place}",)) for place in range(300)), Words(("qwen3",))))
    assert next(iter(mixed.matching(many))).report.id == "qwen3-embedding"


# The best come first.


def test_names_outweigh_techniques_then_titles_then_models_then_notes_then_the_rest(tmp_path: Path) -> None:
    write(tmp_path, "in-name", "Zebra A", date="2025-01-01")
    write(tmp_path, "in-alias", "A", 'aliases = ["The Zebra"]\n', date="2025-01-02")
    write(tmp_path, "in-technique", "B", 'techniques = ["zebra"]\n', date="2025-01-03")
    title = write(tmp_path, "in-title", "C", date="2025-01-04")
    title.write_text(title.read_text().replace("A title", "A zebra"))
    summary = write(tmp_path, "in-summary", "D", date="2025-01-05")
    summary.write_text(summary.read_text().replace("One sentence", "One zebra"))
    write(tmp_path, "in-model", "E", '[[models]]\nname = "Zebra E"\n', date="2025-01-06")
    write(tmp_path, "in-note", "F", '[[notes]]\ntopic = "rl"\ntext = "A zebra."\n', date="2025-01-07")
    write(tmp_path, "in-license", "G", 'license = "Zebra 1.0"\n', date="2025-01-08")
    write(tmp_path, "in-rewards", "H", '[posttraining]\nrewards = ["one zebra"]\n', date="2025-01-09")
    write(tmp_path, "not-at-all", "I", date="2025-01-10")
    with closing(open_index([tmp_path], None)) as index:
        hits = list(index.matching(Words(("zebra",))))
    assert [hit.report.id for hit in hits] == [
        "in-alias", "in-name", "in-technique", "in-summary", "in-title", "in-model", "in-note", "in-rewards",
        "in-license",
    ]  # fmt: skip


def test_who_goes_by_exactly_the_words_comes_first(tmp_path: Path) -> None:
    write(tmp_path, "named", "Other", 'aliases = ["Zebra-2"]\n', date="2025-01-01")
    write(tmp_path, "modelled", "Third", '[[models]]\nname = "Zebra 2"\n', date="2025-01-02")
    write(tmp_path, "longer", "Zebra 2 Long", date="2025-01-03")
    asked = all_of([Words(("zebra",)), Words(("2",))])
    with closing(open_index([tmp_path], None)) as index:
        hits = list(index.matching(asked))
    assert [hit.report.id for hit in hits] == ["named", "modelled", "longer"]
    for hit in hits:
        weights = {(match.words, match.weight) for match in explain(asked, hit.subject)}
        assert sum(weight for _, weight in weights) == hit.score


def test_a_name_outweighs_everything_below_it_together(tmp_path: Path) -> None:
    write(tmp_path, "named", "Zebra", date="2020-01-01")
    everywhere = write(
        tmp_path,
        "everywhere",
        "Everywhere",
        'techniques = ["zebra"]\nlicense = "zebra"\n[[models]]\nname = "zebra"\n'
        + '[[notes]]\ntopic = "rl"\ntext = "zebra zebra zebra"\n' * 60,
        date="2025-01-01",
    )
    everywhere.write_text(everywhere.read_text().replace("A title", "zebra").replace("One sentence", "zebra"))
    with closing(open_index([tmp_path], None)) as index:
        assert [hit.report.id for hit in index.matching(Words(("zebra",)))] == ["named", "everywhere"]


def test_equal_scores_give_the_newer_first_and_then_the_ids_in_order(tmp_path: Path) -> None:
    note = '[[notes]]\ntopic = "rl"\ntext = "A zebra."\n'
    for id, day in (("b", "2024-05-01"), ("old", "2023-05-01"), ("new", "2025-05-01"), ("a", "2024-05-01")):
        write(tmp_path, id, f"Name {id}", note, date=day)
    with closing(open_index([tmp_path], None)) as index:
        assert [hit.report.id for hit in index.matching(Words(("zebra",)))] == ["new", "a", "b", "old"]


def test_words_under_not_and_conditions_on_fields_do_not_rank(tmp_path: Path) -> None:
    write(tmp_path, "old", "Zebra", "number = 1\n", date="2024-01-01")
    write(tmp_path, "new", "Lion", "number = 1\n", date="2025-01-01")
    with closing(open_index([tmp_path], None)) as index:
        assert [hit.report.id for hit in index.matching(Not(Not(Words(("zebra",)))))] == ["old"]
        asked = And((Between("number", 1, 1), Not(Words(("cat",)))))
        assert [(hit.report.id, hit.score) for hit in index.matching(asked)] == [("new", 0.0), ("old", 0.0)]


# Each opening is fresh.

QUESTIONS = (
    "rl:grpo", "kl:no", "not kl:no", "params:..10B", "date:2023..", "license:unknown", "tag:moe", "technique:sft",
    "grpo", "org:ai2 or org:deepseek", "type:moe tokens:1T..", "context:128k",
)  # fmt: skip
Answers = list[object]
SETTLED = 0.05  # seconds; a file changed just now may be read once more, since the clock of a file system has steps


def answers(library: Library) -> Answers:
    """What a library says to a few questions of every kind."""
    found: Answers = [library.listing(library.parse(text), searched=True).notes for text in QUESTIONS]
    found += [[report.id for report in library.search(text)] for text in QUESTIONS]
    found += [library.reports(), library.unreadable()]
    found += [library.find(report.id).report.id for report in library.reports()[:3]]
    return found


def afresh(*folders: Path) -> Answers:
    """What a library without an index file says."""
    with Library(folders, None) as library:
        return answers(library)


def kept(cache: Path, *folders: Path) -> Answers:
    """What a library with an index file says."""
    with Library(folders, cache) as library:
        return answers(library)


def read_files(cache: Path, *folders: Path) -> int:
    """Open the index, and return how many files it had to read."""
    time.sleep(SETTLED)
    counts = [0]
    Library(folders, cache, progress=lambda done, total: counts.append(total)).close()
    return max(counts)


def test_only_changed_files_are_read_again(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    write_catalogue(folder, 12, seed=1)
    assert read_files(cache, folder) == 12
    assert read_files(cache, folder) == 0
    write(folder, "one-more", "One more")
    assert read_files(cache, folder) == 1
    next(folder.glob("*-3.toml")).unlink()
    assert read_files(cache, folder) == 0
    (folder / "broken.toml").write_text("= =")
    assert read_files(cache, folder) == 1
    assert read_files(cache, folder) == 0


def test_additions_edits_renamings_and_deletions_are_seen(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"

    def seen() -> dict[str, str]:
        with Library([folder], cache) as library:
            return {report.id: report.name for report in library.reports()}

    first = write(folder, "first", "One")
    assert seen() == {"first": "One"}
    write(folder, "second", "Two")
    assert seen() == {"first": "One", "second": "Two"}
    write(folder, "first", "One, edited")
    assert seen() == {"first": "One, edited", "second": "Two"}
    first.rename(folder / "third.toml")
    assert seen() == {"third": "One, edited", "second": "Two"}
    (folder / "second.toml").unlink()
    assert seen() == {"third": "One, edited"}


def test_words_of_a_former_text_are_forgotten(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    write(folder, "animal", "Zebra", 'license = "MIT"\ntechniques = ["grpo"]\n')
    assert read_files(cache, folder) == 1
    write(folder, "animal", "Lion", 'license = "MIT"\n')
    with Library([folder], cache) as library:
        assert library.search("zebra") == ()
        assert library.search("technique:grpo") == ()
        assert library.search('"group relative policy optimization"') == ()
        assert [report.id for report in library.search("lion license:mit")] == ["animal"]
        assert library.find("lion").report.id == "animal"
        assert library.listing(library.parse("zebra"), exact=False).hits == ()


def test_an_edit_that_keeps_size_and_time_is_seen(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    path = write(folder, "one", "AAAA")
    before = path.stat()
    assert read_files(cache, folder) == 1
    write(folder, "one", "BBBB")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with Library([folder], cache) as library:
        assert [report.name for report in library.reports()] == ["BBBB"]


def test_a_file_moved_into_place_with_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    path, other = write(folder, "one", "AAAA"), write(tmp_path / "elsewhere", "one", "BBBB")
    assert read_files(cache, folder) == 1
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)
    with Library([folder], cache) as library:
        assert [report.name for report in library.reports()] == ["BBBB"]


def test_a_hidden_entry_comes_back_when_the_one_over_it_goes(tmp_path: Path) -> None:
    low, high, cache = tmp_path / "low", tmp_path / "high", tmp_path / "cache"
    write(low, "shared", "Zebra", date="2024-01-01")
    write(low, "lonely", "Lonely")

    def seen(query: str) -> list[str]:
        with Library([low, high], cache) as library:
            return [report.name for report in library.search(query)]

    high.mkdir()
    assert (seen("zebra"), seen("lion")) == (["Zebra"], [])
    over = write(high, "shared", "Lion", date="2025-01-01")
    assert (seen("zebra"), seen("lion"), seen("id:shared")) == ([], ["Lion"], ["Lion"])
    over.write_text("= =")
    assert (seen("zebra"), seen("lion"), seen("id:shared")) == (["Zebra"], [], ["Zebra"])
    write(high, "shared", "Lion", date="2025-01-01")
    assert (seen("zebra"), seen("lion"), seen("id:shared")) == ([], ["Lion"], ["Lion"])
    over.unlink()
    assert (seen("zebra"), seen("lion"), seen("id:shared")) == (["Zebra"], [], ["Zebra"])


def test_a_hidden_entry_is_not_found_by_name_nor_counted(tmp_path: Path) -> None:
    low, high = tmp_path / "low", tmp_path / "high"
    write(low, "shared", "Zebra", '[[models]]\nname = "Zebra-7B"\n')
    write(high, "shared", "Lion")
    with closing(open_index([low, high], None)) as index:
        assert index.total(EVERYTHING) == (1, 0)
        assert sorted(known.written for known in index.spellings()) == ["Lion", "shared"]
        assert index.spelled_as("zebra") == index.starting_with("zeb") == []


def test_a_change_of_the_vocabulary_is_seen(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    write(folder, "one", "One", 'techniques = ["grpo"]\n')
    vocabulary = folder / "vocabulary" / "techniques.toml"
    text = '[grpo]\nname = "Gruppo"\nalso = ["{}"]\nkind = "rl"\ndefinition = "Mine."\n'

    def seen(query: str) -> list[str]:
        with Library([folder], cache) as library:
            return [report.id for report in library.search(query)]

    assert seen('"group relative policy optimization"') == ["one"]
    vocabulary.parent.mkdir()
    vocabulary.write_text(text.format("zebra crossing"))
    assert (seen('"group relative policy optimization"'), seen("zebra"), seen("gruppo")) == ([], ["one"], ["one"])
    vocabulary.write_text(text.format("lion tamer"))
    assert (seen("zebra"), seen("lion"), seen('technique:"lion tamer"')) == ([], ["one"], ["one"])
    vocabulary.unlink()
    assert (seen("lion"), seen('"group relative policy optimization"')) == ([], ["one"])


@pytest.mark.parametrize("seed", range(6))
def test_after_any_changes_the_index_says_what_a_new_one_says(tmp_path: Path, seed: int) -> None:
    chance, cache = Random(seed), tmp_path / "cache"
    folders = tmp_path / "low", tmp_path / "high"
    pool = [(f"report-{place % 9}", plain_toml(report)) for place, report in enumerate(make_reports(40, seed))]
    for folder in folders:
        folder.mkdir()
    for _ in range(12):
        for _ in range(chance.randint(1, 3)):
            folder = chance.choice(folders)
            present = sorted(folder.glob("*.toml"))
            match chance.randrange(6):
                case 0 if present:
                    chance.choice(present).unlink()
                case 1 if present:
                    chance.choice(present).rename(chance.choice(folders) / f"renamed-{chance.randrange(9)}.toml")
                case 2:
                    (folder / f"report-{chance.randrange(9)}.toml").write_text("broken")
                case _:
                    id, text = chance.choice(pool)
                    (folder / f"{id}.toml").write_text(text)
        assert kept(cache, *folders) == afresh(*folders)


# The index may be lost, broken, locked or forbidden.


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, Answers]:
    """A catalogue folder, its index file's bytes, and the right answers."""
    folder, cache = tmp_path_factory.mktemp("catalogue"), tmp_path_factory.mktemp("cache")
    write_catalogue(folder, 14, seed=3)
    (folder / "broken.toml").write_text("broken")
    time.sleep(SETTLED)
    right = kept(cache, folder)
    return folder, index_path(cache, [folder]).read_bytes(), right


def placed(cache: Path, folder: Path, content: bytes) -> Path:
    cache.mkdir(exist_ok=True)
    path = index_path(cache, [folder])
    path.write_bytes(content)
    return path


Built = tuple[Path, bytes, Answers]


def test_with_and_without_an_index_file_the_answers_are_the_same(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    assert right == afresh(folder)
    placed(tmp_path, folder, content)
    assert read_files(tmp_path, folder) == 0
    assert kept(tmp_path, folder) == right


def test_a_deleted_index_is_made_again(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    path.unlink()
    assert kept(tmp_path, folder) == right
    assert path.is_file()


def test_an_index_deleted_while_it_is_open_still_answers(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    with Library([folder], tmp_path) as library:
        path.unlink()
        assert answers(library) == right


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 99, 100, 101, 512, 4095, 4096, 4097, 8192, 20_000, -4096, -1])
def test_a_cut_index_changes_no_answer(built: Built, tmp_path: Path, length: int) -> None:
    folder, content, right = built
    placed(tmp_path, folder, content[:length])
    assert kept(tmp_path, folder) == right
    assert kept(tmp_path, folder) == right


def test_an_index_cut_anywhere_changes_no_answer(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    chance = Random(11)
    for length in chance.sample(range(len(content)), 100):
        placed(tmp_path, folder, content[:length])
        assert kept(tmp_path, folder) == right, f"cut to {length} of {len(content)}"


@pytest.mark.parametrize(
    "junk",
    [
        pytest.param(b"\x00" * 100_000, id="zeros"),
        pytest.param(b"junk" * 10_000, id="text"),
        pytest.param(b"SQLite format 3\x00" + b"\xff" * 50_000, id="a beginning like SQLite's"),
        pytest.param(b"SQLite format 3\x00", id="only the beginning"),
        pytest.param(Random(5).randbytes(100_000), id="random bytes"),
    ],
)
def test_an_index_overwritten_with_junk_is_replaced(built: Built, tmp_path: Path, junk: bytes) -> None:
    folder, _, right = built
    placed(tmp_path, folder, junk)
    assert kept(tmp_path, folder) == right
    assert read_files(tmp_path, folder) == 0


def test_an_index_overwritten_in_part_never_breaks_a_call(built: Built, tmp_path: Path) -> None:
    folder, content, _ = built
    chance = Random(6)
    for _ in range(60):
        start, length = chance.randrange(len(content)), chance.choice((16, 512, 4096, 20_000))
        placed(tmp_path, folder, content[:start] + chance.randbytes(length) + content[start + length :])
        assert_only_own_errors(tmp_path, folder)


@pytest.mark.parametrize("seed", range(10))
def test_flipped_bytes_never_break_a_call(built: Built, tmp_path: Path, seed: int) -> None:
    folder, content, _ = built
    chance = Random(seed)
    for _ in range(30):
        damaged = bytearray(content)
        for _ in range(chance.choice((1, 1, 3, 30))):
            damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        placed(tmp_path, folder, bytes(damaged))
        assert_only_own_errors(tmp_path, folder)


def assert_only_own_errors(cache: Path, folder: Path) -> None:
    """Ask everything of a damaged index; SQLite cannot notice every damage, so the answers are not compared."""
    try:
        found = kept(cache, folder)
    except ReportcliError:
        return
    assert len(found) >= 2 * len(QUESTIONS)


def test_a_stored_vocabulary_that_is_no_json_is_made_anew(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE meta SET value = '[{' WHERE key = 'vocabulary'")
    assert kept(tmp_path, folder) == right


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE meta SET value = 'another' WHERE key = 'version'",
        "DELETE FROM meta",
        "DROP TABLE meta",
        "DROP TABLE search",
        "DROP TABLE report",
        "DROP TABLE number",
        "DROP TABLE spelling",
        "DROP TABLE file",
        "DELETE FROM meta WHERE key = 'vocabulary'",
        "UPDATE report SET body = '[]'",
        "UPDATE report SET body = replace(body, 'a', 'b')",
        "PRAGMA journal_mode = wal",
        "PRAGMA user_version = 77",
    ],
)
def test_an_index_of_another_version_or_with_parts_missing_is_made_anew(
    built: Built, tmp_path: Path, statement: str
) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
    assert kept(tmp_path, folder) == right
    assert kept(tmp_path, folder) == right


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE photos (name TEXT)",
        "CREATE TABLE meta (name TEXT)",
        "CREATE TABLE meta (key TEXT, value TEXT); CREATE TABLE report (x)",
        "CREATE VIEW report AS SELECT 1 AS x",
        "CREATE VIEW meta AS SELECT 'version' AS key, 'mine' AS value",
        "CREATE TABLE other (x); CREATE INDEX report_id ON other (x)",
        "CREATE VIRTUAL TABLE search USING fts5(x); INSERT INTO search VALUES ('words')",
        "CREATE TABLE search_data (x); CREATE TABLE search_config (x)",
        "PRAGMA page_size = 512; CREATE TABLE x (y)",
    ],
)
def test_a_foreign_database_changes_no_answer(built: Built, tmp_path: Path, script: str) -> None:
    folder, _, right = built
    with closing(sqlite3.connect(index_path(tmp_path, [folder]))) as connection:
        connection.executescript(script)
    assert kept(tmp_path, folder) == right
    assert kept(tmp_path, folder) == right


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM number",
        "DELETE FROM spelling",
        "DELETE FROM report WHERE number % 2",
        "UPDATE report SET day = day + 40 * (number % 3)",
        "UPDATE report SET hidden = 1 WHERE number % 2",
        "UPDATE file SET problem = 'what nobody said' WHERE problem IS NOT NULL",
        "INSERT INTO search (search) VALUES ('delete-all')",
    ],
)
def test_what_another_program_has_changed_is_noticed(built: Built, tmp_path: Path, statement: str) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)
    assert kept(tmp_path, folder) == right


def test_a_bit_that_flips_anywhere_changes_no_answer(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    chance = Random(12)
    for place in (*range(0, 100, 3), *chance.sample(range(100, len(content)), 60)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << chance.randrange(8)
        placed(tmp_path, folder, bytes(damaged))
        assert kept(tmp_path, folder) == right, f"byte {place}"


def test_however_often_an_index_was_changed_it_is_what_was_written(tmp_path: Path) -> None:
    folder, cache, chance = tmp_path / "catalogue", tmp_path / "cache", Random(3)
    folder.mkdir()
    texts = [plain_toml(report) for report in make_reports(60, seed=2)]
    for _ in range(12):
        for place in chance.sample(range(60), 12):
            (folder / f"report-{place}.toml").write_text(chance.choice(texts), encoding="utf-8")
        (folder / f"report-{place}.toml").unlink()
        assert read_files(cache, folder) > 0
        assert read_files(cache, folder) == 0


def test_an_index_too_large_to_be_summed_at_every_call_is_taken_as_it_is(
    built: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _, right = built
    monkeypatch.setattr("reportcli.index.build._MOST_SUMMED", 0)
    assert kept(tmp_path, folder) == right
    with closing(sqlite3.connect(index_path(tmp_path, [folder]), isolation_level=None)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)
        connection.execute("DROP TABLE search")
    assert kept(tmp_path, folder) == right


def test_a_missing_table_that_a_change_needs_is_made_again(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE spelling")
        connection.execute("UPDATE meta SET value = '' WHERE key = 'seen'")
        connection.execute("PRAGMA user_version = 0")
    assert kept(tmp_path, folder) == right
    assert read_files(tmp_path, folder) == 0


def test_a_journal_of_junk_changes_no_answer(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    Path(f"{path}-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + Random(2).randbytes(5000))
    assert kept(tmp_path, folder) == right


def test_a_locked_index_changes_no_answer_and_is_left_alone(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert kept(tmp_path, folder) == right
        assert path.read_bytes() == content
        other.execute("COMMIT")
    assert read_files(tmp_path, folder) == 0


def test_an_index_locked_after_opening_changes_no_answer(built: Built, tmp_path: Path) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, content)
    with Library([folder], tmp_path) as library, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert answers(library) == right


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda cache, file: cache.write_text("a file"), id="the cache folder is a file"),
        pytest.param(lambda cache, file: cache.symlink_to("nowhere/at/all"), id="the cache folder is a broken link"),
        pytest.param(lambda cache, file: cache.symlink_to(cache.name), id="the cache folder is a circular link"),
        pytest.param(lambda cache, file: file.mkdir(parents=True), id="the index is a folder"),
    ],
)
def test_a_cache_that_cannot_be_used_changes_no_answer(
    built: Built, tmp_path: Path, spoil: Callable[[Path, Path], None]
) -> None:
    folder, _, right = built
    cache = tmp_path / "cache"
    spoil(cache, index_path(cache, [folder]))
    assert kept(cache, folder) == right


def test_a_file_above_the_cache_folder_changes_no_answer(built: Built, tmp_path: Path) -> None:
    folder, _, right = built
    (tmp_path / "file").write_text("")
    assert kept(tmp_path / "file" / "cache", folder) == right


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("stale", [False, True])
def test_a_cache_that_may_only_be_read_changes_no_answer(built: Built, tmp_path: Path, stale: bool) -> None:
    folder, content, right = built
    path = placed(tmp_path, folder, b"" if stale else content)
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        assert kept(tmp_path, folder) == right
    finally:
        tmp_path.chmod(0o700)


def test_the_cache_folder_is_for_the_user_alone(built: Built, tmp_path: Path) -> None:
    former = os.umask(0o022)
    try:
        assert kept(tmp_path / "cache" / "reportcli", built[0]) == built[2]
    finally:
        os.umask(former)
    assert S_IMODE((tmp_path / "cache" / "reportcli").stat().st_mode) == 0o700
    assert S_IMODE((tmp_path / "cache").stat().st_mode) == 0o700


def test_different_folders_have_different_index_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    files = {index_path(tmp_path, folders) for folders in ([one], [two], [one, two], [two, one])}
    assert len(files) == 4
    assert {file.parent for file in files} == {tmp_path}


# Several processes, and sudden ends.

BUILD = """
import sys
from pathlib import Path
from reportcli.library import Library
folder, cache = map(Path, sys.argv[1:])
with Library([folder], cache, progress=lambda done, total: print(done, file=sys.stderr, flush=True)) as library:
    print(*[report.id for report in library.search("kl:no")])
    print(len(library.reports()))
"""


def building(folder: Path, cache: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(folder), str(cache)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_processes_that_build_at_once_give_the_same_answers(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    write_catalogue(folder, 300, seed=9)
    both = [building(folder, cache) for _ in range(3)]
    printed = [process.communicate(timeout=60) for process in both]
    with Library([folder], None) as library:
        right = " ".join(report.id for report in library.search("kl:no"))
    assert [process.returncode for process in both] == [0, 0, 0], printed
    assert {out for out, _ in printed} == {f"{right}\n300\n"}
    assert is_sound(index_path(cache, [folder]))
    assert read_files(cache, folder) == 0


def test_a_library_that_stays_open_sees_what_another_process_has_brought(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    for place in range(3):
        write(folder, f"report-{place}", f"Report {place}")
    assert read_files(cache, folder) == 3
    with Library([folder], cache) as library:
        assert len(library.reports()) == 3
        write(folder, "report-1", "Rewritten")
        write(folder, "report-3", "Report 3")
        assert read_files(cache, folder) == 2
        assert [report.name for report in library.reports()] == ["Report 0", "Rewritten", "Report 2", "Report 3"]


def test_a_long_answer_whose_reports_are_rewritten_meanwhile_stops_and_keeps_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    monkeypatch.setattr("reportcli.library._AT_ONCE", 1)
    write(folder, "a", "First")
    write(folder, "b", "Second")
    assert read_files(cache, folder) == 2

    def read_while_it_changes() -> None:
        with Library([folder], cache) as library:
            hits = library.listing().hits
            write(folder, "b", "Rewritten")
            assert read_files(cache, folder) == 1
            assert hits[0].report.name == "First"
            hits[1]

    with pytest.raises(IndexDamaged):
        read_while_it_changes()
    assert read_files(cache, folder) == 0


def test_a_builder_does_not_wait_again_and_again_for_one_that_reads(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    for place in range(40):  # far more than SQLite keeps in memory before it writes
        notes = "".join(f'[[notes]]\ntopic = "rl"\ntext = "{place} {word} {"x" * 200}"\n' for word in range(500))
        write(folder, f"report-{place}", f"Report {place}", notes)
    cache.mkdir()
    with closing(sqlite3.connect(index_path(cache, [folder]), isolation_level=None)) as other:
        other.executescript("CREATE TABLE empty (x); BEGIN; SELECT * FROM empty")
        printed, problem = building(folder, cache).communicate(timeout=60)
        assert printed.endswith("\n40\n"), problem


def test_a_file_from_the_future_is_read_once(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    os.utime(write(folder, "one", "One"), (4e9, 4e9))
    assert read_files(cache, folder) == 1
    assert read_files(cache, folder) == 0


@pytest.mark.parametrize("lines", [1, 40, 150, 290, 300])
def test_a_builder_that_is_killed_leaves_nothing_that_misleads(tmp_path: Path, lines: int) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    write(folder, "first", "First")
    assert read_files(cache, folder) == 1
    write_catalogue(folder, 300, seed=9)
    with building(folder, cache) as process:
        assert process.stderr is not None
        for _ in range(lines):
            assert process.stderr.readline()
        process.send_signal(signal.SIGKILL)
    assert kept(cache, folder) == afresh(folder)
    assert is_sound(index_path(cache, [folder]))


@pytest.mark.parametrize("after", [0, 3, 5])
def test_an_interrupted_build_leaves_the_former_index(tmp_path: Path, after: int) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    write_catalogue(folder, 8, seed=1)
    assert read_files(cache, folder) == 8
    file = index_path(cache, [folder])
    former = file.read_bytes()
    for place in range(5):
        write(folder, f"new-{place}", f"New {place}")

    def interrupt(done: int, total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Library([folder], cache, progress=interrupt)
    assert file.read_bytes() == former
    assert not Path(f"{file}-journal").exists()
    assert read_files(cache, folder) == 5
    assert kept(cache, folder) == afresh(folder)


def test_an_interrupted_first_build_leaves_an_index_that_the_next_call_fills(tmp_path: Path) -> None:
    folder, cache = tmp_path / "catalogue", tmp_path / "cache"
    write_catalogue(folder, 8, seed=1)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Library([folder], cache, progress=interrupt)
    assert read_files(cache, folder) == 8
    assert kept(cache, folder) == afresh(folder)


def test_progress_counts_from_nothing_to_all(tmp_path: Path) -> None:
    write_catalogue(tmp_path, 5, seed=1)
    calls: list[tuple[int, int]] = []
    Library([tmp_path], None, progress=lambda done, total: calls.append((done, total))).close()
    assert calls == [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
