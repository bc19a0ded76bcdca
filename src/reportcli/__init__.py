"""reportcli, the catalogue of technical reports on large language models. Loads nothing before it is used."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reportcli.errors import ReportcliError
    from reportcli.library import Library, open_catalog
    from reportcli.report.fields import Report


__all__ = ["Library", "Report", "ReportcliError", "__version__", "open_catalog"]

_MODULES = {"ReportcliError": "errors", "Library": "library", "open_catalog": "library", "Report": "report.fields"}


def __getattr__(name: str) -> Any:
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
