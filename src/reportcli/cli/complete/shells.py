"""Completion in bash, zsh and fish: their scripts, how they ask and are answered, and where the scripts go.

What a catalogue holds never reaches a shell as anything but data: a script evaluates nothing that it is answered, and
a value that cannot be written in the user's quotes, or that a terminal would obey, is not offered.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from reportcli.catalog.files import folder_named_by
from reportcli.cli import FILES
from reportcli.cli.complete.candidates import Completion
from reportcli.cli.complete.command_line import complete
from reportcli.cli.streams import prepare_streams
from reportcli.errors import CompletionNotInstalled, ExitCode, ReportcliError, UsageError
from reportcli.render.value import escape_controls
from reportcli.text import is_displayable

_BASH = r"""# Completion of reportcli in bash.
_reportcli() {
    local answer kind=
    while IFS= read -r answer; do
        if [[ -z $kind ]]; then kind=$answer; else COMPREPLY+=("$answer"); fi
    done < <(_REPORTCLI_COMPLETE=bash "${1/#\~\//$HOME/}" "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
    case $kind in
        open) compopt -o nospace ;;
        files) compopt -o default ;;
        folders) compopt -o dirnames ;;
    esac 2>/dev/null
}
complete -F _reportcli reportcli
"""

_ZSH = r"""#compdef reportcli
# Completion of reportcli in zsh.
_reportcli() {
    local -a answer open closed
    answer=("${(@f)$(_REPORTCLI_COMPLETE=zsh "${words[1]/#\~\//$HOME/}" \
        "${(j: :)words[1,CURRENT-1]} $QIPREFIX$PREFIX" "$PREFIX" 2>/dev/null)}")
    [[ ${answer[2]:-0} -gt 0 ]] && compset -p ${answer[2]}
    case ${answer[1]} in
        files) _files ;;
        folders) _files -/ ;;
        words)
            open=("${(@)${(@M)answer[3,-1]:#+*}#+}")
            closed=("${(@)${(@M)answer[3,-1]:#.*}#.}")
            _describe -t values value closed -U -i "$IPREFIX" -- open -U -i "$IPREFIX" -S ''
            ;;
    esac
}
if [[ $funcstack[1] == _reportcli ]]; then
    _reportcli "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
    compdef _reportcli reportcli
fi
"""

_FISH = r"""# Completion of reportcli in fish.
function __reportcli_complete
    set -l program (string replace -r '^~/' "$HOME/" -- (commandline -opc)[1])
    set -l answer (_REPORTCLI_COMPLETE=fish $program (commandline -cp | string collect) 2>/dev/null)
    set -l kind $answer[1]
    set -e answer[1]
    switch "$kind"
        case files
            printf '%s\n' $answer[1](__fish_complete_path "$answer[2]")
        case folders
            printf '%s\n' $answer[1](__fish_complete_directories "$answer[2]" Folder)
        case words
            printf '%s\n' $answer
    end
end
complete -c reportcli -f -a '(__reportcli_complete)'
"""


class Word(NamedTuple):
    """A word of a command line, as typed and as the program gets it.

    ``positions`` says where each character of ``text`` begins in ``typed``; ``quote`` is the quote that is open at the
    end, if any.
    """

    typed: str
    text: str = ""
    positions: tuple[int, ...] = ()
    quote: str = ""

    def typed_length(self, length: int) -> int:
        """Return how many typed characters make the first characters of the text."""
        return self.positions[length] if length < len(self.text) else len(self.typed)


def split_command_line(line: str, shell: str) -> list[Word]:
    """Split a command line as a shell does, nothing expanded; the last word, which may be empty, ends with the line."""
    words, start = [], 0
    chars: list[tuple[int, str]] = []
    quote, is_escaped = "", False
    for index, char in enumerate(line):
        if is_escaped:
            is_escaped = False
            chars.append((index - 1 - start, char))
        elif char == "\\" and _escapes(quote, line[index + 1 : index + 2], shell):
            is_escaped = True
        elif quote and char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif not quote and char.isspace():
            words.append(_word(line[start:index], chars, ""))
            start, chars = index + 1, []
        else:
            chars.append((index - start, char))
    words.append(_word(line[start:], chars, quote))
    return [word for word in words[:-1] if word.typed] + words[-1:]


def _escapes(quote: str, following: str, shell: str) -> bool:
    """Return whether a backslash stands for the character that follows, instead of itself."""
    if quote == "'":
        return shell == "fish" and following in ("'", "\\")
    return not quote or following in ('"', "\\", "$", "`")


def _word(typed: str, chars: Sequence[tuple[int, str]], quote: str) -> Word:
    return Word(typed, "".join(char for _, char in chars), tuple(index for index, _ in chars), quote)


def main() -> NoReturn:
    """Answer the shell that started this process; what goes wrong offers nothing."""
    prepare_streams()
    with suppress(ReportcliError, OSError, MemoryError, KeyboardInterrupt):
        print(answer_shell(os.environ["_REPORTCLI_COMPLETE"], sys.argv[1:]), end="", flush=True)
    os._exit(ExitCode.SUCCESS)


def answer_shell(shell: str, arguments: Sequence[str]) -> str:
    """Return the answer to the script of a shell.

    Its arguments are the command line up to the cursor and, except in fish, the end of it that is to be replaced.
    """
    line, replaced = (*arguments, "", "")[:2]
    words = split_command_line(line, shell)
    while len(words) > 2 and re.match(r"\w+=", words[0].typed):
        del words[0]
    word = words[-1]
    if len(words) < 2 or shell not in _ANSWERS or not _is_text(line) or "\n" in word.typed:
        return ""
    if re.fullmatch(r"\d*[<>]+[&|]?", words[-2].typed):
        completion = Completion(by_shell=FILES)
    else:
        completion = complete([word.text for word in words[1:]], shows_meanings=shell != "bash")
    candidates = tuple(candidate for candidate in completion.candidates if all(map(is_displayable, candidate.value)))
    kept_by_shell = len(word.typed) - len(replaced)
    lines = _ANSWERS[shell](completion._replace(candidates=candidates), word, kept_by_shell)
    return "".join(f"{line}\n" for line in lines)


def _is_text(line: str) -> bool:
    """Return whether a line is valid Unicode; an argument may hold other bytes."""
    return line.encode("utf-8", "ignore").decode() == line


def _bash(completion: Completion, word: Word, kept_by_shell: int) -> Iterator[str]:
    yield completion.by_shell or ("open" if any(value.continues for value in completion.candidates) else "words")
    for candidate in completion.candidates:
        if (quoted := _quoted(candidate.value, word.quote)) is not None:
            yield (word.typed[: word.typed_length(completion.kept)] + quoted)[kept_by_shell:]


def _quoted(value: str, quote: str) -> str | None:
    """Return the value as bash reads it after an open quote; None where it cannot be written there."""
    if quote:
        return None if re.search("'" if quote == "'" else r'["\\$`!]', value) else value
    return re.sub(r"([^\w@%+=:,./-])", r"\\\1", value)


def _zsh(completion: Completion, word: Word, kept_by_shell: int) -> Iterator[str]:
    yield completion.by_shell or "words"
    yield str(max(word.typed_length(completion.kept) - kept_by_shell, 0))
    for candidate in completion.candidates:
        mark = "+" if candidate.continues else "."
        value = candidate.value.replace("\\", "\\\\").replace(":", "\\:")
        yield f"{mark}{value}{':' * bool(candidate.meaning)}{escape_controls(candidate.meaning)}"


def _fish(completion: Completion, word: Word, _kept_by_shell: int) -> Iterator[str]:
    kept, rest = word.text[: completion.kept], word.text[completion.kept :]
    yield completion.by_shell or "words"
    if completion.by_shell:
        yield from (kept, rest)
    for candidate in completion.candidates:
        yield kept + candidate.value + ("\t" + escape_controls(candidate.meaning) if candidate.meaning else "")


_ANSWERS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def running_shell() -> str:
    """Return the shell that started this process. Raises UsageError where there is no completion for it."""
    import shellingham  # type: ignore[import-untyped]

    try:
        name = str(shellingham.detect_shell()[0])
    except shellingham.ShellDetectionFailure:
        name = os.path.basename(os.environ.get("SHELL", ""))
    return known_shell(name)


def known_shell(name: str) -> str:
    """Return the name of a shell. Raises UsageError where there is no completion for it."""
    if name not in SCRIPTS:
        raise UsageError(f"there is no completion for {name or 'this shell'}", f"choose from {', '.join(SCRIPTS)}")
    return name


def install_completion(shell: str) -> str:
    """Write the script and, where the shell does not look for it there, add a line to the shell's start-up file.

    Return what was done, and what to do next. A second time changes nothing. Raises CompletionNotInstalled.
    """
    script, startup = _script_and_startup_file(shell)
    line = f"[ ! -f {_short(script)} ] || . {_short(script)} # completion of reportcli\n"
    done = []
    try:
        if _text(script) != SCRIPTS[shell]:
            script.parent.mkdir(parents=True, exist_ok=True)
            temporary = script.with_name(script.name + ".new")
            temporary.unlink(missing_ok=True)  # left by a process that was killed, or a link to somewhere
            with temporary.open("x", encoding="utf-8") as file:
                file.write(SCRIPTS[shell])
            temporary.replace(script)
            done.append(f"wrote {_short(script)}\n")
        before = _text(startup) if startup else line
        if startup and line not in before:
            with startup.open("a", encoding="utf-8") as file:  # not replaced: it is the user's, and may be a link
                file.write(line if before.endswith("\n") or not before else "\n" + line)
            done.append(f"added a line to {_short(startup)}\n")
    except OSError as error:
        raise CompletionNotInstalled(error, shell) from error
    if not done:
        return f"already installed: {_short(script)}\n"
    return f"{''.join(done)}Restart {shell}, or run: source {_short(script)}\n"


def _script_and_startup_file(shell: str) -> tuple[Path, Path | None]:
    """Return the path of the script, and the start-up file of a shell that does not look for the script there."""
    home = _home()
    if shell == "fish":
        config = folder_named_by("XDG_CONFIG_HOME") or home / ".config"
        return config / "fish" / "completions" / "reportcli.fish", None
    if shell == "zsh":
        return home / ".zfunc" / "_reportcli", (folder_named_by("ZDOTDIR") or home) / ".zshrc"
    data = folder_named_by("XDG_DATA_HOME") or home / ".local" / "share"
    return data / "bash-completion" / "completions" / "reportcli", home / ".bashrc"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:  # HOME is not set, and the system does not know the user
        raise UsageError("there is no home folder to install completion in", "set HOME") from error


def _short(path: Path) -> str:
    """Return a path as a shell reads it, with ~ for the home folder."""
    home = _home()
    return f"~/{_quoted(str(path.relative_to(home)), '')}" if path.is_relative_to(home) else str(_quoted(str(path), ""))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""
