"""Reading a model's configuration: a file, or one of a repository on Hugging Face."""

import json
import os
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from reportcli.catalog.files import read_text
from reportcli.curate.model_config import ModelConfig, read_config
from reportcli.curate.web import PATIENT, Patience, fetch, is_web, server_address
from reportcli.errors import EntryUnreadable, ServerUnavailable, UsageError

ENDPOINT_VARIABLE = "HF_ENDPOINT"  # as in Hugging Face's own programs
_ENDPOINT = "https://huggingface.co"
_NAME = "config.json"
_REPOSITORY = r"[\w.-]+/[\w.-]+"
_ADDRESS = rf"/({_REPOSITORY})(?:/(?:resolve|blob|raw|tree)/([\w.-]+)(?:/((?:[\w.-]+/)*[\w.-]+\.json))?)?/?"


class ConfigSource(NamedTuple):
    """A configuration, and where it comes from."""

    given: str  # the file or address as the user wrote it
    repository: str  # on Hugging Face, with the revision where that is not the main one; "" of a file
    config: ModelConfig


def read_config_source(source: str, patience: Patience = PATIENT) -> ConfigSource:
    """Read a configuration from a file, a folder with a ``config.json``, or the address of a model on Hugging Face.

    Raises UsageError or ServerUnavailable.
    """
    text, repository = _fetched(source, patience) if "://" in source else (_file_text(source), "")
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{source} is not JSON: {error}") from error
    config = read_config(values) if isinstance(values, Mapping) else None
    if config is None or not config.facts.keys() & {"layers", "hidden_size"}:
        raise UsageError(f"{source} is not the configuration of a language model", f"give the {_NAME} of a model")
    return ConfigSource(source, repository, config)


def _fetched(source: str, patience: Patience) -> tuple[str, str]:
    """Return the text of an address on Hugging Face, and the repository."""
    endpoint = server_address(ENDPOINT_VARIABLE, _ENDPOINT)
    hosts = {urlsplit(address).hostname for address in (endpoint, _ENDPOINT)}
    if not is_web(source) or urlsplit(source).hostname not in hosts:
        raise UsageError(f"{source} is not an address on Hugging Face", "download the file, and give its path")
    match = re.fullmatch(_ADDRESS, urlsplit(source).path)
    if not match:
        raise UsageError(f"{source} is not the address of a model", f"write {_ENDPOINT}/ORGANIZATION/MODEL")
    repository, revision, name = match[1], match[2] or "main", match[3] or _NAME
    text = _answer(f"{endpoint.rstrip('/')}/{repository}/resolve/{revision}/{name}", repository, name, patience)
    return text, repository + (f" at {revision}" if revision != "main" else "")


def _answer(url: str, repository: str, name: str, patience: Patience) -> str:
    reply = fetch(url, "application/json", _unavailable, patience)
    if reply.status in (401, 403):
        problem = f"{repository} is gated, private, or not on Hugging Face"
        raise UsageError(problem, f"accept its terms in a browser, download {name} there, and give its path")
    if reply.status == 404:
        raise UsageError(f"{repository} has no {name} on Hugging Face", "check the name, or give a file")
    if reply.status != 200:
        raise _unavailable(f"{urlsplit(url).hostname} answered {reply.status} {reply.reason}")
    return reply.body.decode("utf-8-sig", "replace")


def _unavailable(
    problem: str, hint: str = "try again later, or download the file and give its path"
) -> ServerUnavailable:
    return ServerUnavailable("read from Hugging Face", problem, hint)


def _file_text(source: str) -> str:
    path = os.path.join(source, _NAME) if os.path.isdir(source) else source
    try:
        return read_text(path)
    except EntryUnreadable as error:
        could_be_address = re.fullmatch(_REPOSITORY, source) and not os.path.lexists(source)
        hint = f"of a model on Hugging Face, write {_ENDPOINT}/{source}" if could_be_address else ""
        raise UsageError(f"cannot read {path}: {error.problem}", hint) from error
