"""A wrong command line → what is wrong with it, and what to write where that can be told."""

import re
import shlex
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from reportcli.answer.listing import sort_key_meant
from reportcli.errors import UsageError, did_you_mean
from reportcli.report.field_names import field_named, join_field_names
from reportcli.text import closest_spellings

_LEAST_LIKE = 0.6  # of an option to the one that was meant, from 0 to 1
_EXTRA = r"got unexpected extra arguments?(?:\(s\))? \((.*)\)"


def usage_error(error: Any, arguments: Sequence[str]) -> UsageError:
    """Return a usage error of Typer as one of ours."""
    hint = f"try `{error.ctx.command_path if error.ctx else 'reportcli'} --help`"
    message, option = error.format_message().rstrip("."), getattr(error, "option_name", "") or ""
    message = re.sub(r" \((?:Possible options: |Did you mean ).*\)", "", message)  # ours are better
    if option in ("-o", "--output"):
        return UsageError("there is no option for a file to write to", "write > FILE after the command")
    options = [name for parameter in error.ctx.command.params for name in parameter.opts] if error.ctx else []
    extra, is_unknown = re.fullmatch(_EXTRA, message, re.I | re.S), message.startswith("No such option")
    if extra:
        message = f"unexpected argument{'s' * (' ' in extra[1])}: {extra[1]}"
    meant = _command_meant(error.ctx.info_name, arguments, extra[1].split(" ")) if extra else ""
    meant = meant or (_option_meant(option, options, arguments) if is_unknown else "")
    if meant:
        return UsageError(message[:1].lower() + message[1:], f"write {meant}, or {hint}", [meant.strip("`")])
    nearest = _nearest(option, options) if is_unknown else []
    return UsageError(message[:1].lower() + message[1:], did_you_mean(nearest) or hint, nearest)


def _command_meant(name: str, arguments: Sequence[str], extra: Sequence[str]) -> str:
    """Return what to write for a field in several words, an order such as ``tokens desc``, or a search; else ""."""
    if key := sort_key_meant(_before(extra[0], arguments), *extra):
        return f"--sort {key}"
    joined, is_search = join_field_names(arguments), name in ("list", "timeline")
    is_all = len(arguments) - len(joined) == len(extra)  # else words are still too many
    if is_all and not (is_search and join_field_names(extra) != [*extra]):
        return f"`reportcli {shlex.join(joined)}`"
    words = [word for word in extra if word]
    return f"`reportcli search {shlex.join(words)}`" if is_search and words else ""


def _option_meant(option: str, options: Sequence[str], arguments: Sequence[str]) -> str:
    """Return what was meant by ``--desc``, or by an option that is the name of a field, such as --org qwen; else ""."""
    name = option.removeprefix("--")
    if key := sort_key_meant(_before(option, arguments), name):
        return f"--sort {key}"
    if not option.startswith("--") or not field_named(name) or not {"--where", "--exact"}.intersection(options):
        return ""
    following = [*arguments, ""][[*arguments, option].index(option) + 1 :]
    given = next((word.partition("=")[2] for word in arguments if word.startswith(f"{option}=")), "")
    value = given or next((word for word in following[:1] if not word.startswith("-")), "") or "known"
    condition = shlex.quote(f'{name}:"{value}"' if " " in value else f"{name}:{value}")
    return f"--where {condition}" if "--where" in options else condition


def _before(word: str, arguments: Sequence[str]) -> str:
    return next((before for before, after in pairwise(arguments) if after == word), "")


def _nearest(option: str, options: Sequence[str]) -> list[str]:
    """Return the options that one begins, and those that are spelled like it."""
    begun = [name for name in options if name.startswith(option) and len(option) > len("--")]
    return [*dict.fromkeys((*begun, *closest_spellings(option, options, _LEAST_LIKE)))]
