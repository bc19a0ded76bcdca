"""The index: it answers as ``Query.evaluate`` does, is up to date at each opening, and may be lost or locked."""

import dataclasses
import datetime
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from makers import write
from reportcli.catalog import files
from reportcli.catalog.files import read_report, read_vocabularies, shipped_folder, take_snapshot, vocabulary_files
from reportcli.errors import IndexDamaged, InvalidQuery, SearchUnavailable
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
    IsUndisclosed,
    MostOf,
    Not,
    Or,
    Query,
    Within,
    Words,
    all_of,
    evaluate_report,
    value_text,
)
from reportcli.query.explain import explain
from reportcli.query.parser import parse_query
from reportcli.query.period import Period, parse_period
from reportcli.query.subject import (
    CLOSED_FIELDS,
    FIELDS_BY_PATH,
    MODEL_FIELDS,
    RL_FIELDS,
    RUN_FIELDS,
    SEARCHED_FIELDS,
    TEXT_FIELDS,
    Subject,
    subjects_of,
)
from reportcli.report.derived import DERIVED
from reportcli.report.fields import DATE, FIELDS, NUMBERS, Report
from reportcli.text import split_words
from synthetic import make_reports, plain_toml, write_catalogue
from trials.runner import call


def ids(index: Index, query: Query = EVERYTHING) -> set[str]:
    return {hit.report.id for hit in index.matching(query)}


# The index answers as the query does: 36 shipped reports and 60 synthetic ones, and queries drawn from their words.

VOCABULARY = read_vocabularies(vocabulary_files(()))
REPORTS: tuple[Report, ...] = (
    *(read_report(entry.path) for entry in sorted(take_snapshot([shipped_folder()]).entries())),
    *make_reports(60, seed=7),
)
SUBJECTS = [subjects_of(report, lambda: VOCABULARY) for report in REPORTS]
FIRST = [subjects[0] for subjects in SUBJECTS]
ALL = FIELDS + DERIVED
OF_RL = [field for field in FIELDS if field.path in RL_FIELDS]
TEXTS = {
    field.path: [words for subject in FIRST for text in subject.texts(field) if (words := split_words(text))]
    for field in TEXT_FIELDS
    if field not in CLOSED_FIELDS or field.path not in MODEL_FIELDS  # the type is no text to search in by itself
}
SEARCHED_TEXTS = [text for field in SEARCHED_FIELDS for text in TEXTS.get(field.path, [])]
VALUES = {
    field.path: sorted({value_text(value) for subject in FIRST for value in subject.values_of_all(field)})
    for field in CLOSED_FIELDS
}
FIGURES = {
    field.path: figures
    for field in ALL
    if field.kind in NUMBERS
    and (figures := sorted({value for subject in FIRST for value in subject.values_of_all(field)}))
}
UNDISCLOSED = [field.path for field in ALL if any(subject.is_undisclosed(field) for subject in FIRST)]
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
    is_prefix = draw(st.booleans())
    if is_prefix:
        part = [*part[:-1], part[-1][: draw(st.integers(1, len(part[-1])))]]
    elif draw(st.integers(0, 2)) == 0:  # joined, or in another form
        part = ["".join(part), *draw(st.sampled_from([[], [part[-1] + "s"], [part[0].removesuffix("s")]]))]
    return Words(tuple(filter(None, part)) or ("s",), field, is_prefix, draw(st.booleans()))


@st.composite
def odd_words(draw: st.DrawFn) -> Words:
    word = st.sampled_from(["and", "or", "not", "near", "1", "36", "known", "深度", "ß", "zzzz", "said", "some", "0"])
    words = split_words(" ".join(draw(st.lists(word, min_size=1, max_size=3))))
    return Words(tuple(words), draw(st.sampled_from(["", *TEXTS])), draw(st.booleans()))


@st.composite
def a_value(draw: st.DrawFn) -> Is:
    field = draw(st.sampled_from(CLOSED_FIELDS))
    return Is(field.path, draw(st.sampled_from([*VALUES[field.path], *field.info.choices, "yes", "no", "nothing"])))


@st.composite
def a_range(draw: st.DrawFn) -> Between:
    path = draw(st.sampled_from(list(FIGURES)))
    figure = st.sampled_from(FIGURES[path])
    near = figure | figure.map(float) | figure.map(lambda value: value + 1)
    end = st.none() | near | st.sampled_from([0, 1, 0.5, 2**63, 10**30, 1e12])
    return Between(path, draw(end), draw(end), exclusive=draw(st.booleans()), right_open=draw(st.booleans()))


def a_period() -> st.SearchStrategy[Period]:
    day = st.dates(datetime.date(2020, 1, 1), datetime.date(2026, 12, 31))
    between = st.tuples(day, day).map(sorted).map(lambda ends: Period(f"{ends[0]}..{ends[1]}", ends[0], ends[1]))
    return st.sampled_from(PERIODS) | between


@st.composite
def several_figures(draw: st.DrawFn) -> And:
    """Draw conditions on figures of models: what one model of a report has, or two have together."""
    parts: list[Query] = []
    subjects = draw(st.sampled_from([subjects for subjects in SUBJECTS if len(subjects) > 1]))
    for subject in (draw(st.sampled_from(subjects)), draw(st.sampled_from(subjects))):
        fields = [
            field
            for field in ALL
            if field.path in MODEL_FIELDS and field.kind in NUMBERS and len(subject.values(field)) == 1
        ]
        for field in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=2)) if fields else ():
            [value] = subject.values(field)
            low, high = draw(st.sampled_from([(value, None), (None, value), (value, value)]))
            condition = draw(st.sampled_from([Between(field.path, low, high), what_is_known(draw, MODEL_FIELDS)]))
            parts.append(draw(st.sampled_from([condition, Not(condition)])))
    return And(tuple(parts))


def what_is_known(draw: st.DrawFn, paths: Collection[str]) -> IsKnown:
    return IsKnown(draw(st.sampled_from(sorted(paths))), draw(st.sampled_from([True, True, False])))


def most_words() -> st.SearchStrategy[MostOf]:
    anywhere = words_of_a_report().map(lambda words: dataclasses.replace(words, field=""))
    return st.builds(MostOf, st.lists(anywhere, min_size=3, max_size=5).map(tuple))


@st.composite
def several_of_runs(draw: st.DrawFn) -> And:
    """Draw conditions on runs: what one run of a report has, or two have together, with what a model has or without."""
    parts: list[Query] = list(draw(st.sampled_from([(), (), draw(several_figures()).parts])))
    report = draw(st.sampled_from([subject for subject in FIRST if subject.report.posttraining.rl]))
    for run in draw(st.lists(st.sampled_from(report.of_each_run), min_size=1, max_size=2)):
        fields = [field for field in ALL if field.path in RUN_FIELDS and run.values(field)]
        for field in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=2)) if fields else ():
            value = run.values(field)[0]
            condition: Query
            if field.kind in NUMBERS:
                condition = Between(field.path, *draw(st.sampled_from([(value, None), (None, value), (value, value)])))
            else:
                condition = Words(tuple(split_words(value))[: draw(st.integers(1, 2))], field.path)
            condition = draw(st.sampled_from([condition, condition, what_is_known(draw, RUN_FIELDS)]))
            parts.append(draw(st.sampled_from([condition, Not(condition)])))
    return And(tuple(parts))


@st.composite
def of_a_model_without_rl(draw: st.DrawFn) -> And:
    """Draw what a report says of RL, or the contrary, with the size of one of its models that never went through it."""
    without = [subject for subjects in SUBJECTS for subject in subjects if not subject.has_rl]
    subject = draw(st.sampled_from([subject for subject in without if any(map(subject.is_known, OF_RL))]))
    field = draw(st.sampled_from(list(filter(subject.is_known, OF_RL))))
    value = draw(st.sampled_from(subject.values_of_all(field)))
    condition: Query = IsKnown(field.path)
    if field.kind in NUMBERS:
        condition = Between(field.path, value, value)
    elif field in CLOSED_FIELDS:
        condition = Is(field.path, value_text(value))
    elif field in TEXT_FIELDS:
        condition = Words(tuple(split_words(value))[:1], field.path)
    size = Between("derived.parameters", None, subject.model and subject.model.parameters)
    return And((draw(st.sampled_from([condition, Not(condition)])), *draw(st.sampled_from([(), (size,)]))))


LEAVES = st.one_of(
    most_words(),
    several_figures(),
    several_figures(),
    several_of_runs(),
    several_of_runs(),
    of_a_model_without_rl(),
    words_of_a_report(),
    words_of_a_report(),
    odd_words(),
    a_value(),
    a_range(),
    st.builds(Within, st.sampled_from([field.path for field in FIELDS if field.kind == DATE]), a_period()),
    st.builds(IsKnown, st.sampled_from([field.path for field in ALL]), st.booleans()),
    st.builds(IsUndisclosed, st.sampled_from(UNDISCLOSED)),
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
    reports = {hit.report.id: hit.report for hit in mixed.matching(EVERYTHING)}
    assert reports == {report.id: report for report in REPORTS}
    assert mixed.total(EVERYTHING) == (96, 0)


@settings(max_examples=300)
@given(query=QUERIES)
def test_the_index_finds_the_reports_that_fit_and_counts_those_of_which_this_is_unknown(
    mixed: Index, query: Query
) -> None:
    truths = [evaluate_report(query, subjects) for subjects in SUBJECTS]
    assert mixed.total(query) == (truths.count(True), truths.count(None))
    fitting = [[subject for subject in subjects if evaluate_report(query, [subject])] for subjects in SUBJECTS]
    shown = {(hit.report.id, hit.subject.model) for hit in mixed.matching(query)}
    assert shown == {(subjects[0].report.id, subjects[0].model) for subjects in fitting if subjects}


@settings(max_examples=50)
@given(query=QUERIES)
def test_the_index_finds_each_model_that_fits(mixed: Index, query: Query) -> None:
    of_models = [evaluate_report(query, [subject]) for subjects in SUBJECTS for subject in subjects]
    assert mixed.total(query, by_model=True) == (of_models.count(True), of_models.count(None))
    fitting = Counter(
        (subject.report.id, subject.model)
        for subjects in SUBJECTS
        for subject in subjects
        if evaluate_report(query, [subject])
    )
    assert Counter((hit.report.id, hit.subject.model) for hit in mixed.matching(query, by_model=True)) == fitting


@settings(max_examples=50)
@given(query=QUERIES)
def test_the_index_finds_each_run_that_fits(mixed: Index, query: Query) -> None:
    fitting = {
        (subjects[0].report.id, place)
        for subjects in SUBJECTS
        for subject in subjects
        if subject.has_rl
        for place, run in enumerate(subject.of_each_run)
        if query.evaluate(run)
    }
    found = [hit.subject for hit in mixed.matching(query, by_run=True)]
    places = {(subject.report.id, place) for subject in found for place in places_of_run(subject)}
    assert (places, len(found)) == (fitting, len(fitting))


def places_of_run(subject: Subject) -> list[int]:
    """Return which run of its report a subject is; of equal runs, each."""
    runs = subject.report.posttraining.rl
    return [place for place, run in enumerate(runs) if run == subject.run] if len(runs) > 1 else [0]


@pytest.mark.parametrize(("by_model", "by_run"), [(False, False), (True, False), (False, True)])
def test_fields_looked_up_are_those_of_the_report(mixed: Index, by_model: bool, by_run: bool) -> None:
    hits = mixed.matching(EVERYTHING, ranked=False, by_model=by_model, by_run=by_run)
    for looked_up, read in zip(hits.in_columns, hits, strict=True):
        for field in ALL:
            assert looked_up.subject.is_known(field) == read.subject.is_known(field), field.path
            assert looked_up.value(field) == read.value(field), field.path
            assert set(looked_up.subject.values(field)) == set(read.subject.values(field)), field.path
        assert (looked_up.name, looked_up.report) == (read.name, read.report)


@settings(max_examples=40)
@given(query=QUERIES, limit=st.integers(0, 5))
def test_the_best_come_first_and_a_limit_gives_the_first_of_all(mixed: Index, query: Query, limit: int) -> None:
    everything = [(hit.report.id, hit.score) for hit in mixed.matching(query)]
    assert [(hit.report.id, hit.score) for hit in mixed.matching(query, limit)] == everything[:limit]
    assert everything == sorted(everything, key=lambda pair: -pair[1])


@settings(max_examples=40)
@given(query=QUERIES)
def test_unranked_the_newest_come_first(mixed: Index, query: Query) -> None:
    reports = [hit.report for hit in mixed.matching(query, ranked=False)]
    assert reports == sorted(reports, key=lambda report: (-report.date.toordinal(), report.id))


def test_every_condition_of_the_deepest_query_is_asked(mixed: Index) -> None:
    deep = "not (id:nothing or " * 25 + "not id:qwen3" + ")" * 25
    with pytest.raises(InvalidQuery, match="nested too deeply"):
        parse_query(f"({deep})")
    deep = "not (id:nothing or " * 24 + "id:qwen3" + ")" * 24
    assert ids(mixed, parse_query(deep)) == {"qwen3"}


def test_a_query_of_many_conditions_or_words_is_answered(mixed: Index) -> None:
    many = Or((*(Is("id", f"nothing-{number}") for number in range(2_000)), Is("id", "qwen3")))
    assert ids(mixed, many) == {"qwen3"}
    assert ids(mixed, And((many, Not(And((Is("id", "qwen3"),) * 2_000))))) == set()
    words = Or((*(Words((f"w{number}",)) for number in range(300)), Words(("qwen3",))))
    assert next(iter(mixed.matching(words))).report.id == "qwen3"


def test_what_is_no_text_is_no_damage(mixed: Index) -> None:
    assert (mixed.starting_with("\udcfc"), mixed.words("organizations", "\udcfc", 9)) == ([], [])
    assert ids(mixed, Words(("m\udcfcnchen",))) == ids(mixed, Is("id", "\udcfc")) == set()


# The best come first.


def zebras(folder: Path) -> list[str]:
    with closing(open_index([folder], None)) as index:
        return [hit.report.id for hit in index.matching(Words(("zebra",)))]


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
    assert zebras(tmp_path) == [
        "in-alias", "in-name", "in-technique", "in-summary", "in-title", "in-model", "in-note", "in-rewards",
        "in-license",
    ]  # fmt: skip


def test_a_report_named_exactly_so_comes_first(tmp_path: Path) -> None:
    write(tmp_path, "named", "Other", 'aliases = ["Zebra-2"]\n', date="2025-01-01")
    write(tmp_path, "modelled", "Third", '[[models]]\nname = "Zebra 2"\n', date="2025-01-02")
    write(tmp_path, "longer", "Zebra 2 Long", date="2025-01-03")
    query = all_of([Words(("zebra",)), Words(("2",))])
    with closing(open_index([tmp_path], None)) as index:
        hits = list(index.matching(query))
    assert [hit.report.id for hit in hits] == ["named", "modelled", "longer"]
    for hit in hits:
        weights = {(match.words, match.weight) for match in explain(query, hit.subject)}
        assert sum(weight for _, weight in weights) == hit.score


def test_a_name_outweighs_everything_below_it_together(tmp_path: Path) -> None:
    write(tmp_path, "named", "Zebra", date="2020-01-01")
    notes = '[[notes]]\ntopic = "rl"\ntext = "zebra zebra zebra"\n' * 60
    fields = f'techniques = ["zebra"]\nlicense = "zebra"\n[[models]]\nname = "zebra"\n{notes}'
    everywhere = write(tmp_path, "everywhere", "Everywhere", fields, date="2025-01-01")
    everywhere.write_text(everywhere.read_text().replace("A title", "zebra").replace("One sentence", "zebra"))
    assert zebras(tmp_path) == ["named", "everywhere"]


def test_equal_scores_give_the_newer_first_and_then_the_ids_in_order(tmp_path: Path) -> None:
    note = '[[notes]]\ntopic = "rl"\ntext = "A zebra."\n'
    for name, day in (("b", "2024-05-01"), ("old", "2023-05-01"), ("new", "2025-05-01"), ("a", "2024-05-01")):
        write(tmp_path, name, f"Name {name}", note, date=day)
    assert zebras(tmp_path) == ["new", "a", "b", "old"]


def test_words_under_not_and_conditions_on_fields_do_not_rank(tmp_path: Path) -> None:
    write(tmp_path, "old", "Zebra", "number = 1\n", date="2024-01-01")
    write(tmp_path, "new", "Lion", "number = 1\n", date="2025-01-01")
    with closing(open_index([tmp_path], None)) as index:
        assert [hit.report.id for hit in index.matching(Not(Not(Words(("zebra",)))))] == ["old"]
        query = And((Between("number", 1, 1), Not(Words(("cat",)))))
        assert [(hit.report.id, hit.score) for hit in index.matching(query)] == [("new", 0.0), ("old", 0.0)]


# Each opening is up to date.

QUERY_TEXTS = (
    "rl:grpo", "kl:no", "not kl:no", "params:..10B", "date:2023..", "license:unknown", "tag:moe", "technique:sft",
    "grpo", "org:ai2 or org:deepseek", "type:moe tokens:1T..", "context:128k",
)  # fmt: skip
Answers = list[object]


def settle() -> None:
    """Wait until a file that changed just now cannot change again under the same stamp: clocks go in steps."""
    time.sleep(0.03)


def answers(library: Library) -> Answers:
    """Return what a library answers to a few requests of every kind."""
    result: Answers = [library.listing(library.parse(text), searched=True).notes for text in QUERY_TEXTS]
    result += [[report.id for report in library.search(text)] for text in QUERY_TEXTS]
    result += [library.reports(), library.unreadable()]
    result += [library.find(report.id).report.id for report in library.reports()[:3]]
    return result


def answers_without_file(*folders: Path) -> Answers:
    with Library(folders, None) as library:
        return answers(library)


def answers_with_file(cache: Path, *folders: Path) -> Answers:
    with Library(folders, cache) as library:
        return answers(library)


def count_files_read(cache: Path, *folders: Path) -> int:
    """Open the index, and return how many files it had to read."""
    settle()
    counts = [0]
    Library(folders, cache, progress=lambda _done, total: counts.append(total)).close()
    return max(counts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "catalogue"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_only_changed_files_are_read_again(folder: Path, cache: Path) -> None:
    write_catalogue(folder, 12, seed=1)
    assert count_files_read(cache, folder) == 12
    assert count_files_read(cache, folder) == 0
    write(folder, "one-more", "One more")
    assert count_files_read(cache, folder) == 1
    next(folder.glob("*-3.toml")).unlink()
    assert count_files_read(cache, folder) == 0
    (folder / "broken.toml").write_text("= =")
    assert count_files_read(cache, folder) == 1
    assert count_files_read(cache, folder) == 0


def test_additions_edits_renamings_and_deletions_are_seen(folder: Path, cache: Path) -> None:

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


def test_words_of_a_former_text_are_forgotten(folder: Path, cache: Path) -> None:
    write(folder, "animal", "Zebra", 'license = "MIT"\ntechniques = ["grpo"]\n')
    assert count_files_read(cache, folder) == 1
    write(folder, "animal", "Lion", 'license = "MIT"\n')
    with Library([folder], cache) as library:
        assert library.search("zebra") == ()
        assert library.search("technique:grpo") == ()
        assert library.search('"group relative policy optimization"') == ()
        assert [report.id for report in library.search("lion license:mit")] == ["animal"]
        assert library.find("lion").report.id == "animal"
        assert not library.listing(library.parse("zebra"), exact=False).hits


def test_an_edit_that_keeps_size_and_time_is_seen(folder: Path, cache: Path, tmp_path: Path) -> None:
    path, other = write(folder, "one", "AAAA"), write(tmp_path / "elsewhere", "one", "CCCC")
    before = path.stat()
    assert count_files_read(cache, folder) == 1
    write(folder, "one", "BBBB")
    for changed in (path, other):
        os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    with Library([folder], cache) as library:
        assert [report.name for report in library.reports()] == ["BBBB"]
    assert count_files_read(cache, folder) == 1
    other.replace(path)
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    with Library([folder], cache) as library:
        assert [report.name for report in library.reports()] == ["CCCC"]


def test_a_hidden_entry_comes_back_when_the_one_over_it_goes(tmp_path: Path, cache: Path) -> None:
    low, high = tmp_path / "low", tmp_path / "high"
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
        assert index.names() == {"lion": "Lion", "shared": "shared"}
        assert index.spelled_as("zebra") == index.starting_with("zeb") == []


def test_a_change_of_the_vocabulary_is_seen(folder: Path, cache: Path) -> None:
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


@pytest.mark.parametrize("seed", range(3))
def test_after_any_changes_the_index_answers_as_a_new_one(tmp_path: Path, cache: Path, seed: int) -> None:
    random = Random(seed)
    folders = tmp_path / "low", tmp_path / "high"
    pool = [(f"report-{number % 9}", plain_toml(report)) for number, report in enumerate(make_reports(40, seed))]
    for folder in folders:
        folder.mkdir()
    for _ in range(8):
        for _ in range(random.randint(1, 4)):
            folder = random.choice(folders)
            present = sorted(folder.glob("*.toml"))
            match random.randrange(6):
                case 0 if present:
                    random.choice(present).unlink()
                case 1 if present:
                    random.choice(present).rename(random.choice(folders) / f"renamed-{random.randrange(9)}.toml")
                case 2:
                    (folder / f"report-{random.randrange(9)}.toml").write_text("broken")
                case _:
                    name, text = random.choice(pool)
                    (folder / f"{name}.toml").write_text(text)
        assert answers_with_file(cache, *folders) == answers_without_file(*folders)


Stamp = tuple[int, int, int, int]


def whole_seconds(stamp: Stamp) -> Stamp:
    """Return a stamp as a file system gives it that counts seconds."""
    return (stamp[0] // 10**9 * 10**9, stamp[1] // 10**9 * 10**9, *stamp[2:])


def an_hour_ahead(stamp: Stamp) -> Stamp:
    """Return a stamp as a file server gives it whose clock is ahead of ours and goes in long steps."""
    return (stamp[0], stamp[1] // 10**9 * 10**9 + 3600 * 10**9 + 1, *stamp[2:])


@pytest.mark.parametrize("change", [whole_seconds, an_hour_ahead])
@pytest.mark.parametrize("name", ["one.toml", "vocabulary/techniques.toml"])
def test_a_file_may_change_under_its_stamp_until_its_clock_has_gone_on(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Stamp], Stamp], name: str
) -> None:
    exact, now = files._stamp, [0]
    monkeypatch.setattr(files, "_stamp", lambda file: change(exact(file)))
    monkeypatch.setattr(time, "time_ns", lambda: now[0])
    text = {"one.toml": plain_toml(next(iter(make_reports(1, 1))))}.get(name, TECHNIQUE)
    (folder / "vocabulary").mkdir(parents=True)
    path = folder / name
    path.write_text(text)
    now[0] = start = change(exact(path))[1] - (0 if change is whole_seconds else 3600 * 10**9)

    def reads(after: float) -> bool:
        now[0] = start + int(after * 10**9)
        before = reading_of.count(str(path))
        Library([folder], cache).close()
        return reading_of.count(str(path)) > before

    reading_of: list[str] = []
    read = files.read_text
    monkeypatch.setattr(files, "read_text", lambda path: reading_of.append(str(path)) or read(path))
    seconds = 2 if change is whole_seconds else 0.02
    assert [reads(after) for after in (0, seconds / 2, seconds + 0.5, seconds + 1)] == [True, True, True, False]


TECHNIQUE = '[zebra]\nname = "Zebra"\nkind = "rl"\ndefinition = "Mine."\n'


def test_a_file_from_the_future_is_read_once(folder: Path, cache: Path) -> None:
    for ahead in (1_800, 4e9):
        path = write(folder, "one", "One")
        os.utime(path, (time.time() + ahead,) * 2)
        assert count_files_read(cache, folder) == 1
        assert count_files_read(cache, folder) == 0


def test_progress_counts_from_nothing_to_all(tmp_path: Path) -> None:
    write_catalogue(tmp_path, 5, seed=1)
    calls: list[tuple[int, int]] = []
    Library([tmp_path], None, progress=lambda done, total: calls.append((done, total))).close()
    assert calls == [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


# A file that the system does not let us read is tried again at each opening, though its stamp stays the same.


def test_an_entry_that_the_system_refused_is_read_at_the_next_opening(folder: Path, cache: Path) -> None:
    write(folder, "one", "One")
    write(folder, "two", "Two")
    settle()
    former = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)

    def refuse(done: int, total: int) -> None:  # for want of file descriptors, while files are read
        resource.setrlimit(resource.RLIMIT_NOFILE, (former[0] if done == total else free, former[1]))

    try:
        with Library([folder], cache, refuse) as library:
            refused = {Path(file.path).stem: file.problem for file in library.unreadable()}
            assert refused == dict.fromkeys(("one", "two"), "Too many open files")
            assert library.reports() == ()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, former)
    with Library([folder], cache) as library:
        assert library.unreadable() == ()
        assert [report.name for report in library.reports()] == ["One", "Two"]
    assert count_files_read(cache, folder) == 0


def test_a_vocabulary_that_the_system_refused_is_noted_and_nothing_else_is_read_again(
    folder: Path, cache: Path
) -> None:
    write(folder, "one", "One", 'techniques = ["zebra"]\n')
    vocabulary = folder / "vocabulary" / "techniques.toml"
    vocabulary.parent.mkdir()
    vocabulary.symlink_to("not yet")
    settle()
    for _ in range(2):
        with Library([folder], cache) as library:
            assert [file.problem for file in library.unreadable()] == ["No such file or directory"]
            assert list(library.techniques()) == []
    assert count_files_read(cache, folder) == 0
    (vocabulary.parent / "not yet").write_text('[zebra]\nname = "Zebra"\nkind = "rl"\ndefinition = "Mine."\n')
    with Library([folder], cache) as library:
        assert (library.unreadable(), list(library.techniques())) == ((), ["zebra"])
        assert [report.id for report in library.search("technique:zebra")] == ["one"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("strace"), reason="strace makes a system call fail")
@pytest.mark.parametrize("error", ["EIO", "EACCES", "EMFILE"])
@pytest.mark.parametrize("name", ["one.toml", "vocabulary/techniques.toml"])
def test_a_file_that_fails_once_is_read_at_the_next_call(folder: Path, tmp_path: Path, name: str, error: str) -> None:
    write(folder, "one", "One", 'techniques = ["zebra"]\n')
    (folder / "vocabulary").mkdir()
    (folder / "vocabulary" / "techniques.toml").write_text('[zebra]\nname = "Z"\nkind = "rl"\ndefinition = "Mine."\n')
    settle()
    call = [sys.executable, "-m", "reportcli", "search", "technique:zebra", "-f", "names", "--catalog", str(folder)]
    fault = [
        "strace",
        "-qq",
        "-o",
        str(tmp_path / "trace"),
        "-P",
        str(folder / name),
        "-e",
        f"inject=openat:error={error}",
    ]
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "xdg")}

    def outcome(command: list[str]) -> tuple[str, str]:
        ended = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, env=environment)
        return ended.stdout, ended.stderr

    stdout, stderr = outcome([*fault, *call])
    if "ptrace" in stderr:
        pytest.skip("strace may not trace here")
    assert (stdout, name in stderr or "zebra" in stderr) == ("", True)
    assert outcome(call) == ("one\n", "")


# The index may be lost or damaged.

Built = tuple[Path, bytes, Answers]
DATE_FIELD = FIELDS_BY_PATH["date"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A catalogue folder, its index file's bytes, and the right answers."""
    folder, cache = tmp_path_factory.mktemp("catalogue"), tmp_path_factory.mktemp("cache")
    write_catalogue(folder, 14, seed=3)
    (folder / "broken.toml").write_text("broken")
    settle()
    right = answers_with_file(cache, folder)
    return folder, index_path(cache, [folder]).read_bytes(), right


def put_index(cache: Path, folder: Path, content: bytes) -> Path:
    cache.mkdir(exist_ok=True)
    path = index_path(cache, [folder])
    path.write_bytes(content)
    return path


def change_index(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(script)


def test_with_and_without_an_index_file_the_answers_are_the_same(built: Built, cache: Path) -> None:
    folder, content, right = built
    assert right == answers_without_file(folder)
    path = put_index(cache, folder, content)
    assert count_files_read(cache, folder) == 0
    assert answers_with_file(cache, folder) == right
    path.unlink()
    assert answers_with_file(cache, folder) == right
    assert [file.name for file in cache.iterdir()] == [path.name]


def test_a_cut_index_changes_no_answer(built: Built, cache: Path) -> None:
    folder, content, right = built
    fixed = 0, 1, 15, 16, 99, 100, 101, 512, 4095, 4096, 4097, 8192, len(content) - 4096, len(content) - 1
    for length in (*fixed, *Random(11).sample(range(len(content)), 8)):
        put_index(cache, folder, content[:length])
        assert answers_with_file(cache, folder) == right, f"cut to {length} of {len(content)}"
    assert answers_with_file(cache, folder) == right


def test_an_index_overwritten_with_junk_is_replaced(built: Built, cache: Path) -> None:
    folder, _, right = built
    header = b"SQLite format 3\x00"
    junk = bytes(100_000), b"junk" * 10_000, header, header + b"\xff" * 50_000, Random(5).randbytes(100_000)
    for content in junk:
        put_index(cache, folder, content)
        assert answers_with_file(cache, folder) == right, content[:30]
        count_files_read(cache, folder)
        assert count_files_read(cache, folder) == 0, content[:30]


def test_an_index_of_another_version_or_with_parts_missing_changes_no_answer(built: Built, cache: Path) -> None:
    folder, content, right = built
    for script in (
        "UPDATE meta SET value = 'another' WHERE key = 'version'",
        "UPDATE meta SET value = '[{' WHERE key = 'vocabulary'; UPDATE meta SET value = '' WHERE key = 'seen'",
        "DELETE FROM meta",
        *(f"DROP TABLE {table}" for table in ("meta", "file", "report", "spelling", "value", "search", "term")),
        "DROP TABLE search; CREATE TABLE search (x)",
        "PRAGMA journal_mode = delete",
        "PRAGMA user_version = 77",
        "PRAGMA page_size = 512; VACUUM",
    ):
        change_index(put_index(cache, folder, content), script)
        assert answers_with_file(cache, folder) == right, script
        count_files_read(cache, folder)
        assert count_files_read(cache, folder) == 0, script


def test_a_foreign_database_changes_no_answer(built: Built, cache: Path) -> None:
    folder, _, right = built
    for script in (
        "CREATE TABLE photos (name TEXT)",
        "CREATE TABLE meta (name TEXT)",
        "CREATE TABLE meta (key TEXT, value TEXT); CREATE TABLE report (x)",
        "CREATE VIEW report AS SELECT 1 AS x",
        "CREATE VIEW meta AS SELECT 'version' AS key, 'mine' AS value",
        "CREATE TABLE other (x); CREATE INDEX report_id ON other (x)",
        "CREATE VIRTUAL TABLE search USING fts5(x); INSERT INTO search VALUES ('words')",
        "CREATE TABLE search_data (x); CREATE TABLE search_config (x)",
        "PRAGMA page_size = 512; CREATE TABLE x (y)",
    ):
        change_index(put_index(cache, folder, b""), script)
        assert answers_with_file(cache, folder) == right, script
        assert answers_with_file(cache, folder) == right, script


@pytest.mark.parametrize(
    ("script", "ask"),
    [
        ("UPDATE report SET body = '[]'", Library.reports),
        ("UPDATE report SET body = x'ff'", Library.reports),
        ("UPDATE OR IGNORE value SET value = value * 1000000000", lambda library: library.dates(DATE_FIELD)),
        ("UPDATE spelling SET written = NULL", Library.names),
        ("UPDATE file SET path = 7 WHERE problem IS NOT NULL", Library.unreadable),
        ("UPDATE meta SET value = '[{' WHERE key = 'vocabulary'", Library.techniques),
    ],
)
def test_an_index_that_proves_damaged_in_the_middle_of_an_answer_is_discarded(
    built: Built, cache: Path, script: str, ask: Callable[[Library], object]
) -> None:
    folder, content, right = built
    path = put_index(cache, folder, content)
    change_index(path, script)
    with Library([folder], cache) as library, pytest.raises(IndexDamaged):
        ask(library)
    assert not path.exists()
    assert answers_with_file(cache, folder) == right


def test_a_log_of_junk_changes_no_answer(built: Built, cache: Path) -> None:
    folder, content, right = built
    for suffix in ("-journal", "-wal", "-shm"):
        path = put_index(cache, folder, content)
        Path(f"{path}{suffix}").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + Random(2).randbytes(5000))
        assert answers_with_file(cache, folder) == right


@pytest.mark.parametrize(
    "error", [UnicodeDecodeError("utf-8", b"\xfc", 0, 1, "x"), sqlite3.DatabaseError("mine"), ValueError(), KeyError()]
)
def test_errors_of_the_caller_pass_through_and_the_index_stays(built: Built, cache: Path, error: Exception) -> None:
    folder, content, _ = built
    path = put_index(cache, folder, content)
    with pytest.raises(type(error)) as caught, Library([folder], cache):
        raise error
    assert caught.value is error
    assert path.read_bytes() == content


class WithoutFTS5(sqlite3.Connection):
    """SQLite that has no module of the name that is asked for."""

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        return super().execute(sql.replace("USING fts5", "USING no_fts5"), *values)  # type: ignore[arg-type]


def test_a_sqlite_without_fts5_is_one_sentence(folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "one", "One")
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=WithoutFTS5))
    for location in (None, cache):
        with pytest.raises(SearchUnavailable):
            Library([folder], location)
    answered = call(["list", "--catalog", str(folder)])
    assert (answered.code, answered.out, answered.err.splitlines()) == (
        3,
        "",
        ["error: this Python lacks SQLite with FTS5 (full-text search)", "  use a Python that has it"],
    )


# Others read and write at the same time.


def test_an_open_library_is_a_snapshot_and_holds_up_no_writer(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportcli.index.build._PATIENCE", 0)
    for number in range(3):
        write(folder, f"report-{number}", f"Report {number}")
    assert count_files_read(cache, folder) == 3
    with Library([folder], cache) as library:
        hits = library.listing().hits
        write(folder, "report-1", "Rewritten")
        write(folder, "report-3", "Report 3")
        (folder / "report-0.toml").unlink()
        assert count_files_read(cache, folder) == 2
        assert count_files_read(cache, folder) == 0  # the index has been written
        assert [hit.report.name for hit in hits] == ["Report 0", "Report 1", "Report 2"]
        assert [report.name for report in library.search("id:report-3 or rewritten")] == []
        index_path(cache, [folder]).unlink()
        assert [report.name for report in library.reports()] == ["Report 0", "Report 1", "Report 2"]
    with Library([folder], cache) as library:
        assert [report.name for report in library.reports()] == ["Rewritten", "Report 2", "Report 3"]


@pytest.mark.parametrize("lock", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
def test_a_locked_index_is_read_and_where_it_is_out_of_date_answers_come_from_memory(
    folder: Path, cache: Path, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportcli.index.build._PATIENCE", 0.01)
    write(folder, "one", "One")
    assert count_files_read(cache, folder) == 1
    path = index_path(cache, [folder])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(lock)
        other.execute("DELETE FROM report")
        assert count_files_read(cache, folder) == 0
        assert answers_with_file(cache, folder) == answers_without_file(folder)
        write(folder, "two", "Two")
        assert answers_with_file(cache, folder) == answers_without_file(folder)
        other.execute("ROLLBACK")
    assert count_files_read(cache, folder) == 1


@pytest.mark.parametrize("after", [0, 3, 5])
def test_an_interrupted_build_leaves_the_former_index(folder: Path, cache: Path, after: int) -> None:
    write_catalogue(folder, 8, seed=1)
    assert count_files_read(cache, folder) == 8
    file = index_path(cache, [folder])
    former = file.read_bytes()
    for number in range(5):
        write(folder, f"new-{number}", f"New {number}")

    def interrupt(done: int, _total: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Library([folder], cache, progress=interrupt)
    assert file.read_bytes() == former
    assert [path.name for path in cache.iterdir()] == [file.name]
    assert count_files_read(cache, folder) == 5
    assert answers_with_file(cache, folder) == answers_without_file(folder)


def test_what_a_dead_process_has_left_in_the_log_is_recovered(folder: Path, cache: Path, tmp_path: Path) -> None:
    write(folder, "one", "One")
    assert count_files_read(cache, folder) == 1
    with Library([folder], cache):  # so that the log is kept
        write(folder, "two", "Two")
        assert count_files_read(cache, folder) == 1
        shutil.copytree(cache, tmp_path / "left")
        change = "BEGIN; DELETE FROM report"
        with closing(sqlite3.connect(index_path(cache, [folder]), isolation_level=None)) as other:
            other.execute("PRAGMA cache_size = 1")
            other.executescript(change)
            shutil.copytree(cache, tmp_path / "left halfway")
    for left in ("left", "left halfway"):
        assert len(list((tmp_path / left).iterdir())) == 3
        assert count_files_read(tmp_path / left, folder) == 0
        assert answers_with_file(tmp_path / left, folder) == answers_without_file(folder)
