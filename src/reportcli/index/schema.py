"""The tables of the index, the numbers of models and runs, the tokens for facts, and the vocabulary as it is stored.

A model has a number: the flagship that of its report, the others that of the report and a multiple of ``MODEL_STEP``,
the largest model first. A run of RL has one likewise, with ``RUN_STEP``, and a pair of both the sum. Values that depend
on the model, or on the run, are stored by that number, of a run with ``MODEL_STEP``, as SQLite has no larger ones.
"""

import json
from functools import cache, lru_cache

from reportcli.query.subject import HAS_RL, TEXT_FIELDS
from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS
from reportcli.report.techniques import Technique, Vocabulary

COLUMN = {field.path: f"c{number}" for number, field in enumerate(TEXT_FIELDS)}
CODE = {field.path: number for number, field in enumerate(FIELDS + DERIVED)}

SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE file (path BLOB PRIMARY KEY, rank INT, stamp TEXT, report INT, problem TEXT, line INT) WITHOUT ROWID;
CREATE INDEX file_of_report ON file (report);
CREATE INDEX unreadable ON file (path) WHERE problem IS NOT NULL;
CREATE TABLE report (
    number INTEGER PRIMARY KEY, id TEXT, rank INT, day INT, hidden INT DEFAULT 0, body TEXT
);
CREATE INDEX report_id ON report (id, rank);
CREATE INDEX report_day ON report (day DESC, id) WHERE NOT hidden;
CREATE TABLE spelling (
    folded TEXT, kind INT, report INT, written TEXT, PRIMARY KEY (folded, kind, report)
) WITHOUT ROWID;
CREATE TABLE relation (folded TEXT, report INT, PRIMARY KEY (folded, report)) WITHOUT ROWID;
CREATE TABLE value (field INT, value, model INT, PRIMARY KEY (field, value, model)) WITHOUT ROWID;
CREATE TABLE cell (field INT, report INT, value, PRIMARY KEY (field, report)) WITHOUT ROWID;
CREATE TABLE word (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(
    {", ".join(COLUMN.values())}, facts, content = '', tokenize = "ascii tokenchars '=.%-'"
);
CREATE VIRTUAL TABLE term USING fts5vocab(search, 'col');
"""

SOME, EVERY = "some", "every"  # a value of a field is known, of one model at least; each value of an array is
MODEL_STEP = 1 << 32
RUN_STEP = 1 << 64
MODELS_WITHOUT_RL = CODE[HAS_RL.path]  # where its value is not yes
OTHER_MODELS, OTHER_RUNS = -1, -2  # instead of the code of a field: rows name all but the flagships, the first runs


def report_of(number: int) -> int:
    """Return the number of the report of a model, a run or a pair."""
    return number % MODEL_STEP


def model_of(number: int) -> int:
    """Return the number of the model of a pair."""
    return number % RUN_STEP


def run_of(number: int) -> int:
    """Return the number of the run of a pair."""
    return number - number % RUN_STEP + report_of(number)


def stored_run(stored: int) -> int:
    """Return the number of a run by the number that it is stored by."""
    return report_of(stored) + stored // MODEL_STEP * RUN_STEP


@cache
def knowledge_token(field: str, word: str) -> str:
    """Return the token that says that some, or every, value of a field is known."""
    return f"{CODE[field]}=={word}"  # no token of a value has two signs


@lru_cache(maxsize=4096)
def value_token(field: str, value: str) -> str:
    """Return the token that says that a closed field has a value."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in ".-") else f"%{ord(c):x}." for c in value.lower())
    return f"{CODE[field]}={plain}"


def stored_vocabulary(text: str) -> Vocabulary:
    """Return the vocabulary that the index holds as JSON. Raises ValueError, TypeError or LookupError."""
    techniques = (Technique._make([*row[:2], tuple(row[2]), *row[3:]]) for row in json.loads(text))
    return Vocabulary({technique.id: technique for technique in techniques})
