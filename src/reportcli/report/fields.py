"""What a report is: THE list of fields, as frozen classes that describe every key.

Every other module takes its fields from here: a field added to one of these classes appears in the schema, columns,
filters, comparison, completion and search without another edit. This module reads no files.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields
from dataclasses import Field as DeclaredField
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

from reportcli.report.architecture import Architecture, AttentionLayers
from reportcli.report.choices import (
    ADDRESS_PATTERN,
    ARXIV_PATTERN,
    CLASS_PATTERN,
    ID_PATTERN,
    ORIGINS,
    TAGS,
    TOPICS,
    TYPES,
    VERSION_PATTERN,
    is_web_address,
)
from reportcli.report.declare import (
    MODEL_WEIGHT,
    NAME_WEIGHT,
    NOTE_WEIGHT,
    OTHER_WEIGHT,
    TECHNIQUE_WEIGHT,
    TITLE_WEIGHT,
    FieldInfo,
    Record,
    expected,
    mapping,
    optional,
    required,
    several,
)
from reportcli.report.training import Posttraining, Pretraining, RLRun


class Links(Record):
    """Where to read the report and find what it released."""

    arxiv: str | None = optional(
        "number on arXiv, without a version", label="arXiv", weight=OTHER_WEIGHT, pattern=ARXIV_PATTERN,
        example="2505.09388",
    )  # fmt: skip
    pdf: str | None = optional(
        "address of the report as PDF", label="PDF", pattern=ADDRESS_PATTERN,
        example="https://arxiv.org/pdf/2505.09388v1",
    )  # fmt: skip
    huggingface: tuple[str, ...] = several(
        "addresses on Hugging Face", "hf", label="Hugging Face", pattern=ADDRESS_PATTERN,
        example="https://huggingface.co/Qwen",
    )  # fmt: skip
    code: tuple[str, ...] = several(
        "addresses of repositories", pattern=ADDRESS_PATTERN, example="https://github.com/QwenLM/Qwen3"
    )
    page: tuple[str, ...] = several(
        "addresses of project pages and announcements", pattern=ADDRESS_PATTERN,
        example="https://qwenlm.github.io/blog/qwen3/",
    )  # fmt: skip

    @property
    def front(self) -> str | None:
        """The web address to read first: on arXiv, else the PDF, else a page; None without a safe one."""
        abstract = f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else None
        addresses = (abstract, self.pdf, *self.page, *self.huggingface, *self.code)
        return next((address for address in addresses if address and is_web_address(address)), None)


class Model(Record):
    """One model of a report."""

    name: str = required("name of the model", "model", label="model", weight=MODEL_WEIGHT, example="Qwen3-235B-A22B")
    type: str | None = optional(
        "kind of model, where it differs from architecture.type", choices=TYPES, weight=OTHER_WEIGHT
    )
    parameters: int | None = optional("parameters in total", example=235_000_000_000)
    active_parameters: int | None = optional("parameters used per token", heading="active", example=22_000_000_000)
    tokens: int | None = optional(
        "pre-training tokens of this model, where the report says so", example=36_000_000_000_000
    )
    context_length: int | None = optional("context length in tokens", heading="context", context=True, example=131_072)
    based_on: tuple[str, ...] = several(
        "models it starts from, where they are not those of the report", weight=OTHER_WEIGHT, example="Qwen2.5-7B"
    )
    reinforcement_learning: bool | None = optional(
        "whether it went through RL: no where only other models of the report did", label="RL"
    )
    layers: int | None = optional("its layers, where not the flagship's", example=32)
    hidden_size: int | None = optional("its hidden size, where not the flagship's", example=4096)
    heads: int | None = optional("its query heads, where not the flagship's", example=32)
    kv_heads: int | None = optional("its key/value heads, where not the flagship's", label="KV heads", example=8)
    head_dimension: int | None = optional("its head dimension, where not the flagship's", example=128)
    experts_total: int | None = optional("its routed experts per layer, where not the flagship's", example=64)
    experts_active: int | None = optional("its routed experts active per token, likewise", example=6)
    attention_layers: tuple[AttentionLayers, ...] = several("its attention layers, where not the flagship's")


class Note(Record):
    """One thing worth knowing, under a topic."""

    topic: str = required("topic of the note", "topic", choices=TOPICS)
    text: str = required(
        "the note, one sentence", "note", label="note", max_length=280, weight=NOTE_WEIGHT,
        example="RL runs in two stages.",
    )  # fmt: skip
    detail: tuple[str, ...] = several(
        "further details of the note", label="note", max_length=220, weight=NOTE_WEIGHT, example="Stage 1: mathematics."
    )
    origin: str = optional(
        '"list": from the reading list, reworded; "report": found in the report', choices=ORIGINS, default="report"
    )


class Report(Record):
    """A technical report: everything the catalogue knows about it. Unknown is None or empty."""

    id: str = required(
        "name of the file, without .toml", weight=NAME_WEIGHT, rank=1, pattern=ID_PATTERN, example="qwen3"
    )
    number: int | None = optional("place in the reading list", example=10)
    name: str = required("short name", weight=NAME_WEIGHT, rank=0, example="Qwen3")
    title: str = required("title of the report", weight=TITLE_WEIGHT, example="Qwen3 Technical Report")
    aliases: tuple[str, ...] = several("other spellings of the name", "alias", weight=NAME_WEIGHT, example="Qwen3-2504")
    organizations: tuple[str, ...] = required(
        "who wrote it", "org", "organization", label="organization", weight=OTHER_WEIGHT, group="identity", rank=2,
        example="Alibaba Qwen",
    )  # fmt: skip
    authors: tuple[str, ...] = several(
        "people or team on the title page", "author", weight=OTHER_WEIGHT, example="Qwen Team"
    )
    date: datetime.date = required(
        "day of the version that the catalogue describes", group="identity", rank=1, example="2025-05-14"
    )
    first_published: datetime.date | None = optional(
        "day of the first public version", "published", group="identity", rank=1, example="2025-05-13"
    )
    arxiv_version: str | None = optional(
        "version on arXiv that the date belongs to, where it is not the first", label="arXiv version",
        pattern=VERSION_PATTERN, example="v2",
    )  # fmt: skip
    arxiv_class: str | None = optional(
        "primary subject class on arXiv", label="arXiv class", pattern=CLASS_PATTERN, example="cs.CL"
    )
    summary: str | None = expected(
        "one sentence", max_length=180, weight=TITLE_WEIGHT, rank=20, example="Eight open-weight language models."
    )
    tags: tuple[str, ...] = expected(
        "what it is about", "tag", default=(), choices=TAGS, weight=TECHNIQUE_WEIGHT, group="identity"
    )
    license: str | None = optional(
        "license of the weights", weight=OTHER_WEIGHT, group="identity", rank=9, example="Apache-2.0"
    )
    flagship: str | None = optional("flagship model of the report", weight=MODEL_WEIGHT, example="Qwen3-235B-A22B")
    based_on: tuple[str, ...] = several(
        "models it starts from", "base", weight=OTHER_WEIGHT, group="identity", example="DeepSeek-V3"
    )
    follows: tuple[str, ...] = several(
        "generation before it, from which it is trained anew", weight=OTHER_WEIGHT, group="identity",
        example="DeepSeek-V2",
    )  # fmt: skip
    techniques: tuple[str, ...] = several(
        "techniques it uses", "tech", "technique", vocabulary=True, weight=TECHNIQUE_WEIGHT, group="techniques",
        example="grpo",
    )  # fmt: skip
    corrections: tuple[str, ...] = several(
        "what the reading list had wrong", "correction", example="The name is Qwen3, not Qwen 3."
    )
    undisclosed: tuple[str, ...] = several(
        "fields that the report was read for and does not state", label="not disclosed", example="pretraining.gpu_hours"
    )
    links: Links = expected("where to find it", default=Links())
    models: tuple[Model, ...] = several("the models it describes")
    architecture: Architecture = optional("architecture", default=Architecture())
    pretraining: Pretraining = optional("pre-training", default=Pretraining())
    posttraining: Posttraining = optional("post-training", default=Posttraining())
    notes: tuple[Note, ...] = several("notes by topic")
    sources: Mapping[str, str] = mapping("where a figure comes from, by field", "source")  # by ENTRY_PATHS
    confidence: Mapping[str, str] = mapping("what is uncertain about a field, or why it is absent")

    @property
    def is_incomplete(self) -> bool:
        """Whether it lacks what an entry that is shared has: a summary, tags and a link."""
        return not (self.summary and self.tags) or self.links == Links()


TEXT, TEXTS, NUMBER, DECIMAL = "text", "texts", "number", "decimal"
DATE, YES_NO, MAP = "date", "yes/no", "map"
YES_NO_VALUES = {"yes": True, "true": True, "no": False, "false": False}  # as people type them
NUMBERS = (NUMBER, DECIMAL)  # whole numbers, and those with a point
KINDS: dict[Any, str] = {
    str: TEXT, str | None: TEXT, tuple[str, ...]: TEXTS, int | None: NUMBER, float | None: DECIMAL,
    datetime.date: DATE, datetime.date | None: DATE, bool | None: YES_NO, Mapping[str, str]: MAP,
}  # fmt: skip
TABLES: frozenset[Any] = frozenset((Links, Architecture, Pretraining, Posttraining))
ARRAYS: dict[Any, Any] = {
    tuple[Model, ...]: Model, tuple[AttentionLayers, ...]: AttentionLayers, tuple[RLRun, ...]: RLRun,
    tuple[Note, ...]: Note,
}  # fmt: skip


class Field(NamedTuple):
    """One field of the list: its dotted path, the kind of its values, its description, and how to get its value."""

    path: str
    kind: str
    info: FieldInfo
    get: Callable[[Report], Any]  # in an array of tables: a tuple with a value for each
    in_array: bool = False  # in an array of tables, such as models; that may be in another
    derived: bool = False  # computed from other fields
    required: bool = False

    @property
    def key(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def table(self) -> str:
        """The path of the table that it stands in; "" at the top level."""
        return self.path.rpartition(".")[0]

    @property
    def with_tables(self) -> tuple[str, ...]:
        """The paths of the tables around it, from the outermost, and its own."""
        names = self.path.split(".")
        return tuple(".".join(names[:count]) for count in range(1, len(names) + 1))

    @property
    def label(self) -> str:
        """The name for a reader."""
        return self.info.label or self.key.replace("_", " ")

    @property
    def heading(self) -> str:
        """The name above a column."""
        return self.info.heading or self.label

    @property
    def group(self) -> str:
        """The group of rows it belongs to in a comparison; "" if it is not compared."""
        table = self.path.partition(".")[0]
        is_of_compared = self.info.compared and table in ("architecture", "pretraining", "posttraining")
        return self.info.group or (table if is_of_compared else "")


def fields_of(kind: Any, prefix: str = "") -> Iterator[Field]:
    """Yield the fields that a class declares, including those of its tables, in the order of a file."""
    for declared in fields(kind):
        path, info = prefix + declared.name, declared.metadata["info"]
        if declared.type in TABLES:
            yield from fields_of(declared.type, path + ".")
        elif declared.type in ARRAYS:
            for inner in fields_of(ARRAYS[declared.type]):
                of_flagship, of_rl = info.of_flagship or inner.info.of_flagship, info.of_rl or inner.info.of_rl
                yield inner._replace(
                    path=f"{path}.{inner.path}", info=inner.info._replace(of_flagship=of_flagship, of_rl=of_rl),
                    get=_values_of_each(path, inner), in_array=True,
                )  # fmt: skip
        else:
            get = attrgetter(prefix + (info.seen_as or declared.name))
            yield Field(path, KINDS[declared.type], info, get, required=is_required(declared) or info.expected)


class Table(NamedTuple):
    """A table of an entry, or an array of tables: its dotted path, and what it holds."""

    path: str
    help: str
    is_array: bool
    required: bool = False


def tables_of(kind: Any, prefix: str = "") -> Iterator[Table]:
    """Yield the tables that a class declares, each before those in it."""
    for declared in fields(kind):
        inner = ARRAYS.get(declared.type, declared.type)
        if inner in TABLES or declared.type in ARRAYS:
            info = declared.metadata["info"]
            yield Table(prefix + declared.name, info.help, declared.type in ARRAYS, info.expected)
            yield from tables_of(inner, f"{prefix}{declared.name}.")


def is_required(declared: "DeclaredField[Any]") -> bool:
    """Return whether a declared field has no default, so that every entry must have it."""
    return declared.default is declared.default_factory is MISSING


def _values_of_each(array: str, inner: Field) -> Callable[[Report], tuple[Any, ...]]:
    """Return the function that gives the value of each table of an array; of arrays in arrays, of each inner table."""
    tables, value = attrgetter(array), inner.get
    if inner.in_array:
        return lambda report: tuple(chain.from_iterable(map(value, tables(report))))
    return lambda report: tuple(map(value, tables(report)))


FIELDS: tuple[Field, ...] = tuple(fields_of(Report))
ENTRY_FIELDS = tuple(field for field in FIELDS if field.path != "id")  # in a file, which is named after the id
ENTRY_PATHS = tuple(dict.fromkeys(path for field in ENTRY_FIELDS for path in field.with_tables))
