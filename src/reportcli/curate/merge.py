"""An entry and a record that says more of it → the entry with both. Tables are as in TOML; none is changed."""

from collections.abc import Mapping
from typing import Any

from reportcli.curate.entry import has_field

_NAMED = ("models",)  # arrays whose tables are known by their name


def merged(entry: Mapping[str, Any], record: Mapping[str, Any], overwrite: bool) -> dict[str, Any]:
    """Return an entry with what a record adds; with ``overwrite``, with the record's values where both have one.

    What only the entry says stays. Models are known by their names; other lists are values as a whole. A field that is
    known now is no longer among the undisclosed ones.
    """
    both = _merged(entry, record, overwrite)
    if undisclosed := both.pop("undisclosed", None):
        of_tables = [path for path in entry.get("undisclosed", ()) if has_field(entry, path)]
        still = [path for path in undisclosed if path in of_tables or not has_field(both, path)]
        both |= {"undisclosed": still} if still else {}
    return both


def _merged(entry: Mapping[str, Any], record: Mapping[str, Any], overwrite: bool) -> dict[str, Any]:
    both = dict(entry)
    for key, value in record.items():
        before = both.get(key)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            both[key] = _merged(before, value, overwrite)
        elif key in _NAMED and isinstance(before, list) and isinstance(value, list):
            both[key] = _merged_by_name(before, value, overwrite)
        elif overwrite or before in (None, "", [], {}):
            both[key] = value
    return both


def _merged_by_name(entry: list[Any], record: list[Any], overwrite: bool) -> list[Any]:
    places = {item.get("name"): place for place, item in enumerate(entry) if isinstance(item, Mapping)}
    both = list(entry)
    for item in record:
        place = places.get(item.get("name")) if isinstance(item, Mapping) else None
        if place is None:
            both.append(item)
        else:
            both[place] = _merged(both[place], item, overwrite)
    return both
