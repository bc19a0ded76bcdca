"""Where a model's configuration comes from: a file, or a repository on Hugging Face. Reads it, and names it."""

import json
import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from reportcli.catalog.files import error_reason, read_text
from reportcli.curate.web import PATIENT, Patience, fetch, is_web
from reportcli.errors import ConfigNotFound, EntryUnreadable, HuggingFaceUnavailable, UsageError

ENDPOINT_VARIABLE = "HF_ENDPOINT"  # as in Hugging Face's own programs
_ENDPOINT = "https://huggingface.co"
_NAME = "config.json"
_REPOSITORY = r"[\w.-]+/[\w.-]+"
_ADDRESS = rf"/({_REPOSITORY})(?:/(?:resolve|blob|raw|tree)/([\w.-]+)(?:/((?:[\w.-]+/)*[\w.-]+\.json))?)?/?"


class Configuration(NamedTuple):
    """A configuration as it was read."""

    values: Mapping[str, Any]
    given: str  # the file or address as the user gave it
    repository: str = ""  # on Hugging Face, with the revision where that is not the main one; "" of a file


def read_configuration(source: str, patience: Patience = PATIENT) -> Configuration:
    """Read a configuration from a file, a folder with a ``config.json``, or the address of a model on Hugging Face.

    Raises UsageError, ConfigNotFound or HuggingFaceUnavailable.
    """
    if "://" not in source:
        return Configuration(_parsed(_file_text(source), source), source)
    endpoint = os.environ.get(ENDPOINT_VARIABLE) or _ENDPOINT
    if not is_web(endpoint):
        raise UsageError(f"{ENDPOINT_VARIABLE} is not a URL on the web: {endpoint}", f"the default is {_ENDPOINT}")
    hosts = {urlsplit(address).hostname for address in (endpoint, _ENDPOINT)}
    if not is_web(source) or urlsplit(source).hostname not in hosts:
        raise UsageError(f"{source} is not an address on Hugging Face", "download the file, and give its path")
    match = re.fullmatch(_ADDRESS, urlsplit(source).path)
    if not match:
        raise UsageError(f"{source} is not the address of a model", f"write {_ENDPOINT}/ORGANIZATION/MODEL")
    repository, revision, name = match[1], match[2] or "main", match[3] or _NAME
    url = f"{endpoint.rstrip('/')}/{repository}/resolve/{revision}/{name}"
    text = _answer(url, repository, name, patience)
    return Configuration(_parsed(text, source), source, repository + (f" at {revision}" if revision != "main" else ""))


def _answer(url: str, repository: str, name: str, patience: Patience) -> str:
    reply = fetch(url, "application/json", HuggingFaceUnavailable, patience)
    if reply.status in (401, 403):
        problem = f"{repository} is gated, private, or not on Hugging Face"
        raise ConfigNotFound(problem, f"accept its terms in a browser, download {name} there, and give its path")
    if reply.status == 404:
        raise ConfigNotFound(f"{repository} has no {name} on Hugging Face", "check the name, or give a file")
    if reply.status != 200:
        raise HuggingFaceUnavailable(f"{urlsplit(url).hostname} answered {reply.status} {reply.reason}")
    return reply.body.decode("utf-8-sig", "replace")


def _file_text(source: str) -> str:
    path = os.path.join(source, _NAME) if os.path.isdir(source) else source
    try:
        return read_text(path)
    except EntryUnreadable as error:
        could_be_address = re.fullmatch(_REPOSITORY, source) and not os.path.lexists(source)
        hint = f"of a model on Hugging Face, write {_ENDPOINT}/{source}" if could_be_address else ""
        raise UsageError(f"cannot read {path}: {error.problem}", hint) from error


def _parsed(text: str, source: str) -> Mapping[str, Any]:
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{source} is not JSON: {error_reason(error)}") from error
    if not isinstance(values, Mapping):
        raise UsageError(f"{source} is not a JSON object", f"give the {_NAME} of a model")
    return values
