"""The table of commands; the command that is asked for is built and run, and errors are caught in one place."""

import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from reportcli.cli import COLOR, GlobalOptions
from reportcli.cli.streams import prepare_streams
from reportcli.errors import ExitCode, ReportcliError, SystemFailure, UnknownName

if TYPE_CHECKING:
    from reportcli.cli.examples import Example

# Typer names its BadParameter, but not the UsageError of click (its own copy of it in some releases) below it.
_UsageError: Any = typer.BadParameter.__base__
_HELP = {"help_option_names": ["-h", "--help"]}


class Command(NamedTuple):
    """A command of the table: its group in the help, its line there, and where its function is."""

    group: str
    summary: str
    module: str
    function: str


COMMANDS = {
    "list": Command("Browse", "List every report, newest first.", "read", "list_reports"),
    "search": Command("Browse", "Search the reports, best match first.", "read", "search"),
    "filter": Command("Browse", "List the reports of a period.", "read", "filter_reports"),
    "filter-by-date": Command("", "The same as filter.", "read", "filter_reports"),
    "show": Command("Browse", "Show everything known about a report.", "read", "show"),
    "term": Command("Browse", "Explain a technique and list the reports that use it.", "overview", "term"),
    "compare": Command("Analyse", "Compare reports or models side by side.", "read", "compare"),
    "count": Command("Analyse", "Count the reports with each value of a field.", "overview", "count"),
    "recipe": Command("Analyse", "Show the numbers of the RL runs.", "recipe", "recipe"),
    "disclosure": Command("Analyse", "Show who states what of the recipe.", "disclosure", "disclosure"),
    "timeline": Command("Analyse", "Show when reports came out.", "overview", "timeline"),
    "plot": Command("Analyse", "Scatter-plot two fields.", "overview", "plot"),
    "lineage": Command("Analyse", "Show base models and teachers.", "overview", "lineage"),
    "add": Command("Contribute", "Add a report to your own catalogue.", "curate", "add"),
    "import": Command("Contribute", "Import many entries at once.", "importing", "import_entries"),
    "edit": Command("Contribute", "Edit an entry; it is checked before it is saved.", "curate", "edit"),
    "remove": Command("Contribute", "Remove an entry of your own.", "curate", "remove"),
    "check": Command("Contribute", "Check a catalogue for errors.", "curate", "check_files"),
    "schema": Command("Contribute", "Print the JSON Schema of an entry, for editors.", "curate", "print_schema"),
    "fields": Command("Other", "List the fields, and how many reports know them.", "disclosure", "fields"),
    "open": Command("Other", "Open a report or one of its links in the browser.", "system", "open_link"),
    "info": Command("Other", "Show the folders and files in use.", "system", "info"),
    "help": Command("Other", "Help on queries, periods, formats and more, or on a command.", "help", "page"),
}


_OPTION_GROUPS = ("Arguments", "Options", "Which reports", "Output")
_LONGEST_EXAMPLE = 54  # columns
_SYNONYMS = {  # what people type who know other tools
    "find": "search", "grep": "search", "get": "show", "view": "show", "cat": "show", "ls": "list", "diff": "compare",
    "stats": "count", "tree": "lineage", "new": "add", "rm": "remove", "delete": "remove", "set": "edit",
    "lint": "check", "validate": "check", "columns": "fields", "techniques": "term", "recipes": "recipe",
}  # fmt: skip


class _PlainCommand:
    """What the group and its commands have in common: help as plain text, and errors that name the command."""

    def get_help(self, ctx: Any) -> str:
        from reportcli.cli.commands.help import styled

        text: str = super().get_help(ctx)  # type: ignore[misc]
        return styled(text)

    def write_examples(self, formatter: Any, heading: str, examples: "Iterable[Example]") -> None:
        """Write command lines and what they show; a long line has that below it."""
        with formatter.section(heading):
            formatter.write_dl([*examples], col_max=_LONGEST_EXAMPLE)

    def parse_args(self, ctx: Any, args: list[str]) -> Any:
        try:
            return super().parse_args(ctx, args)  # type: ignore[misc]
        except _UsageError as error:
            error.ctx = error.ctx or ctx  # an option without its value does not know the command
            raise


class _CommandGroup(_PlainCommand, TyperGroup):
    """Builds only the command that is asked for: building all of them costs more than the rest of a start."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        return TyperCommand(cmd_name, help=entry.summary, rich_help_panel=entry.group, hidden=not entry.group)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in COMMANDS and args[0][:1] != "-":
            from reportcli.text import closest_spellings

            meant = _SYNONYMS.get(args[0].lower())
            raise UnknownName(args[0], [meant] if meant else closest_spellings(args[0], COMMANDS), "command")
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and _build_command(args[0]), rest

    def format_options(self, ctx: Any, formatter: Any) -> None:
        from reportcli.cli.examples import TOUR

        self.write_examples(formatter, "Tour", TOUR)
        for group in dict.fromkeys(entry.group for entry in COMMANDS.values() if entry.group):
            with formatter.section(group):
                formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items() if entry.group == group])
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write nothing: they stand before the options."""


class _SingleCommand(_PlainCommand, TyperCommand):
    """A command that shows its options in groups."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        groups: dict[str, list[Any]] = {name: [] for name in _OPTION_GROUPS}
        for parameter in self.get_params(ctx):
            if line := parameter.get_help_record(ctx):
                default = "Arguments" if parameter.param_type_name == "argument" else "Options"
                groups.setdefault(getattr(parameter, "rich_help_panel", None) or default, []).append(line)
        for group, lines in groups.items():
            if lines:
                with formatter.section(group):
                    formatter.write_dl(lines)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the examples, which stand last: nearest to the prompt; and where to read on."""
        from reportcli.cli.examples import EXAMPLES, PAGES

        self.write_examples(formatter, "Examples", EXAMPLES[ctx.info_name])
        if pages := PAGES.get(ctx.info_name):
            formatter.write_paragraph()
            formatter.write_text(f"See also: {', '.join(f'reportcli help {page}' for page in pages)}")


def _build_command(name: str) -> Any:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=_SingleCommand, context_settings=_HELP)(command_function(name))
    return get_command(app)


def command_function(name: str) -> Callable[..., int]:
    """Return the function of a command, as Typer takes it."""
    entry = COMMANDS[name]
    function: Callable[..., int] = getattr(import_module(f"reportcli.cli.commands.{entry.module}"), entry.function)
    return function


def _print_version(is_given: bool) -> None:
    if is_given:
        from reportcli import __version__

        print(f"reportcli {__version__}{_shipped_catalog()}")
        raise typer.Exit


def _set_up_completion(context: typer.Context, parameter: typer.CallbackParam, is_given: bool) -> None:
    if is_given:
        from reportcli.cli.complete import shells

        (option,) = parameter.opts
        following = context.obj[context.obj.index(option) + 1 :]
        shell = shells.known_shell(following[0]) if following else shells.running_shell()
        print(shells.install_completion(shell) if option == _INSTALL else shells.SCRIPTS[shell], end="")
        raise typer.Exit


def _completion_option(name: str, help_text: str) -> Any:
    return typer.Option(name, callback=_set_up_completion, is_eager=True, help=help_text)


_INSTALL = "--install-completion"


def _shipped_catalog() -> str:
    """Return how many reports are shipped and how new they are; "" where they cannot be read."""
    from reportcli.catalog.files import cache_folder, shipped_folder
    from reportcli.library import Library
    from reportcli.query.subject import FIELDS_BY_PATH

    with suppress(ReportcliError), Library([shipped_folder()], cache_folder()) as library:
        days = library.dates(FIELDS_BY_PATH["date"])
        return f"\ncatalog of {max(days)}, {sum(days.values()):,} reports"
    return ""


_Version = Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Suppress notes and warnings.")]
_Color = Annotated[str | None, typer.Option("--color", metavar="WHEN", help="Use color: auto, always or never."), COLOR]
_Install = Annotated[
    bool, _completion_option(_INSTALL, "Install completion for the current shell, or for the one named.")
]
_Show = Annotated[bool, _completion_option("--show-completion", "Print the completion script.")]


def root(
    context: typer.Context,
    version: _Version = False,  # noqa: ARG001  (it and the options of completion have callbacks)
    quiet: _Quiet = False,
    color: _Color = None,
    install: _Install = False,  # noqa: ARG001
    show: _Show = False,  # noqa: ARG001
) -> None:
    """The catalogue of technical reports on large language models."""
    context.obj = GlobalOptions(quiet, color)
    if context.invoked_subcommand is None:
        print(context.get_help())


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; the one place where errors are caught."""
    try:
        app = typer.Typer(add_completion=False, rich_markup_mode=None, cls=_CommandGroup, invoke_without_command=True)
        app.callback(context_settings=_HELP)(root)
        group = get_command(app)
        with group.make_context("reportcli", _with_help_option(arguments), obj=list(arguments)) as context:
            return int(group.invoke(context) or 0)
    except ReportcliError as error:
        return _report_error(error, arguments)
    except _UsageError as error:
        from reportcli.cli.usage import usage_error

        return _report_error(usage_error(error, arguments), arguments)
    except typer.Exit as end:
        return end.exit_code
    except BrokenPipeError:  # the reader has gone away; what is still buffered goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.SUCCESS
    except (OSError, MemoryError) as error:
        return _report_error(SystemFailure(error), arguments)
    except (KeyboardInterrupt, typer.Abort) as end:
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # the prompt is not to stand behind ^C
        for note in getattr(end, "__notes__", ()):
            _write_note(note)
        return ExitCode.INTERRUPTED


def _with_help_option(arguments: Sequence[str]) -> list[str]:
    """Return the arguments; ``help`` without a topic, or with a command, becomes ``--help``."""
    words = list(arguments)
    if words[:1] == ["help"] and all(name in COMMANDS for name in words[1:2]):
        return [*words[1:], "--help"]
    return words


def _report_error(error: ReportcliError, arguments: Sequence[str]) -> int:
    from reportcli.cli.output import write_error

    write_error(error, _asks_for_json(arguments))
    return error.exit_code


def _asks_for_json(arguments: Sequence[str]) -> bool:
    """Return whether a command line, which may be wrong, asks for JSON; of several formats the last one holds."""
    options = list(takewhile(lambda word: word != "--", arguments))
    pairs = zip(options, [*options[1:], ""], strict=True)
    words = (f"{word}={value}" if re.fullmatch(r"--format|-q*f", word) else word for word, value in pairs)
    formats = [match[1] for word in words if (match := re.fullmatch(r"(?:--format=|-q*f=?)(.+)", word))]
    return "--json" in options or formats[-1:] in (["json"], ["jsonl"])


def _write_note(text: str) -> None:
    from reportcli.cli.output import write_note

    write_note(text)


def main() -> NoReturn:
    """Run the command line of this process."""
    prepare_streams()
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # a full disk has been reported by now
            stream.flush()
    os._exit(code)  # nothing is left to tidy up, and the interpreter's own end costs a tenth of the start
