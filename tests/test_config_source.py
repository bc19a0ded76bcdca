"""Configurations from files, and from a server of our own in place of Hugging Face."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportcli.curate.config_source import ENDPOINT_VARIABLE, read_config_source
from reportcli.curate.web import Patience, _Failed, _redirect_target
from reportcli.errors import ReportcliError, ServerUnavailable, UsageError
from servers import Server, redirects, says, serving
from test_model_config import SMALL

QUICK = Patience(read=0.3, total=1.5, pause=0.01, attempts=3)
MODEL = "https://huggingface.co/Some-Lab/Model_1.5-8B"
CONFIG = json.dumps(SMALL)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serving() as running:
        monkeypatch.setenv(ENDPOINT_VARIABLE, running.address)
        monkeypatch.setenv("no_proxy", "*")
        yield running


def failure(source: str) -> ReportcliError:
    with pytest.raises(ReportcliError) as caught:
        read_config_source(source, QUICK)
    return caught.value


# Hugging Face.


@pytest.mark.parametrize(
    ("path", "asked", "repository"),
    [
        ("", "resolve/main/config.json", ""),
        ("/", "resolve/main/config.json", ""),
        ("/tree/main", "resolve/main/config.json", ""),
        ("/blob/main/config.json", "resolve/main/config.json", ""),
        ("/resolve/main/config.json?download=true", "resolve/main/config.json", ""),
        ("/raw/4bb2f6b/llm/config.json#L3", "resolve/4bb2f6b/llm/config.json", " at 4bb2f6b"),
    ],
)
def test_a_model_is_read_by_any_of_its_addresses(server: Server, path: str, asked: str, repository: str) -> None:
    server.answers = [says(CONFIG)]
    source = read_config_source(MODEL + path, QUICK)
    assert source.config.facts["layers"].value == 4
    assert source.repository == f"Some-Lab/Model_1.5-8B{repository}"
    ((asked_path, headers),) = server.asked
    assert asked_path == f"/Some-Lab/Model_1.5-8B/{asked}"
    assert not {"Authorization", "Cookie"} & headers.keys()


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        (401, "Some-Lab/Model_1.5-8B is gated, private, or not on Hugging Face",
         "accept its terms in a browser, download config.json there, and give its path"),
        (403, "Some-Lab/Model_1.5-8B is gated, private, or not on Hugging Face",
         "accept its terms in a browser, download config.json there, and give its path"),
        (404, "Some-Lab/Model_1.5-8B has no config.json on Hugging Face", "check the name, or give a file"),
    ],
)  # fmt: skip
def test_what_is_gated_or_missing_is_said(server: Server, status: int, message: str, hint: str) -> None:
    server.answers = [says("Access to model is restricted.", status)]
    error = failure(MODEL)
    assert isinstance(error, UsageError)
    assert (error.message, error.hint, error.exit_code) == (message, hint, 2)


def test_a_server_that_fails_is_said(server: Server) -> None:
    server.answers = [says("", 500)]
    error = failure(MODEL)
    assert isinstance(error, ServerUnavailable)
    assert error.message == "cannot read from Hugging Face: 127.0.0.1 answered 500 Internal Server Error"
    assert (error.hint, error.exit_code) == ("try again later, or download the file and give its path", 3)
    server.answers = [says(b" " * 1_000_001)]
    assert failure(MODEL).message == "cannot read from Hugging Face: the answer is longer than 1,000,000 bytes"


def test_a_renamed_model_is_followed_and_no_other_host(server: Server) -> None:
    server.answers = [redirects("/New-Lab/Model/resolve/main/config.json", 307), says(CONFIG)]
    assert read_config_source(MODEL, QUICK).config.facts["layers"].value == 4
    server.answers = [redirects("https://cdn.example.org/config.json")]
    message = "cannot read from Hugging Face: unexpected redirect to https://cdn.example.org/config.json"
    assert failure(MODEL).message == message


def test_a_redirect_never_leaves_the_secure_web() -> None:
    assert _redirect_target("https://a.example/x", "/y") == "https://a.example/y"
    assert _redirect_target("http://a.example/x", "https://a.example/y") == "https://a.example/y"
    with pytest.raises(_Failed, match="unexpected redirect to http://a"):
        _redirect_target("https://a.example/x", "http://a.example/y")


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("https://example.org/Some-Lab/Model", "is not an address on Hugging Face"),
        ("https://huggingface.co.example.org/Some-Lab/Model", "is not an address on Hugging Face"),
        ("file:///etc/passwd", "is not an address on Hugging Face"),
        ("https://[", "is not an address on Hugging Face"),
        ("https://huggingface.co/Some-Lab", "is not the address of a model"),
        ("https://huggingface.co/datasets/Some-Lab/Data", "is not the address of a model"),
        ("https://huggingface.co/Some-Lab/Model/resolve/main/../../etc", "is not the address of a model"),
        (f"{MODEL}/resolve/main/model.safetensors", "is not the address of a model"),
    ],
)
def test_other_addresses_are_refused(server: Server, source: str, problem: str) -> None:
    assert failure(source).message == f"{source} {problem}"
    assert server.asked == []


def test_an_endpoint_that_is_not_on_the_web_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENDPOINT_VARIABLE, "file:///etc")
    assert failure(MODEL).message == "HF_ENDPOINT is not a URL on the web: file:///etc"


# Files.


def test_a_file_or_its_folder_is_read(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text(CONFIG)
    for path in (file, tmp_path):
        source = read_config_source(str(path))
        assert (source.given, source.repository) == (str(path), "")
        assert source.config.facts["layers"].value == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"num_hidden_layers": 4', "is not JSON: Expecting ',' delimiter: line 1 column 24 (char 23)"),
        ("[" * 100_000, "is not JSON: "),
        ("[]", "is not the configuration of a language model"),
        ("4", "is not the configuration of a language model"),
        ('{"model_type": "clip"}', "is not the configuration of a language model"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    assert failure(str(file)).message.startswith(f"{file} {problem}")


def test_a_missing_file_may_be_meant_as_a_model() -> None:
    error = failure("Some-Lab/Model-8B")
    assert isinstance(error, UsageError)
    assert error.message == "cannot read Some-Lab/Model-8B: No such file or directory"
    assert error.hint == "of a model on Hugging Face, write https://huggingface.co/Some-Lab/Model-8B"
    assert failure("/nowhere/x.json").hint == ""
