"""How bash, zsh and fish ask for completion, and are answered: their scripts, their quotes, where they look for both.

What a catalogue holds never reaches a shell as anything but data: a script evaluates nothing that it is answered, and
a value that cannot be written in the user's quotes, or that a terminal would obey, is not offered.
"""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reportcli.cli.complete.candidates import Completion
from reportcli.cli.complete.command_line import Program, complete
from reportcli.cli.options import FILES
from reportcli.errors import CompletionNotInstalled, UsageError
from reportcli.render.value import escape_controls
from reportcli.text import is_displayable

_BASH = r"""# Completion of reportcli in bash.
_reportcli() {
    local answer way=
    while IFS= read -r answer; do
        if [[ -z $way ]]; then way=$answer; else COMPREPLY+=("$answer"); fi
    done < <(_REPORTCLI_COMPLETE=bash "${1/#\~\//$HOME/}" "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null)
    case $way in
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
    set -l way $answer[1]
    set -e answer[1]
    switch "$way"
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
    """A word of a command line: as typed, as the program gets it, and where each letter of that begins in the former.

    ``quote`` is the quote that is open at its end, if any.
    """

    typed: str
    text: str = ""
    places: tuple[int, ...] = ()
    quote: str = ""

    def place(self, letters: int) -> int:
        """Return how much of what is typed makes the first letters."""
        return self.places[letters] if letters < len(self.text) else len(self.typed)


def split_command_line(line: str, shell: str) -> list[Word]:
    """Split a command line as a shell does, nothing expanded; the last word ends where the line ends, maybe empty."""
    words, start = [], 0
    letters: list[tuple[int, str]] = []
    quote, escaped = "", False
    for place, letter in enumerate(line):
        if escaped:
            escaped = False
            letters.append((place - 1 - start, letter))
        elif letter == "\\" and _escapes(quote, line[place + 1 : place + 2], shell):
            escaped = True
        elif quote and letter == quote:
            quote = ""
        elif not quote and letter in "'\"":
            quote = letter
        elif not quote and letter.isspace():
            words.append(_word(line[start:place], letters, ""))
            start, letters = place + 1, []
        else:
            letters.append((place - start, letter))
    words.append(_word(line[start:], letters, quote))
    return [one for one in words[:-1] if one.typed] + words[-1:]


def _escapes(quote: str, following: str, shell: str) -> bool:
    """Return whether a backslash means the letter that follows, instead of itself."""
    if quote == "'":
        return shell == "fish" and following in ("'", "\\")
    return not quote or following in ('"', "\\", "$", "`")


def _word(typed: str, letters: Sequence[tuple[int, str]], quote: str) -> Word:
    return Word(typed, "".join(letter for _, letter in letters), tuple(place for place, _ in letters), quote)


def answer_shell(shell: str, asked: Sequence[str], program: Program) -> str:
    """Return what a script of a shell is answered.

    It asks with the command line up to the cursor and, but for fish, with the end of that which it is going to replace.
    """
    line, replaced = (*asked, "", "")[:2]
    words = split_command_line(line, shell)
    while len(words) > 2 and re.match(r"\w+=", words[0].typed):
        del words[0]
    word = words[-1]
    if len(words) < 2 or shell not in _ANSWERS or not _is_text(line) or "\n" in word.typed:
        return ""
    if re.fullmatch(r"\d*[<>]+[&|]?", words[-2].typed):
        found = Completion(by_shell=FILES)
    else:
        found = complete([one.text for one in words[1:]], program)
    offered = [one for one in found.candidates if all(map(is_displayable, one.value))]
    before = len(word.typed) - len(replaced)
    return "".join(f"{line}\n" for line in _ANSWERS[shell](found._replace(candidates=tuple(offered)), word, before))


def _is_text(line: str) -> bool:
    """Return whether a line is text altogether; an argument may hold bytes that are none."""
    return line.encode("utf-8", "ignore").decode() == line


def _bash(found: Completion, word: Word, before: int) -> Iterator[str]:
    yield found.by_shell or ("open" if any(one.goes_on for one in found.candidates) else "words")
    for one in found.candidates:
        if (quoted := _quoted(one.value, word.quote)) is not None:
            yield (word.typed[: word.place(found.kept)] + quoted)[before:]


def _quoted(value: str, quote: str) -> str | None:
    """Return the value as bash reads it, inside of a quote that is open; None where it cannot be written there."""
    if quote:
        return None if re.search("'" if quote == "'" else r'["\\$`!]', value) else value
    return re.sub(r"([^\w@%+:,./-])", r"\\\1", value)


def _zsh(found: Completion, word: Word, before: int) -> Iterator[str]:
    yield found.by_shell or "words"
    yield str(max(word.place(found.kept) - before, 0))
    for one in found.candidates:
        value = one.value.replace("\\", "\\\\").replace(":", "\\:")
        yield f"{'+' if one.goes_on else '.'}{value}{':' * bool(one.meaning)}{escape_controls(one.meaning)}"


def _fish(found: Completion, word: Word, before: int) -> Iterator[str]:
    kept, rest = word.text[: found.kept], word.text[found.kept :]
    yield found.by_shell or "words"
    if found.by_shell:
        yield from (kept, rest)
    for one in found.candidates:
        yield kept + one.value + ("\t" + escape_controls(one.meaning) if one.meaning else "")


_ANSWERS = {"bash": _bash, "zsh": _zsh, "fish": _fish}
SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def running_shell() -> str:
    """Return the shell that started this process. Raises BadUse where it is none that completion exists for."""
    import shellingham  # type: ignore[import-untyped]

    try:
        name = str(shellingham.detect_shell()[0])
    except shellingham.ShellDetectionFailure:
        name = os.path.basename(os.environ.get("SHELL", ""))
    return known_shell(name)


def known_shell(name: str) -> str:
    """Return the name of a shell. Raises BadUse where completion does not exist for it."""
    if name not in SCRIPTS:
        raise UsageError(f"there is no completion for {name or 'this shell'}", f"name one of: {', '.join(SCRIPTS)}")
    return name


def install_completion(shell: str) -> str:
    """Put the script where it belongs and, where the shell does not look there, a line into what it reads at its start.

    Return what was done, and what to do next. A second time changes nothing. Raises CannotInstall.
    """
    script, start = _places(shell)
    line = f"[ ! -f {_shown(script)} ] || . {_shown(script)} # completion of reportcli\n"
    done = []
    try:
        if _text(script) != SCRIPTS[shell]:
            script.parent.mkdir(parents=True, exist_ok=True)
            beside = script.with_name(script.name + ".new")
            beside.unlink(missing_ok=True)  # left by one that was killed, or a link to somewhere
            with beside.open("x", encoding="utf-8") as file:
                file.write(SCRIPTS[shell])
            beside.replace(script)
            done.append(f"wrote {_shown(script)}\n")
        before = _text(start) if start else line
        if start and line not in before:
            with start.open("a", encoding="utf-8") as file:  # not made anew: it is the user's, and may be a link
                file.write(line if before.endswith("\n") or not before else "\n" + line)
            done.append(f"added a line to {_shown(start)}\n")
    except OSError as error:
        raise CompletionNotInstalled(error, shell) from error
    if not done:
        return f"already installed: {_shown(script)}\n"
    return f"{''.join(done)}Restart {shell}, or run: source {_shown(script)}\n"


def _places(shell: str) -> tuple[Path, Path | None]:
    """Return where the script belongs, and the file that a shell reads at its start if it does not look there."""
    home = _home()
    if shell == "fish":
        return _folder("XDG_CONFIG_HOME", home / ".config") / "fish" / "completions" / "reportcli.fish", None
    if shell == "zsh":
        return home / ".zfunc" / "_reportcli", _folder("ZDOTDIR", home) / ".zshrc"
    data = _folder("XDG_DATA_HOME", home / ".local" / "share")
    return data / "bash-completion" / "completions" / "reportcli", home / ".bashrc"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:  # HOME is not set, and the system does not know who we are
        raise UsageError("there is no home folder to install completion in", "set HOME") from error


def _shown(path: Path) -> str:
    """Return a path as a shell reads it, short where it lies at home."""
    home = _home()
    return f"~/{_quoted(str(path.relative_to(home)), '')}" if path.is_relative_to(home) else str(_quoted(str(path), ""))


def _folder(variable: str, usual: Path) -> Path:
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else usual


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape")
    except FileNotFoundError:
        return ""
