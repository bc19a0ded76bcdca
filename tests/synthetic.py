"""Make-believe reports, many and unlike one another, for tests and benchmarks; the same seed gives the same reports."""

import datetime
import json
from bisect import bisect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from reportcli.catalog.files import read_vocabularies, vocabulary_files
from reportcli.report.choices import TAGS, TOPICS
from reportcli.report.fields import (
    Architecture,
    AttentionLayers,
    Links,
    Model,
    Note,
    Posttraining,
    Pretraining,
    Report,
    RLRun,
)
from reportcli.report.json import to_record

ORGANIZATIONS = (
    "Alibaba Qwen", "DeepSeek", "Ai2", "Moonshot AI", "NVIDIA", "Microsoft", "Google DeepMind", "Meta AI",
    "Mistral AI", "ByteDance Seed", "Xiaomi", "MiniMax", "Zhipu AI", "Tencent", "IBM Research", "Cohere",
    "上海人工智能实验室", "Aleph Alpha", "École polytechnique", "Trillion Labs",
)  # fmt: skip
LICENSES = ("Apache-2.0", "MIT", "CC-BY-NC-4.0", "Llama 3.1 Community License", "proprietary")
FAMILIES = ("grpo", "ppo", "rloo", "dapo", "cispo", "mirror-descent", "other")
FAMILY_WEIGHTS = (50, 20, 8, 10, 4, 3, 5)
SIZES = (500_000_000, 3_000_000_000, 7_000_000_000, 32_000_000_000, 70_000_000_000, 235_000_000_000, 671_000_000_000)
SIZE_WEIGHTS = (12, 20, 28, 18, 10, 8, 4)
CONTEXTS = (4_096, 32_768, 128_000, 131_072, 1_000_000, 1_048_576)
FIRST_DAY = datetime.date(2020, 1, 1).toordinal()
DAYS = 2_400
_CONSONANTS, _VOWELS = "bcdfghjklmnprstvwz", "aeiou"
_WORD_COUNT = 20_000


class _Prose:
    """Words of which few are common and most are rare, as in real texts (Zipf's law)."""

    def __init__(self, random: Random) -> None:
        self._random = random
        own = Random("words")  # the same language for every seed
        words: dict[str, None] = {}
        while len(words) < _WORD_COUNT:
            words["".join(own.choice(_CONSONANTS) + own.choice(_VOWELS) for _ in range(own.randint(2, 5)))] = None
        self._words = list(words)
        self._reach = list(accumulate(1 / rank for rank in range(1, _WORD_COUNT + 1)))

    def word(self) -> str:
        return self._words[bisect(self._reach, self._random.random() * self._reach[-1])]

    def rare_word(self) -> str:
        return self._random.choice(self._words)

    def sentence(self, least: int, most: int) -> str:
        text = " ".join(self.word() for _ in range(self._random.randint(least, most)))
        return text.capitalize() + "."


def make_reports(count: int, seed: int) -> Iterator[Report]:
    """Yield reports; ``rl:grpo kl:no params:100B..`` fits about one in a hundred.

    Of the bases and teachers that they name, about half are reports that came before.
    """
    random = Random(seed)
    prose = _Prose(random)
    techniques = sorted(read_vocabularies(vocabulary_files(())))
    kinship, names = Random(f"kinship {seed}"), list[str]()
    recipes = Random(f"recipes {seed}")
    for place in range(count):
        report = _report(place, random, prose, techniques)
        yield _with_recipe(_related(report, kinship, names), recipes)
        names.append(kinship.choice([report.name, *(model.name for model in report.models)]))


def _related(report: Report, random: Random, names: list[str]) -> Report:
    def known(others: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(random.choice(names) if names and random.random() < 0.5 else name for name in others)

    teachers = replace(report.posttraining, teachers=known(report.posttraining.teachers))
    return replace(report, based_on=known(report.based_on), posttraining=teachers)


def _with_recipe(report: Report, random: Random) -> Report:
    """Give a report runs of RL, layers, a model with sizes of its own or without RL, and what it does not disclose."""
    runs = tuple(_run(report, random) for _ in range(random.choice((0, 0, 1, 2, 3))))
    if random.random() < 0.4:
        kinds = random.sample(("full", "window", "linear"), random.choice((1, 2)))
        layers = tuple(
            AttentionLayers(kind=kind, layers=random.choice((8, 32)), kv_heads=random.choice((None, 1, 8)))
            for kind in kinds
        )
        report = replace(report, architecture=replace(report.architecture, head_dimension=128, attention_layers=layers))
    if len(report.models) > 1 and random.random() < 0.5:
        own = replace(report.models[-1], layers=random.choice((12, 24)), kv_heads=random.choice((2, 4)))
        report = replace(report, models=(*report.models[:-1], own))
    if len(report.models) > 1 and random.random() < 0.5:
        models = list(report.models)
        place = random.randrange(len(models))
        models[place] = replace(models[place], reinforcement_learning=False)
        report = replace(report, models=tuple(models))
    paths = ("posttraining.rl.rollouts", "posttraining.rl.steps", "pretraining.tokens", "posttraining.rl", "license")
    undisclosed = tuple(random.sample(paths, random.choice((0, 0, 1, 2))))
    return replace(report, posttraining=replace(report.posttraining, rl=runs), undisclosed=undisclosed)


def _run(report: Report, random: Random) -> RLRun:
    return RLRun(
        stage=random.choice((None, "stage one", "stage two", "agents")),
        model=random.choice([None, *(model.name for model in report.models)]),
        algorithm=random.choice((None, "GRPO", "GRPO with long agents", "PPO")),
        kl_coefficient=random.choice((None, 0.0, 0.001, 0.05)),
        learning_rate=random.choice((None, 1e-6, 2e-6)),
        rollouts=random.choice((None, 8, 16, 64)),
        max_response_tokens=random.choice((None, 32_000, 32_768)),
        steps=random.choice((None, 100, 2000)),
        rewards=tuple(random.sample(("accuracy", "format", "length penalty"), random.choice((0, 1, 2)))),
    )


def _report(place: int, random: Random, prose: _Prose, techniques: list[str]) -> Report:
    stem = prose.rare_word()
    date = datetime.date.fromordinal(FIRST_DAY + random.randrange(DAYS))
    models = _models(f"{stem.capitalize()}{place}", random)
    moe = any(model.active_parameters for model in models)
    trained = random.random() < 0.7
    known = random.random() < 0.6
    return Report(
        id=f"{stem}-{place}",
        name=f"{stem.capitalize()} {place}",
        title=f"{stem.capitalize()} {place}: {prose.sentence(3, 8)}",
        aliases=(f"{prose.rare_word()} {place}",) if random.random() < 0.2 else (),
        organizations=tuple(random.sample(ORGANIZATIONS, random.choice((1, 1, 1, 2)))),
        date=date,
        first_published=date - datetime.timedelta(random.randrange(200)) if random.random() < 0.5 else None,
        summary=prose.sentence(8, 16)[:180],
        tags=tuple(random.sample(TAGS, random.randint(1, 5))),
        license=random.choice(LICENSES) if random.random() < 0.6 else None,
        flagship=models[0].name if models and random.random() < 0.2 else None,
        based_on=(f"{prose.rare_word().capitalize()} 2",) if random.random() < 0.2 else (),
        techniques=tuple(dict.fromkeys(_some_techniques(random, techniques))),
        links=Links(arxiv=f"{date:%y%m}.{place % 100_000:05d}") if random.random() < 0.8 else Links(),
        models=models,
        architecture=Architecture(
            type=("moe" if moe else "dense") if random.random() < 0.8 else None,
            attention=tuple(random.sample(("GQA", "MLA", "MHA", "lightning attention"), random.randint(0, 2))),
            layers=random.randrange(12, 120) if known else None,
            experts_total=random.choice((8, 64, 128, 256)) if moe and known else None,
            position=random.choice(("RoPE", "ALiBi", None)),
        ),
        pretraining=Pretraining(
            tokens=random.randrange(1, 400) * 100_000_000_000 if known else None,
            stages=tuple(prose.sentence(2, 6) for _ in range(random.randint(0, 3))),
            optimizer=random.choice(("AdamW", "Muon", None, None)),
            gpu_hours=random.randrange(10_000, 5_000_000) if random.random() < 0.2 else None,
        ),
        posttraining=_posttraining(random, prose) if trained else Posttraining(),
        notes=tuple(_note(random, prose) for _ in range(random.randint(2, 14))),
        sources={"models": prose.sentence(2, 5)} if models and random.random() < 0.5 else {},
        confidence={"license": prose.sentence(3, 9)} if random.random() < 0.2 else {},
    )


def _some_techniques(random: Random, techniques: list[str]) -> Iterator[str]:
    for _ in range(random.randint(0, 10)):
        yield techniques[int(len(techniques) * random.random() ** 2)]


def _models(stem: str, random: Random) -> tuple[Model, ...]:
    count = random.choice((0, 1, 1, 1, 2, 3))
    moe = random.random() < 0.3
    sizes = sorted(set(random.choices(SIZES, SIZE_WEIGHTS, k=count)), reverse=True)
    return tuple(
        Model(
            name=f"{stem}-{size // 100_000_000 / 10:g}B",
            type="dense" if moe and size < 10**10 else None,
            parameters=size if random.random() < 0.9 else None,
            active_parameters=size // random.choice((5, 10, 20)) if moe and size > 10**10 else None,
            tokens=random.randrange(1, 40) * 10**12 if random.random() < 0.1 else None,
            context_length=random.choice(CONTEXTS) if random.random() < 0.7 else None,
        )
        for size in sizes
    )


def _posttraining(random: Random, prose: _Prose) -> Posttraining:
    family = random.choices(FAMILIES, FAMILY_WEIGHTS)[0] if random.random() < 0.85 else None
    return Posttraining(
        stages=tuple(random.sample(("SFT", "DPO", "RL", "distillation"), random.randint(0, 3))),
        sft_examples=random.randrange(1_000, 3_000_000) if random.random() < 0.4 else None,
        rl_algorithm=family and f"{family.upper()} {prose.word()}",
        rl_family=(family,) if family else (),
        kl_penalty=random.choice((True, False, False, None, None)) if family else None,
        rewards=tuple(prose.sentence(2, 5) for _ in range(random.randint(0, 2))),
        teachers=(f"{prose.rare_word().capitalize()} 3",) if random.random() < 0.3 else (),
        rl_framework=random.choice(("verl", "OpenRLHF", None, None)),
    )


def _note(random: Random, prose: _Prose) -> Note:
    return Note(
        topic=random.choice(TOPICS),
        text=prose.sentence(8, 30)[:280],
        detail=tuple(prose.sentence(4, 20)[:220] for _ in range(random.choice((0, 0, 0, 1, 2)))),
        origin=random.choice(("list", "report")),
    )


def write_catalogue(folder: Path, count: int, seed: int) -> None:
    """Write synthetic reports as TOML files into a folder, which is made where needed."""
    folder.mkdir(parents=True, exist_ok=True)
    for report in make_reports(count, seed):
        (folder / f"{report.id}.toml").write_text(plain_toml(report), encoding="utf-8")


def plain_toml(report: Report) -> str:
    """Return a report as TOML, quickly and without beauty: a JSON string is a TOML string too."""
    table: dict[str, Any] = to_record(report)
    del table["id"]
    dates = {key: table.pop(key) for key in ("date", "first_published")}
    lines = [f"{key} = {day}" for key, day in dates.items() if day]
    return "\n".join([*lines, *_table_lines(table, "")]) + "\n"


def _table_lines(table: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the lines of a table and of those in it."""
    inner = {key: value for key, value in table.items() if _is_table(value)}
    stated = {key: value for key, value in table.items() if key not in inner and value is not None and value != []}
    yield from (f"{json.dumps(key)} = {json.dumps(value, ensure_ascii=False)}" for key, value in stated.items())
    for key, value in inner.items():
        inner_path = f"{path}.{key}" if path else key
        for item in [value] if isinstance(value, Mapping) else value:
            yield f"[{inner_path}]" if isinstance(value, Mapping) else f"[[{inner_path}]]"
            yield from _table_lines(item, inner_path)


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, list) and bool(value) and isinstance(value[0], Mapping))
