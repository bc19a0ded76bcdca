"""Two reports, one that says much and one that says little, and answers about them, for tests of formats."""

import datetime
from dataclasses import replace

from makers import hits
from reportcli.answer import Answer
from reportcli.answer.comparison import compare_reports
from reportcli.answer.details import ReportDetails
from reportcli.answer.listing import Listing, parse_columns
from reportcli.query.names import ReportMatch
from reportcli.query.parser import parse_query
from reportcli.render import formats
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

RICH = Report(
    id="rich",
    number=7,
    name="Rich",
    title='A "quoted" title,\twith a tab\nand a line',
    aliases=("Ritch", "Reich"),
    organizations=("Ai2", "Über, Inc."),
    date=datetime.date(2025, 6, 18),
    first_published=datetime.date(2025, 6, 1),
    summary="Red \x1b[31malarm\x1b[0m, \u202eevil, 深度.",
    tags=("moe", "math"),
    license="MIT",
    flagship="Rich-8B",
    techniques=("grpo",),
    links=Links(arxiv="2506.00001", code=("https://example.org/a", "https://example.org/b")),
    models=(
        Model(name="Rich-8B", parameters=8_000_000_000, active_parameters=2_000_000_000, context_length=131_072),
        Model(name="Rich-1B", type="dense"),
    ),
    architecture=Architecture(type="moe", layers=0),
    pretraining=Pretraining(tokens=16_000_000_000_000),
    posttraining=Posttraining(rl_family=("grpo", "other"), kl_penalty=False),
    notes=(Note(topic="rl", text="No KL term.", detail=("Not at all.",)),),
    sources={"title": "page\t1"},
)
POOR = Report(
    id="poor",
    name="Poor",
    title="Little is known",
    organizations=("Nobody",),
    date=datetime.date(2024, 12, 1),
    summary="Nothing.",
    tags=(),
)
RUNS = replace(
    POOR,
    undisclosed=("pretraining.learning_rate", "posttraining.rl.steps", "models.parameters"),
    models=(Model(name="A"), Model(name="B", layers=32, kv_heads=8)),
    architecture=Architecture(
        attention_layers=(
            AttentionLayers(kind="full", layers=10, kv_heads=16, head_dimension=128),
            AttentionLayers(kind="window", layers=52, window=1024, cache_size=576),
        )
    ),
    posttraining=Posttraining(
        rl=(
            RLRun(stage="reasoning RL", kl_coefficient=0.0, rollouts=16, rewards=("accuracy", "format")),
            RLRun(learning_rate=1e-6, rollouts=8, clip_high=0.272, max_response_tokens=32_768),
        )
    ),
)


def listing(*columns: str) -> Listing:
    usual = ("id", "name", "date", "organizations", "params", "tokens")
    return Listing(hits(RICH, POOR, score=1 / 3), parse_columns(columns or usual))


SEARCH = Listing(hits(RICH, score=1 / 3), parse_columns(("id",)), query=parse_query('"kl term" kl:no'))
DETAILS = ReportDetails((ReportMatch(RICH), ReportMatch(POOR)), sources=True)
COMPARISON = compare_reports([ReportMatch(RICH), ReportMatch(RICH, RICH.models[1]), ReportMatch(POOR)])


def text(answer: Answer, name: str, header: bool | None = None) -> str:
    """Return the whole text of an answer in a format."""
    return "".join(formats.write(answer, name, header))
