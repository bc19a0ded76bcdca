"""What a report is: THE list of fields, as frozen classes that say of each key what it means.

Every other room takes its fields from here: a field added to one of these classes appears in the schema,
columns, filters, comparison, completion and search without another edit. This module reads no files.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from dataclasses import Field as DeclaredField
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple

TAGS = (
    "language-model", "vision-language", "multimodal", "audio", "image-generation", "embedding", "reward-model",
    "reasoning", "math", "code", "moe", "small-model", "long-context", "data", "post-training",
    "open-weights", "fully-open", "closed",
)  # fmt: skip
TYPES = ("dense", "moe", "diffusion", "other")
TOPICS = (
    "release", "architecture", "data", "pretraining", "posttraining", "rl", "rewards", "distillation",
    "infrastructure", "evaluation", "insight", "safety",
)  # fmt: skip
RL_FAMILIES = ("grpo", "ppo", "rloo", "cispo", "c3po", "dapo", "vapo", "mirror-descent", "other")
ORIGINS = ("list", "report")
ID = "^[a-z0-9][a-z0-9.-]*$"
ARXIV = r"^[0-9]{2}(0[1-9]|1[0-2])\.[0-9]{4,5}$"
VERSION = "^v[1-9][0-9]*$"
ADDRESS = r"^https?://[^\s/]\S*$"


class About(NamedTuple):
    """What is said of a field beside its declaration; ``help`` gives the unit where there is one."""

    help: str
    short: tuple[str, ...] = ()  # other names in queries and columns
    label: str = ""  # for a reader; default: the key with spaces
    heading: str = ""  # above a column; default: the label
    closed: tuple[str, ...] = ()  # the only values allowed
    vocabulary: bool = False  # the values are ids of techniques
    longest: int = 0  # characters; 0 is no limit
    pattern: str = ""  # that each text fits, as a regular expression
    example: str | int = ""  # a value, or one item of a list
    weight: float = 0.0  # of a word found here in the ranking of a search; 0 is not searched
    group: str = ""  # of rows in a comparison; "" is not compared
    of_flagship: bool = False  # a figure that does not carry over to a model of another size
    context: bool = False  # 128k may be written for 131,072
    computed: bool = False  # from other figures: shown with ≈
    rank: int = 99  # of the column when the screen is narrow: low ones stay longest


def key(help: str, *short: str, default: Any = None, **about: Any) -> Any:
    """Declare a field that may be unknown; what is said of it are the names of ``About``."""
    return field(default=default, metadata={"about": About(help, short, **about)})


def _required(help: str, *short: str, **about: Any) -> Any:
    return field(metadata={"about": About(help, short, **about)})


def _list(help: str, *short: str, **about: Any) -> Any:
    return key(help, *short, default=(), **about)


def _map(help: str, *short: str, **about: Any) -> Any:
    return field(default_factory=lambda: _NOTHING, metadata={"about": About(help, short, **about)})


def is_address(text: str) -> bool:
    """Return whether a text is an address of the web that is safe to show as a link: http or https, nothing odd."""
    return text.startswith(("https://", "http://")) and text.isascii() and not set(text) & _ODD


_ODD = frozenset('"<>\\^`{|} \x7f').union(map(chr, range(32)))
_NOTHING: Mapping[str, str] = MappingProxyType({})

NAMES, TECHNIQUES, TITLES, MODELS, NOTES, REST = 1000.0, 100.0, 30.0, 10.0, 3.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where to read the report and find what it released."""

    arxiv: str | None = key(
        "number on arXiv, without a version", label="arXiv", weight=REST, pattern=ARXIV, example="2505.09388"
    )
    pdf: str | None = key(
        "address of the report as PDF", label="PDF", pattern=ADDRESS, example="https://arxiv.org/pdf/2505.09388v1"
    )
    huggingface: tuple[str, ...] = _list(
        "addresses on Hugging Face", "hf", label="Hugging Face", pattern=ADDRESS, example="https://huggingface.co/Qwen"
    )
    code: tuple[str, ...] = _list(
        "addresses of repositories", pattern=ADDRESS, example="https://github.com/QwenLM/Qwen3"
    )
    page: tuple[str, ...] = _list(
        "addresses of project pages and announcements",
        pattern=ADDRESS,
        example="https://qwenlm.github.io/blog/qwen3/",
    )

    @property
    def front(self) -> str | None:
        """The address to read first: on arXiv, else the PDF, else a page; None where none is one of the web."""
        abstract = f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else None
        known = (abstract, self.pdf, *self.page, *self.huggingface, *self.code)
        return next((address for address in known if address and is_address(address)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of a report."""

    name: str = _required("name of the model", "model", label="model", weight=MODELS, example="Qwen3-235B-A22B")
    type: str | None = key("kind of model, where it differs from architecture.type", closed=TYPES, weight=REST)
    parameters: int | None = key("parameters in total", "params", "parameters", example=235_000_000_000)
    active_parameters: int | None = key(
        "parameters at work for each token",
        "active",
        "active_parameters",
        heading="active",
        example=22_000_000_000,
    )
    tokens: int | None = key("pre-training tokens of this model, where the report says so", example=36_000_000_000_000)
    context_length: int | None = key(
        "context length in tokens", "context", "context_length", heading="context", context=True, example=131_072
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """The architecture of the flagship."""

    type: str | None = key("kind of model", "type", closed=TYPES, weight=REST, rank=6)
    description: str | None = key(
        "what the type alone does not say", weight=REST, example="hybrid of linear and softmax attention"
    )
    attention: tuple[str, ...] = _list("kinds of attention", weight=REST, example="GQA")
    position: str | None = key("position encoding", weight=REST, example="RoPE")
    normalization: str | None = key("normalization", weight=REST, example="pre-RMSNorm + QK-Norm")
    activation: str | None = key("activation function", weight=REST, example="SwiGLU")
    experts_total: int | None = key("routed experts of a layer", "experts", of_flagship=True, example=128)
    experts_active: int | None = key("routed experts that work on a token", of_flagship=True, example=8)
    experts_shared: int | None = key("experts that work on every token", of_flagship=True, example=0)
    layers: int | None = key("number of layers", of_flagship=True, example=94)
    hidden_size: int | None = key("width of the residual stream", of_flagship=True, example=4096)
    vocabulary: int | None = key("entries of the token vocabulary", example=151_669)
    vision_encoder: str | None = key("vision encoder", weight=REST, example="MoonViT (SigLIP-SO-400M)")
    audio_encoder: str | None = key("audio encoder", weight=REST, example="Whisper large-v3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretraining:
    """The pre-training of the flagship."""

    tokens: int | None = key("pre-training tokens", "tokens", of_flagship=True, rank=5, example=36_000_000_000_000)
    stages: tuple[str, ...] = _list("stages of pre-training", weight=REST, example="annealing (1T tokens)")
    context_length: int | None = key("longest training sequence in tokens", context=True, example=32_768)
    optimizer: str | None = key("optimizer", weight=REST, example="AdamW")
    hardware: str | None = key("accelerators", weight=REST, example="2,048 H800")
    gpu_hours: int | None = key("GPU hours", "gpu_hours", label="GPU hours", of_flagship=True, example=2_788_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posttraining:
    """What follows pre-training."""

    stages: tuple[str, ...] = _list("stages of post-training", weight=REST, example="long-CoT cold start")
    sft_examples: int | None = key("examples of supervised fine-tuning", "sft", label="SFT examples", example=500_000)
    preference_method: str | None = key(
        "what learns from preference pairs without RL", "preference", weight=REST, example="DPO"
    )
    rl_algorithm: str | None = key(
        "RL algorithm in the report's words", label="RL algorithm", weight=REST, example="GRPO (modified)"
    )
    rl_family: tuple[str, ...] = _list(
        "family of the RL algorithm", "rl", label="RL family", closed=RL_FAMILIES, weight=REST, rank=8
    )
    kl_penalty: bool | None = key("whether RL has a KL penalty, where the report says", "kl", label="KL penalty")
    rewards: tuple[str, ...] = _list("what RL is rewarded for", "reward", weight=REST, example="rule-based accuracy")
    teachers: tuple[str, ...] = _list(
        "models whose outputs it learns from", "teacher", weight=REST, example="DeepSeek-R1"
    )
    rl_framework: str | None = key("RL framework", label="RL framework", weight=REST, example="verl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing worth knowing, under a topic."""

    topic: str = _required("topic of the note", "topic", closed=TOPICS)
    text: str = _required(
        "the note, one sentence", "note", label="note", longest=280, weight=NOTES, example="RL runs in two stages."
    )
    detail: tuple[str, ...] = _list(
        "what belongs under the note", label="note", longest=220, weight=NOTES, example="Stage 1: mathematics."
    )
    origin: str = key(
        '"list": from the reading list, reworded; "report": found in the report', closed=ORIGINS, default="report"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A technical report: all that the catalogue knows of it. Unknown is None or empty."""

    id: str = _required("name of the file, without .toml", weight=NAMES, rank=1, pattern=ID, example="qwen3")
    number: int | None = key("place in the reading list", example=10)
    name: str = _required("short name", weight=NAMES, rank=0, example="Qwen3")
    title: str = _required("title of the report", weight=TITLES, example="Qwen3 Technical Report")
    aliases: tuple[str, ...] = _list("other spellings of the name", "alias", weight=NAMES, example="Qwen3-2504")
    organizations: tuple[str, ...] = _required(
        "who wrote it",
        "org",
        "organization",
        label="organization",
        weight=REST,
        group="identity",
        rank=2,
        example="Alibaba Qwen",
    )
    date: datetime.date = _required(
        "day of the version that the catalogue describes", group="identity", rank=1, example="2025-05-14"
    )
    first_published: datetime.date | None = key(
        "day of the first public version", "published", group="identity", example="2025-05-13"
    )
    arxiv_version: str | None = key(
        "version on arXiv that the date belongs to, where it is not the first",
        label="arXiv version",
        pattern=VERSION,
        example="v2",
    )
    summary: str = _required(
        "one sentence", longest=180, weight=TITLES, rank=20, example="Eight open-weight language models."
    )
    tags: tuple[str, ...] = _required("what it is about", "tag", closed=TAGS, weight=TECHNIQUES, group="identity")
    license: str | None = key("license of the weights", weight=REST, group="identity", rank=9, example="Apache-2.0")
    flagship: str | None = key("model that speaks for the report", weight=MODELS, example="Qwen3-235B-A22B")
    based_on: tuple[str, ...] = _list(
        "models it starts from", "base", weight=REST, group="identity", example="DeepSeek-V3"
    )
    techniques: tuple[str, ...] = _list(
        "techniques it uses",
        "tech",
        "technique",
        vocabulary=True,
        weight=TECHNIQUES,
        group="techniques",
        example="grpo",
    )
    corrections: tuple[str, ...] = _list(
        "what the reading list had wrong", "correction", example="The name is Qwen3, not Qwen 3."
    )
    links: Links = key("where to find it", default=Links())
    models: tuple[Model, ...] = _list("the models it describes")
    architecture: Architecture = key("architecture", default=Architecture())
    pretraining: Pretraining = key("pre-training", default=Pretraining())
    posttraining: Posttraining = key("post-training", default=Posttraining())
    notes: tuple[Note, ...] = _list("notes by topic")
    sources: Mapping[str, str] = _map("where a figure comes from, by field", "source")  # its keys are of PLACES
    confidence: Mapping[str, str] = _map("what is uncertain about a field, or why it is absent")


TEXT, TEXTS, NUMBER, DATE, YES_NO, MAP = "text", "texts", "number", "date", "yes/no", "map"
KINDS: dict[Any, str] = {
    str: TEXT, str | None: TEXT, tuple[str, ...]: TEXTS, int | None: NUMBER, float | None: NUMBER,
    datetime.date: DATE, datetime.date | None: DATE, bool | None: YES_NO, Mapping[str, str]: MAP,
}  # fmt: skip
TABLES: frozenset[Any] = frozenset((Links, Architecture, Pretraining, Posttraining))
ARRAYS: dict[Any, Any] = {tuple[Model, ...]: Model, tuple[Note, ...]: Note}


class Field(NamedTuple):
    """One field of the list: its dotted path, the kind of its values, what is said of it, and how to get it."""

    path: str
    kind: str
    about: About
    get: Callable[[Report], Any]  # for a field of models or notes: a tuple with one value each
    many: bool = False  # stands in an array of tables
    derived: bool = False  # computed from the others
    required: bool = False

    @property
    def key(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def label(self) -> str:
        """The name that a reader sees."""
        return self.about.label or self.key.replace("_", " ")

    @property
    def heading(self) -> str:
        """The label where room is dear."""
        return self.about.heading or self.label

    @property
    def group(self) -> str:
        """The group of rows that it belongs to in a comparison; empty when it is not compared."""
        table = self.path.partition(".")[0]
        return self.about.group or (table if table in ("architecture", "pretraining", "posttraining") else "")


def fields_of(kind: Any, prefix: str = "") -> Iterator[Field]:
    """Yield the fields that a class declares, those of its tables included, in the order of the file."""
    for declared in fields(kind):
        path = prefix + declared.name
        if declared.type in TABLES:
            yield from fields_of(declared.type, path + ".")
        elif declared.type in ARRAYS:
            for inner in fields_of(ARRAYS[declared.type]):
                yield inner._replace(path=f"{path}.{inner.path}", get=_of_each(path, inner.path), many=True)
        else:
            about, required = declared.metadata["about"], is_required(declared)
            yield Field(path, KINDS[declared.type], about, attrgetter(path), required=required)


def is_required(declared: "DeclaredField[Any]") -> bool:
    """Return whether an entry must say what a class declares."""
    return declared.default is declared.default_factory is MISSING


def _of_each(array: str, key: str) -> Callable[[Report], tuple[Any, ...]]:
    items, value = attrgetter(array), attrgetter(key)
    return lambda report: tuple(map(value, items(report)))


FIELDS: tuple[Field, ...] = tuple(fields_of(Report))
KEYS = tuple(field for field in FIELDS if field.path != "id")  # what stands in a file, whose name is the id
PLACES = tuple(dict.fromkeys(key for field in KEYS for key in (field.path.partition(".")[0], field.path)))
