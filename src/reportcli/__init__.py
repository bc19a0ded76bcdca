"""reportcli, the catalogue of technical reports on large language models. Loads nothing before it is used.

``from reportcli import open_catalog`` is where a notebook or a script begins; ``reportcli help python`` has more.
"""

from typing import TYPE_CHECKING

__all__ = ["Catalog", "Report", "ReportcliError", "Results", "__version__", "open_catalog"]

_MODULES = {
    "Catalog": "api.catalog", "Report": "api.results", "ReportcliError": "errors", "Results": "api.results",
    "open_catalog": "api.catalog",
}  # fmt: skip

if TYPE_CHECKING:
    from reportcli.api.catalog import Catalog, open_catalog
    from reportcli.api.results import Report, Results
    from reportcli.errors import ReportcliError

    __version__: str
else:  # unseen by type checkers, which would take any name for one of ours

    def __getattr__(name):
        from importlib import import_module

        if name == "__version__":
            metadata = import_module("importlib.metadata")
            try:
                return metadata.version("reportcli")
            except metadata.PackageNotFoundError:  # run from a folder or an archive, without an installation
                return "unknown"
        if name in _MODULES:
            return getattr(import_module(f"reportcli.{_MODULES[name]}"), name)
        raise AttributeError(f"module 'reportcli' has no attribute {name!r}")

    def __dir__():
        return __all__
