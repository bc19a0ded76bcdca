"""The commands that read, as a person or a script calls them: answers, errors, exit codes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import CATALOG, Run
from makers import write

IDS_OF_JUNE = [
    "acereason-nemotron-1.1", "ring-lite", "gemini-2.5", "minimax-m1", "magistral", "dots.llm1", "openthoughts",
    "qwen3-embedding", "mimo-vl",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _index_made_once(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))


def test_a_listing_in_a_pipe_is_one_report_a_line(reportcli: Run) -> None:
    ended = reportcli("list")
    assert (ended.returncode, ended.stderr) == (0, "")
    lines = ended.stdout.splitlines()
    assert len(lines) == len(list(CATALOG.glob("*.toml")))
    [line] = [line for line in lines if line.startswith("dots.llm1\t")]
    assert line == "dots.llm1\tdots.llm1\t2025-06-06\trednote hilab\t142000000000\t14000000000\t11200000000000"


def test_a_header_names_the_columns_where_asked_for(cli: Run) -> None:
    names = "id\tname\tdate\torganizations\tparameters\tactive_parameters\ttokens"
    assert cli("list", "--header").stdout.splitlines()[0] == names
    assert cli("list", "--format", "csv").stdout.splitlines()[0] == names.replace("\t", ",")
    assert cli("list", "--format", "csv", "--no-header").stdout.startswith("acereason-nemotron-1.1,")


def test_columns_are_exactly_those_asked_for(cli: Run) -> None:
    ended = cli("list", "--columns", "license,id,architecture.layers,rl", "--where", "id:minimax-01")
    assert ended.stdout == "MiniMax Model License\tminimax-01\t80\tgrpo\n"


@pytest.mark.parametrize(
    "arguments", [("list",), ("search", "--explain", "grpo"), ("filter", "2025"), ("compare",)], ids=lambda one: one[0]
)
def test_the_list_of_fields_is_an_answer_itself(cli: Run, arguments: tuple[str, ...]) -> None:
    ended = cli(*arguments, "--columns", "help")
    assert ended.returncode == 0
    assert re.search(r"^pretraining.tokens\ttokens\tnumber\t\d+\tpre-training tokens$", ended.stdout, re.M)


def test_ids_of_a_search_feed_a_comparison(cli: Run) -> None:
    matches = cli("search", "rl:grpo kl:no").stdout
    ids = [line.split("\t")[0] for line in matches.splitlines()]
    compared = cli("compare", "-", "--header", stdin=matches)
    assert compared.stdout.splitlines()[0].split("\t") == ["field", *ids]


def test_a_reader_that_leaves_ends_the_program_silently() -> None:
    command = f"{sys.executable} -m reportcli list --json | head -1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("[\n0\n", "")


def test_md_is_short_for_markdown(cli: Run) -> None:
    assert cli("list", "-n", "1", "-f", "md").stdout == cli("list", "-n", "1", "-f", "markdown").stdout != ""


FAILURES = [
    ("show Qwne3", 2, ["no report named 'Qwne3'", "did you mean Qwen3?"]),
    ("show 2411.15124", 2, ["is ambiguous", "tulu-3, tulu-3-2025"]),
    ("show Llama-3.1-Tulu-3-8B", 2, ["tulu-3, tulu-3-2025"]),
    ("compare Qwen3", 2, ["compare needs two names", "`reportcli compare Qwen3 OTHER`"]),
    ("filter 2025-13", 2, ["2025-13 does not exist", "write 2025, 2025-06"]),
    ("filter 31/02/2025", 2, ["does not exist"]),
    ("list --since tomorrow", 2, ["is not a period"]),
    ("list --since 2025-06 --until 2025-05", 2, ["--since begins after --until ends"]),
    ("list --sort paramters", 2, ["unknown field 'paramters'", "parameters"]),
    ("list --columns nmae", 2, ["unknown field 'nmae'", "name"]),
    ("list --format xml", 2, ["does not support the format 'xml'", "tsv"]),
    ("list --json --format tsv", 2, ["contradict"]),
    ("list --color blue", 2, ["invalid value for --color: 'blue'", "auto, always, never"]),
    ("list --date-field number", 2, ["invalid value for --date-field: 'number'", "first_published"]),
    ("search kl:maybe", 2, ["invalid value for kl: maybe", "yes, no, unknown"]),
    ("search ''", 2, ["the query is empty"]),
    ("search '!kl'", 2, ["write not kl"]),
    ("search 'kl!=no'", 2, ["write not kl:no"]),
    ("search 'rl=grpo'", 2, ["write rl:grpo"]),
    ("show Qwen3 --notes weather", 2, ["unknown topic 'weather'", "release"]),
    ("show -", 2, ["no names on standard input", "one per line"]),
    ("term gpro", 2, ["no technique named 'gpro'", "grpo"]),
    ("term Qwen3", 2, ["no technique named 'Qwen3'\n  for the report, write `reportcli show Qwen3`"]),
    (
        "compare Qwen3 Clip-Higher",
        2,
        ["no report named 'Clip-Higher'\n  for the technique, write `"],
    ),
    ("show decoupled", 2, ["for the technique, write `reportcli term decoupled`"]),
    ("nonsense", 2, ["no command named 'nonsense'"]),
    ("list --sort", 2, ["'--sort' requires an argument", "try `reportcli list --help`"]),
    ("list --limit x", 2, ["--limit is a whole number", "write --limit 20"]),
    ("list --nonsense", 2, ["no such option: --nonsense", "try `reportcli list --help`"]),
    (
        "list qwen 3",
        2,
        ["unexpected arguments: qwen 3", "write `reportcli search qwen 3`, or try `reportcli list --help`"],
    ),
    ("list --org qwen -n 2", 2, ["no such option: --org\n  write --where org:qwen, or try `reportcli list --help`"]),
    ("count rl --organisation=qwen", 2, ["write --where organisation:qwen, or try"]),
    ("search grpo --year 2025", 2, ["write year:2025, or try `reportcli search --help`"]),
    ("list --sotr name", 2, ["no such option: --sotr\n  did you mean --sort?\n"]),
    ("add --form x", 2, ["did you mean --format or --from?"]),
    ("list --langth 3", 2, ["no such option: --langth\n  try `reportcli list --help`\n"]),
    ("list --sort tokens --desc", 2, ["write --sort -tokens, or try"]),
    ("plot gpu hours params", 2, ["write `reportcli plot gpu_hours params`"]),
    ("list --sort tokens desc", 2, ["write --sort -tokens, or try"]),
    ("list --sort gpu hours", 2, ["write `reportcli list --sort gpu_hours`"]),
    ("plot params tokens x", 2, ["unexpected argument: x", "try `reportcli plot --help`"]),
    ("plot params context length tokens", 2, ["unexpected arguments: length tokens\n  try `reportcli plot --help`"]),
    ("list '$(id)'", 2, ["write `reportcli search '$(id)'`, or try"]),
    ("list ''", 2, ["unexpected argument: \n  try `reportcli list --help`"]),
    ("list --models=1", 2, ["'--models' does not take a value\n  try `reportcli list --help`"]),
    ("recipe --stage", 2, ["'--stage' requires an argument\n  try `reportcli recipe --help`"]),
    ("show", 2, ["missing argument", "try `reportcli show --help`"]),
    ("--color", 2, ["'--color' requires an argument", "try `reportcli --help`"]),
    ("--nonsense", 2, ["no such option", "try `reportcli --help`"]),
    ("list --catalog /nowhere/at/all", 3, ["cannot read the catalogue folder /nowhere/at/all"]),
    ("search xylophone", 1, ["nothing found"]),
    ("filter 1999", 1, ["nothing found"]),
    ("show Qwen3 --notes safety", 1, ["nothing found"]),
    (
        "show tulu-3 --section pretraining",
        1,
        ["note: Tülu 3 has nothing on pretraining; it has links, models, ", "nothing found"],
    ),
]


@pytest.mark.parametrize(("command", "code", "messages"), FAILURES, ids=[command for command, _, _ in FAILURES])
def test_a_request_that_fails_says_why(cli: Run, command: str, code: int, messages: list[str]) -> None:
    ended = cli(*(word.strip("'") for word in re.findall(r"'.*'|\S+", command)))
    assert (ended.returncode, ended.stdout) == (code, "")
    for message in messages:
        assert message in ended.stderr


ERRORS_IN_JSON = [
    ("show Qwne3 --json", 2, ["Qwen3"]),
    ("show 2411.15124 -f jsonl", 2, ["tulu-3", "tulu-3-2025"]),
    ("list --sort paramters --format=json", 2, ["parameters"]),
    ("search rl:grpoo -fjson", 2, ["grpo"]),
    ("search date:2025/13 -qf json", 2, []),
    ("search params:10,5B --json", 2, ["params:10.5B"]),
    ("list --org qwen --json", 2, ["--where org:qwen"]),
    ("list qwen -f tsv -f json", 2, ["reportcli search qwen"]),
    ("list --sotr name --json", 2, ["--sort"]),
    ("lst --json", 2, ["list", "plot"]),
    ("show --json", 2, []),
    ("list --json --catalog /nowhere", 3, []),
]


@pytest.mark.parametrize(("command", "code", "meant"), ERRORS_IN_JSON, ids=[case[0] for case in ERRORS_IN_JSON])
def test_where_json_is_asked_for_an_error_ends_with_json(cli: Run, command: str, code: int, meant: list[str]) -> None:
    ended = cli(*command.split())
    *text, last = ended.stderr.splitlines()
    error = json.loads(last)["error"]
    assert list(error) == ["message", "hint", "did_you_mean", "exit_code"]
    assert (ended.returncode, ended.stdout) == (error["exit_code"], "") == (code, "")
    assert "\n".join(text) == "\n  ".join(filter(None, (f"error: {error['message']}", error["hint"])))
    assert error["did_you_mean"][: len(meant)] == meant
    assert meant or not error["did_you_mean"]


def test_nothing_else_ends_with_json(cli: Run) -> None:
    for command in ("show Qwne3", "show Qwne3 -f json -f tsv", "show -- Qwne3 --json", "search xylophone --json"):
        assert '{"error"' not in cli(*command.split()).stderr


def test_quiet_suppresses_notes_wherever_it_stands(cli: Run) -> None:
    assert cli("search", "rl:grpo kl:no").stderr == "note: 18 more reports don't record this\n"
    assert cli("search", "rl:grpo kl:no", "-q").stderr == ""
    assert cli("-q", "search", "rl:grpo kl:no").stderr == ""


def test_a_typo_is_corrected_and_reported(cli: Run) -> None:
    typo, right = cli("search", "GPRO"), cli("search", "GRPO")
    assert typo.stdout == right.stdout
    assert typo.stderr == "note: no match for 'gpro'; showing results for 'grpo'\n"
    exact = cli("search", "GPRO", "--exact")
    assert (exact.returncode, exact.stdout, exact.stderr) == (
        1, "", 'note: understood as: "gpro"\nnothing found\n'
    )  # fmt: skip


def test_a_technique_is_found_under_its_spelled_out_name(cli: Run) -> None:
    by_id = cli("search", "technique:grpo", "--format", "names").stdout.split()
    assert len(by_id) == 12
    assert set(by_id) <= set(cli("search", "group relative policy optimization", "--format", "names").stdout.split())


def test_a_month_holds_its_reports_newest_first(cli: Run) -> None:
    for command in (
        ("filter", "2025-06"),
        ("filter-by-date", "2025-06"),
        ("list", "--since", "2025-06", "--until", "2025-06-18"),
    ):
        assert cli(*command, "--format", "names").stdout.splitlines() == IDS_OF_JUNE


def test_the_other_date_can_be_asked(cli: Run) -> None:
    ended = cli("filter", "2024-02", "--date-field", "first_published", "--format", "names")
    assert ended.stdout == "olmo\n"


def test_a_report_is_shown_whole_whichever_of_its_models_is_meant(cli: Run) -> None:
    (report,), (model,) = (json.loads(cli("show", name, "--json").stdout) for name in ("Qwen3", "Qwen3-32B"))
    assert model["derived"]["parameters"] == 32_000_000_000
    assert report.pop("derived") != model.pop("derived")
    assert report == model


# Catalogues of one's own.


def test_an_unreadable_file_is_named_and_hides_no_other(cli: Run, tmp_path: Path) -> None:
    write(tmp_path, "good", "A")
    (tmp_path / "broken.toml").write_text('name = "B"\ntitle = \n')
    wrong = write(tmp_path, "wrong", "A")
    wrong.write_text(wrong.read_text().replace('["Someone"]', "7"))
    ended = cli("list", "--format", "names", "--catalog", str(tmp_path))
    assert ended.stdout == "good\n"
    assert ended.stderr.splitlines() == [
        f"warning: {tmp_path}/broken.toml:2: not TOML: invalid value; strings must be quoted (skipped)",
        f"warning: {tmp_path}/wrong.toml:3: organizations: expected a list of strings, got 7 (skipped)",
    ]
    named = cli("show", "Broken", "--catalog", str(tmp_path))
    assert (named.returncode, named.stdout) == (3, "")
    assert f"{tmp_path}/broken.toml:2" in named.stderr


def test_what_cannot_be_read_is_said_before_a_name_or_value_is_unknown(cli: Run, tmp_path: Path) -> None:
    write(tmp_path, "good", "A")
    (tmp_path / "vocabulary").mkdir()
    (tmp_path / "vocabulary" / "techniques.toml").write_text("= =")
    for arguments in (("search", "technique:grpo"), ("show", "B")):
        ended = cli(*arguments, "--catalog", str(tmp_path))
        assert (ended.returncode, ended.stdout) == (2, "")
        warning, error, *_ = ended.stderr.splitlines()
        assert warning.startswith(f"warning: {tmp_path}/vocabulary/techniques.toml:1: ")
        assert error.startswith("error: ")
        assert cli("-q", *arguments, "--catalog", str(tmp_path)).stderr.startswith("error: ")


def test_a_file_name_that_a_terminal_would_obey_is_escaped_on_one_line(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "a\nerror: \x1b[2J\u202e b.toml").write_text("= =")
    ended = cli("list", "--catalog", str(tmp_path))
    name = r"a\x0aerror: \x1b[2J\x202e b.toml"
    assert (
        ended.stderr
        == f"warning: {tmp_path}/{name}: the file name contains unprintable characters (skipped)\nnothing found\n"
    )


def test_no_text_of_an_entry_looks_like_a_line_of_ours(cli: Run, tmp_path: Path) -> None:
    write(tmp_path, "x", "Xylo\\nerror: phone\\u001b[2J", '[links]\npage = ["gopher://a\\nerror: b"]\n')
    name = r"Xylo error: phone\x1b[2J"
    for arguments, message in [
        (("open", "x", "--link", "code"), f"error: {name} has no code link\n  available: page\n"),
        (("open", "x"), f"error: {name} has a link that is not a web address: gopher://a error: b\n"),
        (("show", "xyloerror phonf2J"), f"error: no report named 'xyloerror phonf2J'\n  did you mean {name}?\n"),
    ]:
        assert cli(*arguments, "--catalog", str(tmp_path)).stderr == message


# Techniques.


def test_a_term_gives_the_reports_that_use_it_oldest_first(cli: Run) -> None:
    ended = cli("term", "group", "relative", "policy", "optimization")
    lines = ended.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("deepseek-v3\t2024-12-16", "acereason-nemotron-1.1\t2025-06-18")
    assert len(lines) == 12
    (record,) = json.loads(cli("term", "GRPO", "--json").stdout)
    assert record["reference"] == "2402.03300"
    assert record["reports"][0] == {"id": "deepseek-v3", "date": "2024-12-16", "runs": []}


def test_the_vocabulary_counts_the_reports_of_each_technique(cli: Run) -> None:
    lines = cli("term").stdout.splitlines()
    assert len(lines) == 190
    assert "grpo\tGRPO\trl\t12" in lines


def test_an_explanation_adds_up_to_the_score(cli: Run) -> None:
    ended = cli("search", "GRPO", "--explain", "--limit", "3")
    assert ended.stderr.splitlines()[0] == "note: understood as: grpo"
    weights: dict[tuple[str, str], set[float]] = {}
    for line in ended.stdout.splitlines():
        report_id, score, _, weight, _ = line.split("\t")
        weights.setdefault((report_id, score), set()).add(float(weight))
    assert len(weights) == 3
    for (_, score), each in weights.items():
        assert sum(each) == float(score)


# Comparisons.


def header_of(cli: Run, *arguments: str) -> list[str]:
    return cli("compare", *arguments, "--header").stdout.splitlines()[0].split("\t")


def test_a_query_chooses_what_is_compared(cli: Run) -> None:
    assert header_of(cli, "Qwen3", "--where", "org:xiaomi") == ["field", "qwen3", "mimo-vl", "mimo"]
    assert len(header_of(cli, "--since", "2025-06-16")) == 5


def test_a_comparison_can_leave_out_what_does_not_differ(cli: Run) -> None:
    whole = {row["field"]: row["differs"] for row in json.loads(cli("compare", "Qwen3", "dots.llm1", "--json").stdout)}
    ended = cli("compare", "Qwen3", "dots.llm1", "--differences", "--json")
    assert [row["field"] for row in json.loads(ended.stdout)] == [field for field in whole if whole[field] is not False]
    assert f"note: {sum(differs is False for differs in whole.values())} identical rows hidden\n" in ended.stderr


def test_all_models_of_reports_are_lined_up(cli: Run) -> None:
    header, *rows = cli("compare", "llama-3", "Qwen3-8B", "--models", "--header").stdout.splitlines()
    assert header.split("\t") == ["field", "Llama 3.1 405B", "Llama 3.1 70B", "Llama 3.1 8B", "Qwen3-8B"]
    assert "derived.parameters\t405000000000\t70000000000\t8000000000\t8000000000" in rows


def test_one_report_has_models_to_compare_even_where_it_is_named_like_one_of_them(cli: Run) -> None:
    assert header_of(cli, "olmo", "--models") == ["field", "OLMo-7B", "OLMo-7B-Twin-2T", "OLMo-1B"]
    assert cli("compare", "olmo").returncode == 2
    assert {"DeepSeek-R1", "DeepSeek-R1-Distill-Qwen-7B"} <= set(header_of(cli, "DeepSeek-R1", "--models"))


def test_names_are_neither_narrowed_nor_sorted_nor_limited(cli: Run) -> None:
    for options in (("--limit", "1"), ("--sort", "date"), ("--since", "2025")):
        ended = cli("compare", "Qwen3", "dots.llm1", *options)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "these options require --where" in ended.stderr


def test_what_is_compared_is_sorted_and_limited_like_a_list(cli: Run) -> None:
    ended = cli("compare", "--where", "org:qwen", "--sort", "-date", "--limit", "2", "--columns", "name,kl,layers")
    assert ended.stdout == "name\tQwen3 Embedding\tQwen3\nposttraining.kl_penalty\t\t\narchitecture.layers\t36\t94\n"
    assert "note: 2 of " in ended.stderr


# No option is dropped.


def test_all_of_several_conditions_hold_of_one_model(cli: Run) -> None:
    assert (
        cli("list", "--where", "org:deepseek", "--where", "type:moe", "-f", "names").stdout
        == "deepseek-r1\ndeepseek-v3\n"
    )
    assert cli("list", "--where", "params:..2B", "--where", "context:128k").returncode == 1
    assert cli("count", "type", "--where", "org:deepseek", "--where", "kl:yes").stdout.startswith("moe\t")


def test_short_options_are_the_long_ones(cli: Run) -> None:
    short = cli("list", "-n", "2", "-c", "name,params", "-s", "-params", "-w", "60", "-f", "table")
    long = cli("list", "--limit", "2", "--columns", "name,params", "--sort", "-params", "--width", "60", "-f", "table")
    assert vars(short) | {"args": ()} == vars(long) | {"args": ()}


def test_a_limit_of_nothing_is_refused(cli: Run) -> None:
    ended = cli("search", "rl:grpo", "--limit", "0")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith("write --limit 20\n")


def test_the_names_of_commands_elsewhere_lead_to_ours(cli: Run) -> None:
    for typed, meant in (
        ("find", "search"),
        ("ls", "list"),
        ("DIFF", "compare"),
        ("tree", "lineage"),
        ("shwo", "show"),
    ):
        ended = cli(typed, "qwen3")
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr == f"error: no command named {typed!r}\n  did you mean {meant}?\n"


def test_names_without_end_are_refused(cli: Run) -> None:
    ended = cli("compare", "-", stdin="qwen3\n" * 10_000)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: more than 10,000 names on standard input\n")


def test_an_output_file_is_written_by_the_shell(cli: Run) -> None:
    for option in ("-o", "--output"):
        ended = cli("list", option, "x.csv")
        assert (ended.returncode, ended.stderr.splitlines()[-1]) == (2, "  write > FILE after the command")
