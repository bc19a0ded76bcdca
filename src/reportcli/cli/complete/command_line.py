"""Complete the last of the words of a command line so far.

What a parameter takes stands beside its option: a command whose parameters are declared so completes by itself. This
module knows no shell, and writes nothing.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path

from reportcli.catalog.files import cache_folder, catalog_folders
from reportcli.cli import COMMAND, FILES, FOLDERS
from reportcli.cli.complete.candidates import (
    Candidate,
    Completion,
    CompletionContext,
    complete_value,
    matching_candidates,
)
from reportcli.cli.complete.parameters import CommandParameters, Parameter, read_table
from reportcli.index.reader import OpenCatalog


def complete(words: Sequence[str], shows_meanings: bool = True) -> Completion:
    """Return what completes the last word; the others, without the program's name, come before it."""
    *before, word = words
    commands = read_table()
    line = _Line("", commands, shows_meanings)
    rest = line.read(before, until_argument=True)
    if not rest and not line.waiting_option and not word.startswith("-"):
        return Completion(0, matching_candidates(word, line.commands()))
    if rest:
        if rest[0] not in commands:
            return Completion()
        line = _Line(rest[0], commands, shows_meanings)
        line.read(rest[1:])
    with line.resources:
        return line.completion(word)


class _Line:
    """The words after a command, or before it, read up to the one to complete."""

    def __init__(self, command: str, commands: Mapping[str, CommandParameters], shows_meanings: bool) -> None:
        self.parameters = commands[command].parameters
        self.by_spelling = {spelling: option for option in self.parameters for spelling in option.spellings}
        self.known_commands = commands
        self.shows_meanings = shows_meanings
        self.values: dict[str, list[str]] = {}
        self.waiting_option: Parameter | None = None  # the last word is an option, its value is next
        self.arguments: list[str] = []
        self.only_arguments = False  # after --
        self.resources = ExitStack()

    def read(self, words: Sequence[str], until_argument: bool = False) -> Sequence[str]:
        """Read words; with ``until_argument`` stop at an argument, and return it with what follows."""
        for index, word in enumerate(words):
            if self.waiting_option:
                self.values.setdefault(self.waiting_option.name, []).append(word)
                self.waiting_option = None
            elif word == "--" and not self.only_arguments:
                self.only_arguments = True
            elif word.startswith("-") and word != "-" and not self.only_arguments:
                self.read_option(word)
            elif until_argument:
                return words[index:]
            else:
                self.arguments.append(word)
        return ()

    def read_option(self, word: str) -> None:
        option, start = self.option(word)
        if option and start:
            self.values.setdefault(option.name, []).append(word[start:])
        elif option and not option.is_flag:
            self.waiting_option = option

    def option(self, word: str) -> tuple[Parameter | None, int]:
        """Return the option of a word, and where its value begins: 0 where the word holds none."""
        if word.startswith("--"):
            name, equals, _ = word.partition("=")
            return self.by_spelling.get(name), len(name) + 1 if equals else 0
        option = self.by_spelling.get(word[:2])
        return option, 2 if option and not option.is_flag and len(word) > 2 else 0

    def completion(self, word: str) -> Completion:
        """Return what completes the next word."""
        if self.waiting_option:
            return self.value_completion(self.waiting_option, word)
        if word.startswith("-") and not self.only_arguments:
            option, start = self.option(word)
            if not (option and start):
                return Completion(0, matching_candidates(word, self.options(word == "-")))
            completion = self.value_completion(option, word[start:])
            return completion._replace(kept=start + completion.kept)
        arguments = [parameter for parameter in self.parameters if not parameter.spellings]
        next_arguments = arguments[len(self.arguments) :] or [last for last in arguments[-1:] if last.is_repeated]
        if next_arguments:
            return self.value_completion(next_arguments[0], word)
        return Completion(0, () if word else tuple(self.options()))

    def options(self, short: bool = False) -> Iterator[Candidate]:
        for spelling, option in self.by_spelling.items():
            if short or spelling.startswith("--"):
                yield Candidate(spelling, option.help)

    def commands(self) -> Iterator[Candidate]:
        return (Candidate(name, summary) for name, (summary, _) in self.known_commands.items() if summary)

    def value_completion(self, parameter: Parameter, typed: str) -> Completion:
        completions = [self.completion_of_kind(kind, typed) for kind in parameter.takes] or [Completion()]
        candidates = tuple(candidate for completion in completions for candidate in completion.candidates)
        return completions[0]._replace(candidates=candidates)

    def completion_of_kind(self, kind: str | Sequence[str], typed: str) -> Completion:
        if not isinstance(kind, str):
            return Completion(0, matching_candidates(typed, map(Candidate, kind)))
        if kind == COMMAND:
            return Completion(0, matching_candidates(typed, self.commands()))
        if kind in (FILES, FOLDERS):
            return Completion(by_shell=kind)
        return complete_value(kind, typed, CompletionContext(lambda: self.catalog, self.arguments, self.shows_meanings))

    @cached_property
    def catalog(self) -> OpenCatalog:
        folders = [Path(os.path.expanduser(folder)) for folder in self.values.get("catalog", ())]
        return self.resources.enter_context(OpenCatalog(catalog_folders(folders), cache_folder()))
