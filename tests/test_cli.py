"""The program as a person or a script meets it: streams, exit codes, terminals, pipes."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from conftest import Run
from makers import write
from terminal import on_terminal

IDS_OF_JUNE = [
    "acereason-nemotron-1.1", "ring-lite", "gemini-2.5", "minimax-m1", "magistral", "dots.llm1", "openthoughts",
    "qwen3-embedding", "mimo-vl",
]  # fmt: skip


def test_a_listing_in_a_pipe_is_one_report_a_line(reportcli: Run) -> None:
    ended = reportcli("list")
    assert ended.returncode == 0
    assert ended.stderr == ""
    lines = ended.stdout.splitlines()
    assert len(lines) == 36
    assert lines[5] == "dots.llm1\tdots.llm1\t2025-06-06\trednote hilab\t142000000000\t14000000000\t11200000000000"


def test_a_header_names_the_columns_where_asked_for(reportcli: Run) -> None:
    names = "id\tname\tdate\torganizations\tparameters\tactive_parameters\ttokens"
    assert reportcli("list", "--header").stdout.splitlines()[0] == names
    assert reportcli("list", "--format", "csv").stdout.splitlines()[0] == names.replace("\t", ",")
    assert reportcli("list", "--format", "csv", "--no-header").stdout.startswith("acereason-nemotron-1.1,")


def test_columns_are_exactly_those_asked_for(reportcli: Run) -> None:
    ended = reportcli("list", "--columns", "license,id,architecture.layers,rl", "--where", "id:minimax-01")
    assert ended.stdout == "MiniMax Model License\tminimax-01\t80\tgrpo\n"


def test_the_list_of_fields_is_an_answer_itself(reportcli: Run) -> None:
    ended = reportcli("list", "--columns", "help")
    assert ended.returncode == 0
    assert "pretraining.tokens\tnumber\ttokens\tpre-training tokens\n" in ended.stdout


@pytest.mark.parametrize("arguments", [("list",), ("search", "GRPO"), ("filter", "2025-06"), ("show", "Qwen3")])
def test_json_is_an_array_of_whole_records(reportcli: Run, arguments: tuple[str, ...]) -> None:
    records = json.loads(reportcli(*arguments, "--json").stdout)
    assert records
    for record in records:
        assert {"id", "number", "flagship", "links", "models", "sources", "derived"} <= set(record)
        assert set(record["derived"]) >= {"parameters", "training_flops"}
        assert ("score" in record) is (arguments[0] == "search")


def test_a_record_a_line_is_the_same_record(reportcli: Run) -> None:
    lines = reportcli("list", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(reportcli("list", "--json").stdout)


def test_ids_of_a_search_feed_a_comparison(reportcli: Run) -> None:
    found = reportcli("search", "rl:grpo kl:no")
    ids = [line.split("\t")[0] for line in found.stdout.splitlines()]
    compared = reportcli("compare", "-", "--header", stdin=found.stdout)
    assert compared.stdout.splitlines()[0].split("\t") == ["field", *ids]


def test_a_reader_that_leaves_ends_the_program_silently() -> None:
    command = f"{sys.executable} -m reportcli list --json | head -1; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stdout == "[\n0\n"
    assert ended.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "Qwne3"), 2, ["no report is called 'Qwne3'", "did you mean Qwen3?"]),
        (("show", "2411.15124"), 2, ["fits several reports", "tulu-3, tulu-3-2025"]),
        (("show", "Llama-3.1-Tulu-3-8B"), 2, ["tulu-3, tulu-3-2025"]),
        (("compare", "Qwen3"), 2, ["compare needs two names"]),
        (("filter", "2025-13"), 2, ["2025-13 does not exist", "write 2025, 2025-06"]),
        (("filter", "31/02/2025"), 2, ["does not exist"]),
        (("list", "--since", "yesterday"), 2, ["is not a period"]),
        (("list", "--since", "2025-06", "--until", "2025-05"), 2, ["--since begins after --until ends"]),
        (("list", "--sort", "paramters"), 2, ["unknown field 'paramters'", "parameters"]),
        (("list", "--columns", "nmae"), 2, ["unknown field 'nmae'", "name"]),
        (("list", "--format", "xml"), 2, ["does not support the format 'xml'", "tsv"]),
        (("list", "--json", "--format", "tsv"), 2, ["contradict"]),
        (("list", "--color", "blue"), 2, ["auto, always or never"]),
        (("list", "--date-field", "number"), 2, ["first_published"]),
        (("search", "kl:maybe"), 2, ["invalid value for kl: maybe", "yes, no, unknown"]),
        (("search", ""), 2, ["the query is empty"]),
        (("show", "Qwen3", "--notes", "weather"), 2, ["unknown topic 'weather'", "release"]),
        (("nonsense",), 2, ["no command is called 'nonsense'"]),
        (("list", "--catalog", "/nowhere/at/all"), 3, ["cannot read the catalogue folder /nowhere/at/all"]),
        (("search", "xylophone"), 1, ["nothing found"]),
        (("filter", "last", "90", "days"), 1, ["nothing found"]),
    ],
)  # fmt: skip
def test_a_request_that_fails_says_why(reportcli: Run, arguments: tuple[str, ...], code: int, said: list[str]) -> None:
    ended = reportcli(*arguments)
    assert ended.returncode == code
    assert ended.stdout == ""
    for words in said:
        assert words in ended.stderr
    assert "Traceback" not in ended.stderr


def test_quiet_silences_notes_wherever_it_stands(reportcli: Run) -> None:
    assert reportcli("search", "rl:grpo kl:no").stderr == "note: 18 more reports do not say\n"
    assert reportcli("search", "rl:grpo kl:no", "-q").stderr == ""
    assert reportcli("-q", "search", "rl:grpo kl:no").stderr == ""


def test_a_slip_in_a_word_is_forgiven_and_said(reportcli: Run) -> None:
    slip, right = reportcli("search", "GPRO"), reportcli("search", "GRPO")
    assert slip.stdout == right.stdout
    assert slip.stderr == "note: no report says 'gpro', searched 'grpo' instead\n"
    exact = reportcli("search", "GPRO", "--exact")
    assert (exact.returncode, exact.stdout, exact.stderr) == (1, "", "nothing found\n")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("tulu", ["tulu-3", "tulu-3-2025"]),
        ("dots.llm1", ["dots.llm1"]),
        ("qwen2", ["qwen2.5-omni", "qwen2.5-vl"]),
    ],
)  # fmt: skip
def test_a_search_finds_what_a_reader_means(reportcli: Run, query: str, expected: list[str]) -> None:
    found = reportcli("search", query, "--format", "names").stdout.splitlines()
    assert found[: len(expected)] == expected


def test_a_technique_is_found_under_its_spelled_out_name(reportcli: Run) -> None:
    by_id = reportcli("search", "technique:grpo", "--format", "names").stdout.splitlines()
    spelled = reportcli("search", "group relative policy optimization", "--format", "names").stdout.splitlines()
    assert len(by_id) == 12
    assert set(by_id) <= set(spelled)


@pytest.mark.parametrize("command", ["filter", "filter-by-date"])
def test_a_month_holds_its_reports_newest_first(reportcli: Run, command: str) -> None:
    assert reportcli(command, "2025-06", "--format", "names").stdout.splitlines() == IDS_OF_JUNE


def test_since_and_until_include_their_ends(reportcli: Run) -> None:
    wanted = reportcli("list", "--since", "2025-06", "--until", "2025-06-18", "--format", "names")
    assert wanted.stdout.splitlines() == IDS_OF_JUNE


def test_the_other_date_can_be_asked(reportcli: Run) -> None:
    named = reportcli("filter", "2024-02", "--date-field", "first_published", "--format", "names")
    assert named.stdout == "olmo\n"


def test_sorting_puts_unknown_values_last_in_both_directions(reportcli: Run) -> None:
    down = reportcli("list", "--sort", "-parameters", "--columns", "id,parameters").stdout.splitlines()
    up = reportcli("list", "--sort", "parameters", "--columns", "id,parameters").stdout.splitlines()
    assert down[0] == "deepseek-r1\t671000000000"
    assert up[0] == "phi-4-mini\t3800000000"
    assert down[-1].endswith("\t")
    assert up[-1].endswith("\t")


def test_a_model_speaks_where_its_name_is_meant(reportcli: Run) -> None:
    assert "phi-4-mini\tderived.parameters\t3800000000\n" in reportcli("show", "Phi-4-Mini").stdout
    compared = dict(line.split("\t", 1) for line in reportcli("compare", "Qwen3-32B", "dots.llm1").stdout.splitlines())
    assert compared["architecture.type"] == "dense\tmoe"
    assert compared["derived.parameters"] == "32000000000\t142000000000"
    assert compared["pretraining.tokens"] == "36000000000000\t11200000000000"
    assert compared["architecture.layers"] == "\t62"
    assert compared["architecture.experts_total"] == "\t128"


def test_an_unreadable_file_is_named_and_hides_no_other(reportcli: Run, tmp_path: Path) -> None:
    good = 'name = "A"\ntitle = "A"\norganizations = ["O"]\ndate = 2025-01-01\nsummary = "S"\ntags = ["data"]\n'
    (tmp_path / "good.toml").write_text(good)
    (tmp_path / "broken.toml").write_text('name = "B"\ntitle = \n')
    (tmp_path / "wrong.toml").write_text(good.replace('["O"]', "7"))
    ended = reportcli("list", "--format", "names", "--catalog", str(tmp_path))
    assert ended.stdout == "good\n"
    assert ended.stderr.splitlines() == [
        f"warning: {tmp_path}/broken.toml:2: not TOML: invalid value; strings must be quoted (skipped)",
        f"warning: {tmp_path}/wrong.toml:3: organizations: expected a list of strings, got 7 (skipped)",
    ]


def test_a_name_that_a_terminal_would_obey_is_spelled_out_on_one_line(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "a\nerror: \x1b[2J\u202e b.toml").write_text("= =")
    ended = reportcli("list", "--catalog", str(tmp_path))
    name = r"a\x0aerror: \x1b[2J\x202e b.toml"
    assert (
        ended.stderr
        == f"warning: {tmp_path}/{name}: the file name contains unprintable characters (skipped)\nnothing found\n"
    )


def test_no_text_of_an_entry_looks_like_a_line_of_ours(reportcli: Run, tmp_path: Path) -> None:
    write(tmp_path, "x", "Xylo\\nerror: phone\\u001b[2J", '[links]\npage = ["gopher://a\\nerror: b"]\n')
    name = r"Xylo error: phone\x1b[2J"
    for arguments, said in [
        (("open", "x", "--link", "code"), f"error: {name} has no code link\n  available: page\n"),
        (("open", "x"), f"error: {name} has a link that is not a web address: gopher://a error: b\n"),
        (("show", "xyloerror phonf2J"), f"error: no report is called 'xyloerror phonf2J'\n  did you mean {name}?\n"),
    ]:
        assert reportcli(*arguments, "--catalog", str(tmp_path)).stderr == said


def test_the_variable_replaces_the_catalogue(reportcli: Run, tmp_path: Path) -> None:
    good = 'name = "A"\ntitle = "A"\norganizations = ["O"]\ndate = 2025-01-01\nsummary = "S"\ntags = ["data"]\n'
    (tmp_path / "one.toml").write_text(good)
    assert reportcli("list", "--format", "names", REPORTCLI_CATALOG=str(tmp_path)).stdout == "one\n"


def test_help_and_version_need_no_catalogue(reportcli: Run) -> None:
    for arguments in (("--help",), ("-h",), (), ("list", "-h"), ("search", "--help")):
        ended = reportcli(*arguments, REPORTCLI_CATALOG="/nowhere")
        assert ended.returncode == 0
        assert ended.stdout.startswith("Usage: reportcli")
    assert re.fullmatch(r"reportcli \d+\.\d+\.\d+\n", reportcli("--version", REPORTCLI_CATALOG="/nowhere").stdout)


def test_help_is_the_same_text_on_a_terminal_with_what_can_be_typed_in_bold(reportcli: Run) -> None:
    for arguments in ("", "compare -h"):
        shown, _ = on_terminal(f"reportcli {arguments}", columns=80, lines=60, NO_COLOR="")
        assert "\x1b[1mUsage:\x1b[0m reportcli" in shown
        assert "  \x1b[1m-h, --help\x1b[0m " in shown
        assert re.sub(r"\x1b\[[01]m", "", shown) == reportcli(*arguments.split()).stdout
    assert "\x1b" not in on_terminal("reportcli", columns=80, lines=60, NO_COLOR="1")[0]


def test_every_example_in_the_help_works(reportcli: Run) -> None:
    for command in ("list", "search", "filter", "show", "term", "compare"):
        example = re.search(r"Example: reportcli (.*)", reportcli(command, "--help").stdout)
        assert example, command
        assert reportcli(*example[1].split()).returncode == 0


def test_a_term_gives_the_reports_that_use_it_oldest_first(reportcli: Run) -> None:
    ended = reportcli("term", "group", "relative", "policy", "optimization")
    lines = ended.stdout.splitlines()
    assert lines[0] == "deepseek-v3\t2024-12-16"
    assert lines[-1] == "acereason-nemotron-1.1\t2025-06-18"
    assert len(lines) == 12
    (record,) = json.loads(reportcli("term", "GRPO", "--json").stdout)
    assert record["reference"] == "2402.03300"
    assert record["reports"][0] == {"id": "deepseek-v3", "date": "2024-12-16"}


def test_the_vocabulary_counts_the_reports_of_each_technique(reportcli: Run) -> None:
    lines = reportcli("term").stdout.splitlines()
    assert len(lines) == 190
    assert "grpo\tGRPO\trl\t12" in lines


def test_an_unknown_technique_gets_the_nearest(reportcli: Run) -> None:
    ended = reportcli("term", "gpro")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "no technique is called 'gpro'" in ended.stderr
    assert "grpo" in ended.stderr


def test_an_explanation_adds_up_to_the_score(reportcli: Run) -> None:
    ended = reportcli("search", "GRPO", "--explain", "--limit", "3")
    assert ended.stderr.splitlines()[0] == "note: understood as: grpo"
    weights: dict[tuple[str, str], set[float]] = {}
    for line in ended.stdout.splitlines():
        id, score, _, weight, _ = line.split("\t")
        weights.setdefault((id, score), set()).add(float(weight))
    assert len(weights) == 3
    for (_, score), each in weights.items():
        assert sum(each) == float(score)


def test_a_query_chooses_what_is_compared(reportcli: Run) -> None:
    header = reportcli("compare", "Qwen3", "--where", "org:xiaomi", "--header").stdout.splitlines()[0]
    assert header == "field\tqwen3\tmimo-vl\tmimo"


@pytest.mark.parametrize(
    ("arguments", "spelled"),
    [
        ("list", "Tulu 3"),
        ("show tulu-3", "Tulu 3"),
        ("list --json", r'"T\u00fclu 3"'),
        ("list -f table -q", "Tulu 3"),
        ("show tulu-3 -f svg", "T&#252;lu"),
    ],
)
@pytest.mark.parametrize("encoding", ["ascii", "ascii:strict"])
def test_an_encoding_that_lacks_letters_gets_the_nearest_ones(
    reportcli: Run, arguments: str, spelled: str, encoding: str
) -> None:
    ended = reportcli(*arguments.split(), PYTHONIOENCODING=encoding)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert spelled in ended.stdout


def test_the_user_may_say_what_becomes_of_a_letter_that_the_encoding_lacks(reportcli: Run) -> None:
    assert r"T\xfclu 3" in reportcli("list", PYTHONIOENCODING="ascii:backslashreplace").stdout


def test_a_frame_stays_straight_in_ascii(reportcli: Run) -> None:
    usual = reportcli("list", "-f", "table").stdout.splitlines()
    plain = reportcli("list", "-f", "table", PYTHONIOENCODING="ascii").stdout.splitlines()
    assert "─" in usual[1]
    assert [len(line) for line in plain] == [len(line) for line in usual]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("list >/dev/full", 3, "I/O error: No space left"),
        ("list >&-", 0, ""),
        ("show xyzzy >&-", 2, "no report is called"),
        ("show - <&-", 2, "no names on standard input"),
        ("list --limit 1 2>&-", 0, ""),
        ("list --limit 1 2>/dev/full", 0, ""),
        ("show xyzzy 2>/dev/full", 2, ""),
        (r"show $'\xff'", 2, "no report is called '?'"),
        ("search '!kl'", 2, "write not kl"),
        ("search 'kl!=no'", 2, "write not kl:no"),
        ("search 'rl=grpo'", 2, "write rl:grpo"),
    ],
)
def test_odd_streams_and_foreign_signs_end_in_a_sentence(command: str, code: int, said: str) -> None:
    ended = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m reportcli {command}"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == code
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


SCREENS = [
    "list", "search GRPO", "filter 2025-06", "show Qwen3", "show DeepSeek-R1 --sources", "compare Qwen3 dots.llm1",
    "compare Qwen3 dots.llm1 DeepSeek-V3 'AceReason-Nemotron 1.1'", "list --columns help",
    "term", "term GRPO", "search 'rl:grpo kl:no'", "search GRPO --explain",
]  # fmt: skip


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize("command", SCREENS)
def test_nothing_is_wider_than_the_screen(command: str, columns: int) -> None:
    written, code = on_terminal(f"reportcli {command}", columns)
    assert code == 0
    plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", written)
    assert "\x1b" not in plain
    assert max(cell_len(line) for line in plain.splitlines()) <= columns


@pytest.mark.parametrize(
    ("environment", "option", "coloured"),
    [
        ({}, "", True),
        ({"NO_COLOR": "1"}, "", False),
        ({"NO_COLOR": ""}, "", True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, "", False),
        ({"NO_COLOR": "1"}, "--color always", True),
        ({"TERM": "dumb"}, "", False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, "", True),
        ({}, "--color never", False),
        ({}, "| cat", False),
        ({"FORCE_COLOR": "1"}, "| cat", False),
    ],
)  # fmt: skip
def test_colour_follows_option_then_variables_then_terminal(
    environment: dict[str, str], option: str, coloured: bool
) -> None:
    written, _ = on_terminal(f"reportcli list {option}", **environment)
    assert ("\x1b[" in written) is coloured


def test_colour_in_a_pipe_never_makes_a_table(reportcli: Run) -> None:
    assert reportcli("list", FORCE_COLOR="1").stdout == reportcli("list").stdout


def test_a_comparison_can_leave_out_what_does_not_differ(reportcli: Run) -> None:
    whole = {
        row["field"]: row["differs"] for row in json.loads(reportcli("compare", "Qwen3", "phi-4", "--json").stdout)
    }
    ended = reportcli("compare", "Qwen3", "phi-4", "--differences", "--json")
    assert [row["field"] for row in json.loads(ended.stdout)] == [field for field in whole if whole[field]]
    assert (
        f"note: left out: {len([each for each in whole.values() if not each])} rows without a difference"
        in ended.stderr
    )


def test_all_models_of_reports_are_lined_up(reportcli: Run) -> None:
    header, *rows = reportcli("compare", "llama-3", "Qwen3-8B", "--models", "--header").stdout.splitlines()
    assert header.split("\t") == ["field", "Llama 3.1 405B", "Llama 3.1 70B", "Llama 3.1 8B", "Qwen3-8B"]
    assert "derived.parameters\t405000000000\t70000000000\t8000000000\t8000000000" in rows


def test_one_report_has_models_to_compare(reportcli: Run) -> None:
    header = reportcli("compare", "olmo", "--models", "--header").stdout.splitlines()[0]
    assert header.split("\t") == ["field", "OLMo-7B", "OLMo-7B-Twin-2T", "OLMo-1B"]
    assert reportcli("compare", "olmo").returncode == 2


def test_a_report_that_is_named_like_one_of_its_models_has_all_of_them_to_compare(reportcli: Run) -> None:
    header = reportcli("compare", "DeepSeek-R1", "--models", "--header").stdout.splitlines()[0].split("\t")
    assert {"DeepSeek-R1", "DeepSeek-R1-Distill-Qwen-7B"} <= set(header)


def test_names_are_neither_narrowed_nor_sorted_nor_limited(reportcli: Run) -> None:
    for options in (("--limit", "1"), ("--sort", "date"), ("--since", "2025")):
        ended = reportcli("compare", "Qwen3", "dots.llm1", *options)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "only what --where finds" in ended.stderr


def test_an_entry_is_told_whole_whichever_of_its_models_is_meant(reportcli: Run) -> None:
    (report,), (model,) = (json.loads(reportcli("show", name, "--json").stdout) for name in ("Qwen3", "Qwen3-32B"))
    assert model["derived"]["parameters"] == 32_000_000_000
    assert report.pop("derived") != model.pop("derived")
    assert report == model


def test_an_entry_that_cannot_be_read_is_not_called_unknown(reportcli: Run, tmp_path: Path) -> None:
    (tmp_path / "half.toml").write_text('name = "Half')
    ended = reportcli("show", "Half", "--catalog", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (3, "")
    assert f"{tmp_path}/half.toml:1" in ended.stderr


def test_a_topic_without_notes_finds_nothing(reportcli: Run) -> None:
    ended = reportcli("show", "Qwen3", "--notes", "safety")
    assert (ended.returncode, ended.stdout) == (1, "")


def test_what_is_compared_is_sorted_and_limited_like_a_list(reportcli: Run) -> None:
    ended = reportcli(
        "compare", "--where", "org:qwen", "--sort", "-date", "--limit", "2", "--columns", "name,kl,layers"
    )
    assert ended.stdout == "name\tQwen3 Embedding\tQwen3\nposttraining.kl_penalty\t\t\narchitecture.layers\t36\t94\n"
    assert "note: 2 of " in ended.stderr
    assert reportcli("compare", "--since", "2025-06-16", "--header").stdout.split("\n")[0].count("\t") == 4
