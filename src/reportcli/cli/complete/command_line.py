"""Completion: the words of a command line so far become what may stand in the place of the last one.

What a parameter takes stands beside its option: a command whose parameters are declared so completes by itself. This
room knows no shell, and writes nothing.
"""

import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin

from typer.models import OptionInfo

from reportcli.catalog.files import catalog_folders
from reportcli.cli.complete.candidates import (
    Candidate,
    Completion,
    CompletionContext,
    complete_value,
    matching_candidates,
)
from reportcli.cli.options import COMMAND, FILES, FOLDERS
from reportcli.library import Library, cache_folder


class Program(NamedTuple):
    """What is completed: a function with the options before a command, the commands, and the function of each."""

    root: Callable[..., Any]
    lines: Mapping[str, str]  # a command without one is not offered
    function: Callable[[str], Callable[..., Any]]


class _Parameter(NamedTuple):
    """A parameter of a command; ``takes`` are kinds, and words, that it takes."""

    name: str
    spellings: tuple[str, ...]  # of an option; an argument has none
    help: str
    takes: tuple[str | Sequence[str], ...]
    is_flag: bool
    is_many: bool


_HELP = _Parameter("help", ("--help", "-h"), "Show this message and exit.", (), True, False)


def complete(words: Sequence[str], program: Program) -> Completion:
    """Return what may stand in the place of the last word; the others, without the program's name, come before it."""
    *before, word = words
    line = _Line(program.root, program.lines)
    rest = line.read(before, until_argument=True)
    if not rest and not line.waiting and not word.startswith("-"):
        return Completion(0, matching_candidates(word, line.commands()))
    if rest:
        if rest[0] not in program.lines:
            return Completion()
        line = _Line(program.function(rest[0]), program.lines)
        line.read(rest[1:])
    with line.opened:
        return line.completion(word)


class _Line:
    """The words after a command, or before it, read up to the one to complete."""

    def __init__(self, function: Callable[..., Any], commands: Mapping[str, str]) -> None:
        self.parameters = [*_parameters(function), _HELP]
        self.by_spelling = {spelling: one for one in self.parameters for spelling in one.spellings}
        self.lines = commands
        self.values: dict[str, list[str]] = {}
        self.waiting: _Parameter | None = None  # for its value
        self.arguments: list[str] = []
        self.only_arguments = False  # after --
        self.opened = ExitStack()

    def read(self, words: Sequence[str], until_argument: bool = False) -> Sequence[str]:
        """Read words; where it is to stop at an argument, return the rest with that."""
        for place, word in enumerate(words):
            if self.waiting:
                self.values.setdefault(self.waiting.name, []).append(word)
                self.waiting = None
            elif word == "--" and not self.only_arguments:
                self.only_arguments = True
            elif word.startswith("-") and word != "-" and not self.only_arguments:
                self.read_option(word)
            elif until_argument:
                return words[place:]
            else:
                self.arguments.append(word)
        return ()

    def read_option(self, word: str) -> None:
        option, start = self.option(word)
        if option and start:
            self.values.setdefault(option.name, []).append(word[start:])
        elif option and not option.is_flag:
            self.waiting = option

    def option(self, word: str) -> tuple[_Parameter | None, int]:
        """Return the option of a word, and where its value begins: 0 where that is no part of the word."""
        if word.startswith("--"):
            name, equals, _ = word.partition("=")
            return self.by_spelling.get(name), len(name) + 1 if equals else 0
        option = self.by_spelling.get(word[:2])
        return option, 2 if option and not option.is_flag and len(word) > 2 else 0

    def completion(self, word: str) -> Completion:
        """Return what may stand in the place of the next word."""
        if self.waiting:
            return self.value(self.waiting, word)
        if word.startswith("-") and not self.only_arguments:
            option, start = self.option(word)
            if not (option and start):
                return Completion(0, matching_candidates(word, self.options(word == "-")))
            found = self.value(option, word[start:])
            return found._replace(kept=start + found.kept)
        arguments = [one for one in self.parameters if not one.spellings]
        left = arguments[len(self.arguments) :] or [one for one in arguments[-1:] if one.is_many]
        return self.value(left[0], word) if left else Completion(0, () if word else tuple(self.options()))

    def options(self, short: bool = False) -> Iterator[Candidate]:
        for spelling, one in self.by_spelling.items():
            if short or spelling.startswith("--"):
                yield Candidate(spelling, one.help)

    def commands(self) -> Iterator[Candidate]:
        return (Candidate(name, line) for name, line in self.lines.items() if line)

    def value(self, parameter: _Parameter, typed: str) -> Completion:
        found = [self.taken(one, typed) for one in parameter.takes] or [Completion()]
        return found[0]._replace(candidates=tuple(candidate for one in found for candidate in one.candidates))

    def taken(self, takes: str | Sequence[str], typed: str) -> Completion:
        if not isinstance(takes, str):
            return Completion(0, matching_candidates(typed, map(Candidate, takes)))
        if takes == COMMAND:
            return Completion(0, matching_candidates(typed, self.commands()))
        if takes in (FILES, FOLDERS):
            return Completion(by_shell=takes)
        return complete_value(takes, typed, CompletionContext(lambda: self.library, self.arguments))

    @cached_property
    def library(self) -> Library:
        given = [Path(os.path.expanduser(folder)) for folder in self.values.get("catalog", ())]
        return self.opened.enter_context(Library(catalog_folders(given), cache_folder()))


def _parameters(function: Callable[..., Any]) -> Iterator[_Parameter]:
    for one in inspect.signature(function).parameters.values():
        if get_origin(one.annotation) is Annotated:
            kind, about, *takes = get_args(one.annotation)
            kinds = (kind, *get_args(kind))
            declared = [part for part in (about.default, *(about.param_decls or ())) if isinstance(part, str)]
            declared = declared or ["--" + one.name.replace("_", "-")]
            spellings = [part for both in declared for part in both.split("/")] if isinstance(about, OptionInfo) else []
            is_many = any(get_origin(part) is list for part in kinds)
            if not about.hidden:
                help = about.help or ""
                yield _Parameter(one.name, tuple(spellings), help, tuple(takes), bool in kinds, is_many)
