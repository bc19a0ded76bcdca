"""What a report is: THE list of fields, as frozen classes that describe every key.

Every other module takes its fields from here: a field added to one of these classes appears in the schema, columns,
filters, comparison, completion and search without another edit. This module reads no files.
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
ID_PATTERN = "^[a-z0-9][a-z0-9.-]*$"
ARXIV_PATTERN = r"^[0-9]{2}(0[1-9]|1[0-2])\.[0-9]{4,5}$"
VERSION_PATTERN = "^v[1-9][0-9]*$"
ADDRESS_PATTERN = r"^https?://[^\s/]\S*$"


class FieldInfo(NamedTuple):
    """The description of a field; ``help`` names the unit where there is one."""

    help: str
    short_names: tuple[str, ...] = ()  # other names in queries and columns
    label: str = ""  # for a reader; default: the key with spaces
    heading: str = ""  # of a column; default: the label
    choices: tuple[str, ...] = ()  # the only values allowed
    vocabulary: bool = False  # the values are ids of techniques
    max_length: int = 0  # characters; 0 is no limit
    pattern: str = ""  # regular expression that each text matches
    example: str | int = ""  # a value, or one item of a list
    weight: float = 0.0  # of a word in this field, in the ranking of a search; 0 is not searched
    group: str = ""  # of rows in a comparison; "" is not compared
    of_flagship: bool = False  # a figure that does not hold for a model of another size
    context: bool = False  # 128k may stand for 131,072
    computed: bool = False  # from other figures: shown with ≈
    rank: int = 99  # of the column on a narrow screen: low ones are kept longest


def optional(summary: str, *short_names: str, default: Any = None, **info: Any) -> Any:
    """Declare a field that may be unknown; ``info`` are further attributes of ``FieldInfo``."""
    return field(default=default, metadata={"info": FieldInfo(summary, short_names, **info)})


def required(summary: str, *short_names: str, **info: Any) -> Any:
    """Declare a field that every entry must have."""
    return field(metadata={"info": FieldInfo(summary, short_names, **info)})


def several(summary: str, *short_names: str, **info: Any) -> Any:
    """Declare a field with any number of values, which may be none."""
    return optional(summary, *short_names, default=(), **info)


def mapping(summary: str, *short_names: str, **info: Any) -> Any:
    """Declare a field with texts by key, which may be empty."""
    return field(default_factory=lambda: _EMPTY_MAPPING, metadata={"info": FieldInfo(summary, short_names, **info)})


def is_web_address(text: str) -> bool:
    """Return whether a text is a web address that is safe to show as a link: http or https, without odd characters."""
    return text.startswith(("https://", "http://")) and text.isascii() and not set(text) & _UNSAFE_CHARS


_UNSAFE_CHARS = frozenset('"<>\\^`{|} \x7f').union(map(chr, range(32)))
_EMPTY_MAPPING: Mapping[str, str] = MappingProxyType({})

NAME_WEIGHT, TECHNIQUE_WEIGHT, TITLE_WEIGHT = 1000.0, 100.0, 30.0
MODEL_WEIGHT, NOTE_WEIGHT, OTHER_WEIGHT = 10.0, 3.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """The architecture of the flagship."""

    type: str | None = optional("kind of model", "type", choices=TYPES, weight=OTHER_WEIGHT, rank=6)
    description: str | None = optional(
        "what the type alone does not say", weight=OTHER_WEIGHT, example="hybrid of linear and softmax attention"
    )
    attention: tuple[str, ...] = several("kinds of attention", weight=OTHER_WEIGHT, example="GQA")
    position: str | None = optional("position encoding", weight=OTHER_WEIGHT, example="RoPE")
    normalization: str | None = optional("normalization", weight=OTHER_WEIGHT, example="pre-RMSNorm + QK-Norm")
    activation: str | None = optional("activation function", weight=OTHER_WEIGHT, example="SwiGLU")
    experts_total: int | None = optional("routed experts per layer", "experts", of_flagship=True, example=128)
    experts_active: int | None = optional("routed experts active per token", of_flagship=True, example=8)
    experts_shared: int | None = optional("shared experts, active for every token", of_flagship=True, example=0)
    layers: int | None = optional("number of layers", of_flagship=True, example=94)
    hidden_size: int | None = optional("width of the residual stream", of_flagship=True, example=4096)
    vocabulary: int | None = optional("entries of the token vocabulary", of_flagship=True, example=151_669)
    vision_encoder: str | None = optional("vision encoder", weight=OTHER_WEIGHT, example="MoonViT (SigLIP-SO-400M)")
    audio_encoder: str | None = optional("audio encoder", weight=OTHER_WEIGHT, example="Whisper large-v3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretraining:
    """The pre-training of the flagship."""

    tokens: int | None = optional("pre-training tokens", "tokens", of_flagship=True, rank=5, example=36_000_000_000_000)
    stages: tuple[str, ...] = several("stages of pre-training", weight=OTHER_WEIGHT, example="annealing (1T tokens)")
    context_length: int | None = optional(
        "longest training sequence in tokens", of_flagship=True, context=True, example=32_768
    )
    optimizer: str | None = optional("optimizer", weight=OTHER_WEIGHT, example="AdamW")
    hardware: str | None = optional("accelerators", weight=OTHER_WEIGHT, example="2,048 H800")
    gpu_hours: int | None = optional("GPU hours", "gpu_hours", label="GPU hours", of_flagship=True, example=2_788_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Posttraining:
    """What follows pre-training."""

    stages: tuple[str, ...] = several("stages of post-training", weight=OTHER_WEIGHT, example="long-CoT cold start")
    sft_examples: int | None = optional(
        "examples of supervised fine-tuning", "sft", label="SFT examples", example=500_000
    )
    preference_method: str | None = optional(
        "preference-optimization method, e.g. DPO", "preference", weight=OTHER_WEIGHT, example="DPO"
    )
    rl_algorithm: str | None = optional(
        "RL algorithm in the report's words", label="RL algorithm", weight=OTHER_WEIGHT, example="GRPO (modified)"
    )
    rl_family: tuple[str, ...] = several(
        "family of the RL algorithm", "rl", label="RL family", choices=RL_FAMILIES, weight=OTHER_WEIGHT, rank=8
    )
    kl_penalty: bool | None = optional("whether RL has a KL penalty, where the report says", "kl", label="KL penalty")
    rewards: tuple[str, ...] = several(
        "what RL is rewarded for", "reward", weight=OTHER_WEIGHT, example="rule-based accuracy"
    )
    teachers: tuple[str, ...] = several(
        "models whose outputs it learns from", "teacher", weight=OTHER_WEIGHT, example="DeepSeek-R1"
    )
    rl_framework: str | None = optional("RL framework", label="RL framework", weight=OTHER_WEIGHT, example="verl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
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
    summary: str = required(
        "one sentence", max_length=180, weight=TITLE_WEIGHT, rank=20, example="Eight open-weight language models."
    )
    tags: tuple[str, ...] = required("what it is about", "tag", choices=TAGS, weight=TECHNIQUE_WEIGHT, group="identity")
    license: str | None = optional(
        "license of the weights", weight=OTHER_WEIGHT, group="identity", rank=9, example="Apache-2.0"
    )
    flagship: str | None = optional("flagship model of the report", weight=MODEL_WEIGHT, example="Qwen3-235B-A22B")
    based_on: tuple[str, ...] = several(
        "models it starts from", "base", weight=OTHER_WEIGHT, group="identity", example="DeepSeek-V3"
    )
    techniques: tuple[str, ...] = several(
        "techniques it uses", "tech", "technique", vocabulary=True, weight=TECHNIQUE_WEIGHT, group="techniques",
        example="grpo",
    )  # fmt: skip
    corrections: tuple[str, ...] = several(
        "what the reading list had wrong", "correction", example="The name is Qwen3, not Qwen 3."
    )
    links: Links = optional("where to find it", default=Links())
    models: tuple[Model, ...] = several("the models it describes")
    architecture: Architecture = optional("architecture", default=Architecture())
    pretraining: Pretraining = optional("pre-training", default=Pretraining())
    posttraining: Posttraining = optional("post-training", default=Posttraining())
    notes: tuple[Note, ...] = several("notes by topic")
    sources: Mapping[str, str] = mapping("where a figure comes from, by field", "source")  # by ENTRY_PATHS
    confidence: Mapping[str, str] = mapping("what is uncertain about a field, or why it is absent")


TEXT, TEXTS, NUMBER, DATE, YES_NO, MAP = "text", "texts", "number", "date", "yes/no", "map"
KINDS: dict[Any, str] = {
    str: TEXT, str | None: TEXT, tuple[str, ...]: TEXTS, int | None: NUMBER, float | None: NUMBER,
    datetime.date: DATE, datetime.date | None: DATE, bool | None: YES_NO, Mapping[str, str]: MAP,
}  # fmt: skip
TABLES: frozenset[Any] = frozenset((Links, Architecture, Pretraining, Posttraining))
ARRAYS: dict[Any, Any] = {tuple[Model, ...]: Model, tuple[Note, ...]: Note}


class Field(NamedTuple):
    """One field of the list: its dotted path, the kind of its values, its description, and how to get its value."""

    path: str
    kind: str
    info: FieldInfo
    get: Callable[[Report], Any]  # of models or notes: a tuple with a value each
    in_array: bool = False  # in an array of tables: models, notes
    derived: bool = False  # computed from other fields
    required: bool = False

    @property
    def key(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

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
        return self.info.group or (table if table in ("architecture", "pretraining", "posttraining") else "")


def fields_of(kind: Any, prefix: str = "") -> Iterator[Field]:
    """Yield the fields that a class declares, including those of its tables, in the order of a file."""
    for declared in fields(kind):
        path = prefix + declared.name
        if declared.type in TABLES:
            yield from fields_of(declared.type, path + ".")
        elif declared.type in ARRAYS:
            for inner in fields_of(ARRAYS[declared.type]):
                yield inner._replace(path=f"{path}.{inner.path}", get=_values_of_each(path, inner.path), in_array=True)
        else:
            info = declared.metadata["info"]
            yield Field(path, KINDS[declared.type], info, attrgetter(path), required=is_required(declared))


def is_required(declared: "DeclaredField[Any]") -> bool:
    """Return whether a declared field has no default, so that every entry must have it."""
    return declared.default is declared.default_factory is MISSING


def _values_of_each(array: str, key: str) -> Callable[[Report], tuple[Any, ...]]:
    items, value = attrgetter(array), attrgetter(key)
    return lambda report: tuple(map(value, items(report)))


FIELDS: tuple[Field, ...] = tuple(fields_of(Report))
ENTRY_FIELDS = tuple(field for field in FIELDS if field.path != "id")  # in a file, which is named after the id
ENTRY_PATHS = tuple(dict.fromkeys(key for field in ENTRY_FIELDS for key in (field.path.partition(".")[0], field.path)))
