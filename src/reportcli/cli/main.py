"""The door: argv comes in, the one command that is asked for is built and run, errors are caught once."""

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from types import SimpleNamespace
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from reportcli.cli.streams import prepare_streams
from reportcli.errors import ExitCode, ReportcliError, UnknownName

# click's exceptions in some releases of Typer, its own copy in others; BadParameter is public in all.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]
_HELP = {"help_option_names": ["-h", "--help"]}


class Command(NamedTuple):
    """A command of the table: its group in the help, its line there, and where its function lives."""

    group: str
    line: str
    module: str
    function: str


COMMANDS = {
    "list": Command("Browse", "Every report, newest first.", "read", "list_reports"),
    "search": Command("Browse", "The reports that match a query, best first.", "read", "search"),
    "filter": Command("Browse", "The reports of a period.", "read", "filter_reports"),
    "filter-by-date": Command("", "The same as filter.", "read", "filter_reports"),
    "show": Command("Browse", "Show everything known about a report.", "read", "show"),
    "term": Command("Browse", "What a technique is, and the reports that use it.", "read", "term"),
    "compare": Command("Analyse", "Reports, or single models, side by side.", "read", "compare"),
    "count": Command("Analyse", "How many reports have each value of a field.", "overview", "count"),
    "timeline": Command("Analyse", "When reports came out.", "overview", "timeline"),
    "plot": Command("Analyse", "Scatter-plot two fields.", "overview", "plot"),
    "lineage": Command("Analyse", "Show base models and teachers.", "overview", "lineage"),
    "add": Command("Contribute", "A new entry in your own catalogue.", "curate", "add"),
    "edit": Command("Contribute", "An entry in your editor, checked before it is saved.", "curate", "edit"),
    "check": Command("Contribute", "Check a catalogue for errors.", "curate", "check_files"),
    "schema": Command("Contribute", "The JSON Schema of an entry, for editors.", "curate", "print_schema"),
    "open": Command("Other", "A report or one of its links in the browser.", "system", "open_link"),
    "info": Command("Other", "Show the folders and files in use.", "system", "info"),
    "help": Command("Other", "Help on queries, periods, formats, exit codes, or a command.", "help", "page"),
}


class Helped:
    """Help as plain text, in groups; on a terminal the headings and what can be typed stand out."""

    def get_help(self, ctx: Any) -> str:
        from reportcli.cli.commands.help import styled

        text: str = super().get_help(ctx)  # type: ignore[misc]
        return styled(text)


class Commands(Helped, TyperGroup):
    """Builds only the command that is asked for: building all of them costs more than the rest of a start."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        return TyperCommand(cmd_name, help=entry.line, rich_help_panel=entry.group, hidden=not entry.group)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args[0] not in COMMANDS and args[0][:1] != "-":
            from reportcli.text import closest_spellings

            raise UnknownName(args[0], closest_spellings(args[0], COMMANDS), "command")
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and _build_command(args[0]), rest

    def format_options(self, ctx: Any, formatter: Any) -> None:
        for group in dict.fromkeys(entry.group for entry in COMMANDS.values() if entry.group):
            with formatter.section(group):
                formatter.write_dl([(name, entry.line) for name, entry in COMMANDS.items() if entry.group == group])
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write nothing: they stand before the options."""


class Grouped(Helped, TyperCommand):
    """A command that shows its options in groups."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        groups: dict[str, list[Any]] = {}
        for parameter in self.get_params(ctx):
            if line := parameter.get_help_record(ctx):
                usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
                groups.setdefault(getattr(parameter, "rich_help_panel", None) or usual, []).append(line)
        for group, lines in groups.items():
            with formatter.section(group):
                formatter.write_dl(lines)


def _build_command(name: str) -> Any:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=Grouped, context_settings=_HELP)(_command_function(name))
    return get_command(app)


def _command_function(name: str) -> Callable[..., int]:
    from reportcli.cli.options import command

    entry = COMMANDS[name]
    return command(getattr(import_module(f"reportcli.cli.commands.{entry.module}"), entry.function))


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"reportcli {version('reportcli')}")
        raise typer.Exit


def _set_up_completion(context: typer.Context, parameter: typer.CallbackParam, wanted: bool) -> None:
    if wanted:
        from reportcli.cli.complete import shells

        (option,) = parameter.opts
        named = context.obj[context.obj.index(option) + 1 :]
        shell = shells.known_shell(named[0]) if named else shells.running_shell()
        print(shells.install_completion(shell) if option == _INSTALL else shells.SCRIPTS[shell], end="")
        raise typer.Exit


def _set_up(option: str, help: str) -> Any:
    return typer.Option(option, callback=_set_up_completion, is_eager=True, help=help)


_INSTALL = "--install-completion"
_Install = Annotated[bool, _set_up(_INSTALL, "Install completion for the current shell, or for the one named.")]
_Show = Annotated[bool, _set_up("--show-completion", "Print the completion script.")]


def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Suppress notes and warnings.")] = False,
    color: Annotated[
        str | None, typer.Option("--color", metavar="WHEN", help="auto, always or never."), ("auto", "always", "never")
    ] = None,
    install: _Install = False,
    show: _Show = False,
) -> None:
    """The catalogue of technical reports on large language models."""
    context.obj = SimpleNamespace(quiet=quiet, color=color)
    if context.invoked_subcommand is None:
        print(context.get_help())


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; the one place where errors are caught."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, cls=Commands, invoke_without_command=True)
    app.callback(context_settings=_HELP)(_root)
    try:
        if shell := os.environ.get("_REPORTCLI_COMPLETE"):
            return _complete(shell, arguments)
        root = get_command(app)
        with root.make_context("reportcli", _meant(arguments), obj=list(arguments)) as opened:
            return int(root.invoke(opened) or 0)
    except ReportcliError as error:
        return _failed(str(error), error.hint, error.exit_code)
    except _UsageError as error:
        context = getattr(error, "ctx", None)
        message = error.format_message()  # type: ignore[attr-defined]
        return _failed(message, f"`{context.command_path if context else 'reportcli'} --help`.", 2)
    except typer.Exit as ended:
        return ended.exit_code
    except BrokenPipeError:  # the reader has gone away: nothing is owed to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _failed(f"I/O error: {error.strerror or error}", "", 3)
    except (KeyboardInterrupt, typer.Abort):
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # the prompt is not to stand behind ^C
        return ExitCode.INTERRUPTED


def _meant(arguments: Sequence[str]) -> list[str]:
    """Return the arguments; ``help`` alone, or with a command, is the same as ``--help``."""
    if arguments[:1] == ["help"] and all(name in COMMANDS for name in arguments[1:2]):
        return [*arguments[1:], "--help"]
    return list(arguments)


def _complete(shell: str, asked: Sequence[str]) -> int:
    from reportcli.cli.complete import shells
    from reportcli.cli.complete.command_line import Program

    lines = {name: entry.line if entry.group else "" for name, entry in COMMANDS.items()}
    print(shells.answer_shell(shell, asked, Program(_root, lines, _command_function)), end="")
    return 0


def _failed(problem: str, hint: str, code: int) -> int:
    from reportcli.cli.output import write_note

    write_note(f"error: {problem}" + (f"\n  {hint}" if hint else ""))
    return code


def main() -> NoReturn:
    """Run the command line of this process."""
    prepare_streams()
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # a full disk has been reported by now
            stream.flush()
    os._exit(code)  # nothing is left to tidy up, and the interpreter's own end costs a tenth of the start
