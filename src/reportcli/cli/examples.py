"""Examples for the help of each command, the tour above the commands, and the pages that go deeper."""

from typing import NamedTuple


class Example(NamedTuple):
    """A command line that works when typed, and what it shows."""

    line: str
    shows: str


TOUR = (
    Example("reportcli list -n 10", "the ten newest reports"),
    Example("reportcli show DeepSeek-R1", "all that is known of one"),
    Example("reportcli search 'rl:grpo kl:no'", "GRPO without a KL penalty"),
    Example("reportcli compare Qwen3 dots.llm1", "two of them side by side"),
    Example("reportcli recipe DeepSeek-R1 'OLMo 2'", "the numbers of their RL runs"),
    Example("reportcli filter 2025-Q2", "what a period brought"),
)
EXAMPLES = {
    "list": (
        Example("reportcli list -n 10", "the ten newest"),
        Example("reportcli list --since 2025-06 --sort -params", "the largest since June 2025"),
        Example("reportcli list --models --where params:..4B", "every small model"),
        Example("reportcli list -c name,params,tokens -f latex", "a table for a paper"),
        Example("reportcli list -f csv --bom --excel > reports.csv", "for Excel"),
    ),
    "search": (
        Example("reportcli search GRPO", "a word, anywhere"),
        Example("reportcli search 'rl:grpo kl:no params:100B..'", "fields and ranges"),
        Example("reportcli search 'muon or lion' --since 2025", "either word, in a period"),
        Example("reportcli search long context --explain", "why each report is found"),
        Example("reportcli search GRPO | reportcli compare -", "compare what is found"),
    ),
    "filter": (
        Example("reportcli filter 2025-06", "a month"),
        Example("reportcli filter 2025-Q1..2025-Q2", "two quarters"),
        Example("reportcli filter last 90 days", "up to today"),
        Example("reportcli filter 2025 --where org:qwen", "of one organization"),
        Example("reportcli filter 2025-Q2 -f bibtex > q2.bib", "its bibliography"),
    ),
    "show": (
        Example("reportcli show Qwen3", "the whole page"),
        Example("reportcli show Qwen3 --section rl,architecture", "parts of it"),
        Example("reportcli show R1 --notes rewards", "notes on one topic"),
        Example("reportcli show dots.llm1 --sources", "where each figure is from"),
        Example("reportcli show Qwen3 --json | jq '.[0].models'", "for a program"),
    ),
    "compare": (
        Example("reportcli compare Qwen3 dots.llm1", "the flagships"),
        Example("reportcli compare Qwen3-8B Llama-3.1-8B", "single models"),
        Example("reportcli compare OLMo 'OLMo 2' --differences", "only what differs"),
        Example("reportcli compare Qwen3 --models -c params,context", "every model of a report"),
        Example("reportcli compare V3 R1 -c params,tokens -f latex", "a table for a paper"),
    ),
    "term": (
        Example("reportcli term GRPO", "what it is, and who uses it"),
        Example("reportcli term rotary", "by another of its names"),
        Example("reportcli term", "the whole vocabulary"),
    ),
    "count": (
        Example("reportcli count type", "dense, mixture of experts …"),
        Example("reportcli count technique grpo dpo ppo --by quarter", "over time"),
        Example("reportcli count params --where tag:reasoning", "of some reports"),
        Example("reportcli count kl_coefficient", "of a number, by value"),
    ),
    "recipe": (
        Example("reportcli recipe DeepSeek-R1 'OLMo 2'", "a column a run"),
        Example("reportcli recipe --where 'rl:grpo date:2025-07..'", "a row a run"),
        Example("reportcli recipe magistral -f trl", "a configuration for TRL"),
        Example("reportcli recipe r1 --stage reasoning -f verl", "one run, for verl"),
        Example("reportcli recipe magistral --sources", "where each number is from"),
    ),
    "disclosure": (
        Example("reportcli disclosure", "every figure of the recipe"),
        Example("reportcli disclosure --by year", "over time"),
        Example("reportcli disclosure gpu_hours tokens --by organization", "by organization"),
        Example("reportcli disclosure rollouts --where rl:grpo", "of some reports"),
    ),
    "timeline": (
        Example("reportcli timeline", "all of them"),
        Example("reportcli timeline --where tag:reasoning", "some of them"),
        Example("reportcli timeline --since 2025 -f svg > timeline.svg", "as a picture"),
    ),
    "plot": (
        Example("reportcli plot", "parameters and tokens"),
        Example("reportcli plot date flops", "training compute over time"),
        Example("reportcli plot params kv_cache --models", "every model"),
    ),
    "lineage": (
        Example("reportcli lineage DeepSeek-R1", "one report"),
        Example("reportcli lineage --where org:qwen", "a family"),
        Example("reportcli lineage Qwen3 -f mermaid", "for a document"),
    ),
    "add": (
        Example("reportcli add --arxiv 2505.09388", "from arXiv, in your editor"),
        Example("reportcli add --from entry.toml --no-edit", "in a script"),
        Example("reportcli add", "from a template"),
    ),
    "import": (
        Example("reportcli list -f json | reportcli import - --catalog copy", "a copy of the catalogue"),
        Example("reportcli import entries.jsonl --dry-run", "what would happen"),
        Example("reportcli import models.csv --map columns.toml", "a spreadsheet"),
        Example("reportcli import notable_ai_models.csv --update", "fill what is empty"),
        Example("reportcli import config.json --into Qwen3-32B", "sizes of a model"),
    ),
    "edit": (
        Example("reportcli edit qwen3", "in your editor"),
        Example("reportcli edit qwen3 --set kl=no --set tags+=math", "without one"),
        Example("reportcli edit Qwen3-4B --set context=128k", "a single model"),
        Example("EDITOR='code --wait' reportcli edit qwen3", "in another editor"),
        Example("reportcli edit qwen3 --catalog catalog", "in a clone"),
    ),
    "remove": (
        Example("reportcli remove toy-1b", "asks first"),
        Example("reportcli remove toy-1b --yes", "in a script"),
        Example("reportcli remove toy-1b --catalog catalog", "in a clone"),
    ),
    "check": (
        Example("reportcli check catalog", "a folder"),
        Example("reportcli check qwen3", "one entry"),
        Example("reportcli check entry.toml --fix", "correct the layout, too"),
        Example("reportcli check qwen3 --against config.json", "beside its configuration"),
        Example("reportcli check --format github", "annotations in CI"),
    ),
    "schema": (
        Example("reportcli schema > schema.json", "beside your entries"),
        Example("reportcli schema | jq '.properties | keys'", "the keys of an entry"),
        Example("reportcli schema | jq '.properties.date'", "what a key takes"),
    ),
    "fields": (
        Example("reportcli fields", "all of them"),
        Example("reportcli fields kl", "those with kl in a name"),
        Example("reportcli fields --json", "for a program"),
    ),
    "open": (
        Example("reportcli open Qwen3", "in the browser"),
        Example("reportcli open Qwen3 --link code", "its repository"),
        Example("reportcli open R1 --link pdf --print", "print the address"),
    ),
    "info": (
        Example("reportcli info", "for a bug report"),
        Example("reportcli info --json", "for a program"),
        Example("reportcli info --catalog catalog", "of other folders"),
    ),
    "help": (
        Example("reportcli help queries", "how to ask"),
        Example("reportcli help periods", "how to write dates"),
        Example("reportcli help compare", "a command"),
    ),
}
EXAMPLES["filter-by-date"] = EXAMPLES["filter"]
# The help pages that go deeper, of each command.
PAGES = {
    "list": ("queries", "periods", "formats"),
    "search": ("queries", "formats"),
    "filter": ("periods", "queries"),
    "compare": ("queries", "formats"),
    "count": ("queries", "periods"),
    "recipe": ("queries", "formats"),
    "disclosure": ("queries",),
    "timeline": ("queries", "periods"),
    "plot": ("queries",),
    "lineage": ("queries", "formats"),
    "show": ("formats",),
    "add": ("catalogue",),
    "edit": ("catalogue",),
    "import": ("mappings", "catalogue", "exit-codes"),
    "check": ("catalogue", "exit-codes"),
    "schema": ("catalogue",),
}
