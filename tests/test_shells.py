"""In every shell: common forms need no quotes, TAB completes, and nothing that a catalogue holds is ever run."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import CATALOG, ROOT, Run
from interactive import PROMPT, Shell
from reportcli.cli.complete.shells import SCRIPTS, answer_shell, install_completion, split_command_line
from reportcli.cli.main import COMMANDS
from reportcli.errors import CompletionNotInstalled
from terminal import BIN

SCRIPT = {
    "bash": ".local/share/bash-completion/completions/reportcli",
    "zsh": ".zfunc/_reportcli",
    "fish": ".config/fish/completions/reportcli.fish",
}
STARTUP = {
    "bash": (".bashrc", f"PS1='{PROMPT}'\n"),
    "zsh": (".zshrc", f"PS1='{PROMPT}'\n"),
    "fish": (".config/fish/config.fish", f"set fish_greeting\nfunction fish_prompt; echo -n '{PROMPT}'; end\n"),
}


# Words.


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1))
def test_words_are_split_as_a_shell_splits_them(texts: list[str]) -> None:
    words = split_command_line(shlex.join(texts), "bash")
    assert [word.text for word in words] == texts
    assert [split_command_line(word.typed, "bash") for word in words] == [[word] for word in words]
    last = words[-1]
    for length in range(len(last.text)):
        start = last.typed[: last.typed_length(length)]
        assert split_command_line(start, "bash")[-1].text == last.text[:length]


@pytest.mark.parametrize(
    ("line", "shell", "texts", "quote"),
    [
        ("", "bash", [""], ""),
        ("a b ", "bash", ["a", "b", ""], ""),
        ("a  'b c", "bash", ["a", "b c"], "'"),
        (r"a\ b \\", "bash", ["a b", "\\"], ""),
        ('"a \\" b\\c', "bash", ['a " b\\c'], '"'),
        (r"'a\' b", "bash", ["a\\", "b"], ""),
        (r"'a\' b", "fish", ["a' b"], "'"),
        (r"'a\b", "fish", [r"a\b"], "'"),
        ("a\\", "bash", ["a"], ""),
        ("--where='rl:", "zsh", ["--where=rl:"], "'"),
    ],
)
def test_quotes_may_be_open(line: str, shell: str, texts: list[str], quote: str) -> None:
    words = split_command_line(line, shell)
    assert [word.text for word in words] == texts
    assert words[-1].quote == quote


# Answers.


def test_bash_is_given_what_replaces_the_end_of_the_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTCLI_CATALOG", str(tmp_path))
    entry = (CATALOG / "qwen3.toml").read_text()
    for report_id in ("plain", "$(x)'y"):
        (tmp_path / f"{report_id}.toml").write_text(entry)
    for typed, replaced, values in (
        ("show ", "", [r"\$\(x\)\'y", "plain"]),
        ("show '", "", ["plain"]),
        ('show "', "", ["plain"]),
        ('show "pl', "pl", ["plain"]),
        ("search rl:gr", "gr", ["grpo"]),
        ("search rl:gr", "rl:gr", ["rl:grpo"]),  # where COMP_WORDBREAKS holds no colon
        ("search 'rl:grpo kl:n", "rl:grpo kl:n", ["rl:grpo kl:no"]),
        ("search rl:grpo\\ kl:n", "n", ["no"]),
        ("list --format=na", "na", ["names"]),
    ):
        assert answer_shell("bash", [f"reportcli {typed}", replaced]).splitlines() == ["words", *values]


def test_no_space_follows_what_continues() -> None:
    for line in ("search t", "list --columns na", "list --sort na"):
        assert answer_shell("bash", [f"reportcli {line}", ""]).startswith("open\n")
    assert answer_shell("zsh", ["reportcli search an", "an"]) == "words\n0\n.and:operator\n"
    zsh = answer_shell("zsh", ["reportcli search 'not n", "not n"]).splitlines()
    assert zsh[:2] == ["words", "4"]
    assert "+note\\::the note, one sentence" in zsh
    assert ".not:operator" in zsh


# Installing.


def test_the_script_is_printed(cli: Run) -> None:
    for name, script in SCRIPTS.items():
        ended = cli("--show-completion", name)
        assert (ended.stdout, ended.stderr, ended.returncode) == (script, "", 0)


def test_a_shell_without_completion_is_refused(cli: Run) -> None:
    for option in ("--install-completion", "--show-completion"):
        ended = cli("-q", option, "tcsh")
        assert (ended.stdout, ended.returncode) == ("", 2)
        assert ended.stderr == "error: there is no completion for tcsh\n  choose from bash, zsh, fish\n"


def test_the_script_is_installed_once(own_home: Path) -> None:
    for shell, script in SCRIPT.items():
        startup, before = STARTUP[shell]
        added = f"[ ! -f ~/{script} ] || . ~/{script} # completion of reportcli\n" if shell != "fish" else ""
        (own_home / startup).parent.mkdir(parents=True, exist_ok=True)
        (own_home / startup).write_text(before)
        assert install_completion(shell).splitlines() == [
            f"wrote ~/{script}",
            *([f"added a line to ~/{startup}"] if added else []),
            f"Restart {shell}, or run: source ~/{script}",
        ]
        assert install_completion(shell) == f"already installed: ~/{script}\n"
        assert (own_home / script).read_text() == SCRIPTS[shell]
        assert (own_home / startup).read_text() == before + added
        (own_home / script).write_text("of another release")
        assert install_completion(shell).startswith(f"wrote ~/{script}\nRestart {shell}")
        assert (own_home / script).read_text() == SCRIPTS[shell]
        assert (own_home / startup).read_text() == before + added
        assert not list(own_home.rglob("*.new"))


def test_the_users_file_is_added_to_where_it_lies(own_home: Path) -> None:
    (own_home / "settings").write_bytes(b"alias l=ls \xff")
    (own_home / ".bashrc").symlink_to("settings")
    install_completion("bash")
    line = f"[ ! -f ~/{SCRIPT['bash']} ] || . ~/{SCRIPT['bash']} # completion of reportcli\n"
    assert (own_home / "settings").read_bytes() == b"alias l=ls \xff\n" + line.encode()
    assert (own_home / ".bashrc").is_symlink()


def test_folders_of_the_user_are_kept_to(own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "a b"))
    monkeypatch.setenv("ZDOTDIR", str(own_home / "zsh"))
    (own_home / "zsh").mkdir()
    assert f"wrote {tmp_path}/a\\ b/fish/completions/reportcli.fish\n" in install_completion("fish")
    assert f"wrote {tmp_path}/a\\ b/bash-completion/completions/reportcli\n" in install_completion("bash")
    assert "added a line to ~/zsh/.zshrc\n" in install_completion("zsh")
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    assert "wrote ~/.config/fish/completions/reportcli.fish\n" in install_completion("fish")


def test_a_folder_that_cannot_be_written_is_named(own_home: Path) -> None:
    (own_home / ".zfunc").write_text("a file")
    with pytest.raises(CompletionNotInstalled) as caught:
        install_completion("zsh")
    assert caught.value.message == f"cannot write {own_home}/.zfunc/_reportcli: Not a directory"
    assert "`reportcli --show-completion zsh`" in caught.value.hint


# Real shells.

UNQUOTED = [
    "GRPO", "grpo and kl", "grpo or ppo", "not kl", "org:deepseek", "technique:rope", "tag:moe", "rl:grpo", "topic:rl",
    "kl:no", "kl:unknown", "params:100B..", "params:..10B", "tokens:10T..20T", "context:128k", "date:2025-05",
    "date:2025-01..2025-06", "license:known", "architecture.layers:60..", "flops:1e24..", "dots.llm1", "last 90 days",
    "2025-Q2", "2025-05..", "..2024", "06/18/2025", "Qwen3-32B", "-",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("shell", SCRIPTS)
def test_common_forms_need_no_quotes_and_the_script_can_be_read(shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    code = "import json, sys; print(json.dumps(sys.argv[1:]))"
    script = "".join(f"'{sys.executable}' -c '{code}' {form}\n" for form in UNQUOTED)
    ended = subprocess.run([shell, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert [json.loads(line) for line in ended.stdout.splitlines()] == [form.split() for form in UNQUOTED]
    assert ended.stderr == ""
    ended = subprocess.run([shell, "-n"], input=SCRIPTS[shell], capture_output=True, encoding="utf-8", check=True)
    assert ended.stderr == ""


@pytest.fixture(params=SCRIPTS)
def shell(request: pytest.FixtureRequest, own_home: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of a shell that is set up with our prompt and finds the program."""
    name: str = request.param
    if not shutil.which(name):
        pytest.skip(f"{name} is not installed")
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    monkeypatch.delenv("ZDOTDIR", raising=False)
    file, text = STARTUP[name]
    (own_home / file).parent.mkdir(parents=True, exist_ok=True)
    (own_home / file).write_text(text)
    return name


def interactive(name: str) -> Shell:
    return Shell([name, "--noprofile", "-i"] if name == "bash" else [name, "-i"])


TYPED = [
    ("reportcli sho", "reportcli show "), ("reportcli show Magi", "reportcli show magistral "),
    ("reportcli show q", "reportcli show qwen"), ("reportcli show qwen3-32", "reportcli show qwen3-32b "),
    ("reportcli show dotsl", "reportcli show dots.llm1 "),
    ("reportcli show magistral --notes=rew", "reportcli show magistral --notes=rewards "),
    ("reportcli search rl:gr", "reportcli search rl:grpo "),
    ("reportcli search 'rl:gr", "reportcli search 'rl:grpo' "),
    ("reportcli search 'rl:grpo kl:n", "reportcli search 'rl:grpo kl:no' "),
    ('reportcli list --where "rl:grpo kl:n', 'reportcli list --where "rl:grpo kl:no" '),
    ("reportcli search rl:grpo\\ kl:n", "reportcli search rl:grpo\\ kl:no "),
    ("reportcli search lic", "reportcli search license:"),
    ("reportcli search 'rl:grpo lic", "reportcli search 'rl:grpo license:"),
    ("reportcli filter 2024-12..2025-06", "reportcli filter 2024-12..2025-06 "),
    ("reportcli list --catalog cata", "reportcli list --catalog catalog/"),
    ("reportcli list --catalog=cata", "reportcli list --catalog=catalog/"),
    ("reportcli list > READM", "reportcli list > README.md "),
    ("echo dots.llm1 | reportcli compare magi", "echo dots.llm1 | reportcli compare magistral "),
    ("~/bin/reportcli show magi", "~/bin/reportcli show magistral "),
]  # fmt: skip
LISTS = [("reportcli list --columns id,nam", ",name"), ("reportcli list --sort date,-laye", ",-layers")]


@pytest.mark.slow
def test_a_tab_completes(shell: str, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own_home / "bin").mkdir()
    (own_home / "bin" / "reportcli").symlink_to(Path(BIN, "reportcli"))
    monkeypatch.chdir(ROOT)
    with interactive(shell) as keyboard:
        assert keyboard.run("reportcli --install-completion").startswith(f"wrote ~/{SCRIPT[shell]}\n")
    with interactive(shell) as keyboard:
        for typed, completed in TYPED:
            keyboard.completes(typed, completed)
        for typed, end in LISTS:
            space = " " if shell == "fish" else ""  # it knows no list with commas
            keyboard.completes(typed, typed.rpartition(",")[0] + end + space)


@pytest.mark.slow
def test_meanings_are_listed_where_the_shell_shows_them(shell: str) -> None:
    install_completion(shell)
    with interactive(shell) as keyboard:
        keyboard.keys("reportcli \t\t")
        keyboard.wait_until(lambda: all(name in keyboard.text for name, entry in COMMANDS.items() if entry.group))
        if shell != "bash":
            keyboard.wait_until(lambda: COMMANDS["list"].summary in keyboard.text)
        keyboard.take_back()
        keyboard.keys("reportcli show deep\t\t\t")
        keyboard.wait_until(lambda: "deepseek-r1" in keyboard.text and "deepseek-v3" in keyboard.text)
        if shell != "bash":
            keyboard.wait_until(lambda: "DeepSeek-R1 · DeepSeek · 2025-01-20" in keyboard.text)


NASTY = ("a$(touch pwned)`touch pwned`", "b'\"; touch pwned &", "c~*?[x]{y}!z|touch pwned #")


@pytest.mark.slow
def test_nothing_in_a_catalogue_is_run_by_a_shell(
    shell: str, own_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = (CATALOG / "qwen3.toml").read_text()
    for report_id in NASTY:
        name = json.dumps(f"{report_id} \x1b]0;$(touch pwned)\x07\t\n`touch pwned`")
        (tmp_path / f"{report_id}.toml").write_text(entry.replace('name = "Qwen3"', f"name = {name}", 1))
    monkeypatch.setenv("REPORTCLI_CATALOG", str(tmp_path))
    monkeypatch.chdir(own_home)
    install_completion(shell)
    with interactive(shell) as keyboard:
        for report_id in NASTY:
            typed = f"reportcli show -fnames {report_id[0]}"
            keyboard.keys(typed + "\t")
            keyboard.wait_until(lambda typed=typed: re.match(re.escape(PROMPT + typed) + r".+ $", keyboard.line))
            keyboard.keys("\r")
            keyboard.wait_until(lambda name=report_id: name in keyboard.text.splitlines() and keyboard.line == PROMPT)
        keyboard.keys("reportcli show \t\t\t")
        keyboard.wait_until(lambda: "touch" in keyboard.text)
    assert not list(own_home.rglob("pwned"))


@pytest.mark.slow
def test_zsh_finds_the_script_among_its_functions_too(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    (own_home / "functions").mkdir()
    (own_home / "functions" / "_reportcli").write_text(SCRIPTS["zsh"])
    lines = (f"PS1='{PROMPT}'", "fpath=(~/functions $fpath)", "autoload -Uz compinit", "compinit -i")
    (own_home / ".zshrc").write_text("\n".join(lines))
    with interactive("zsh") as keyboard:
        keyboard.completes("reportcli search rl:gr", "reportcli search rl:grpo ")
