"""The command line: arguments in, the answer written, errors caught in one place."""

from typing import NamedTuple

COLOR = ("auto", "always", "never")
THEMES = ("dark", "light")  # of a picture in SVG


class GlobalOptions(NamedTuple):
    """The options that may stand before the command too."""

    quiet: bool = False
    color: str | None = None
