"""The command line: arguments in, the answer written, errors caught in one place."""

from typing import NamedTuple

COLOR = ("auto", "always", "never")
THEMES = ("dark", "light")  # of a picture in SVG

# What a parameter takes, for completion.
NAMES, TECHNIQUE, QUERY, PERIOD = "names", "technique", "query", "period"
FIELD, FIGURE, VALUE, COLUMNS, SORT = "field", "figure", "value", "columns", "sort"
ASSIGNMENT = "assignment"
FILES, FOLDERS, COMMAND = "files", "folders", "command"


class GlobalOptions(NamedTuple):
    """The options that may stand before the command too."""

    quiet: bool = False
    color: str | None = None
