"""The names of fields: a name means the same in a query, as a column, in an order and on an axis."""

from collections.abc import Callable, Mapping, Sequence

from reportcli.report.derived import DERIVED
from reportcli.report.fields import FIELDS, Field
from reportcli.text import closest_spellings


def _fields_by_name(fields: tuple[Field, ...]) -> Mapping[str, Field]:
    """Return the fields by each of their names; paths take precedence over short names, those over keys."""
    names_of: list[Callable[[Field], tuple[str, ...]]] = [
        lambda field: (field.path,), lambda field: field.info.short_names, lambda field: (field.key,),
    ]  # fmt: skip
    by_name: dict[str, Field] = {}
    for names in names_of:
        for field in fields:
            for name in names(field):
                by_name.setdefault(name, field)
    return by_name


def _is_of_models(field: Field) -> bool:
    return field.path.startswith("models.")


# Of several with a name, the figure of the model that is shown; what models state of their own has its path as a name.
FIELDS_BY_NAME = _fields_by_name((*DERIVED, *sorted(FIELDS, key=_is_of_models)))


def field_named(name: str) -> Field | None:
    """Return the field that a name means, without regard to case, hyphens, spaces and a plural s."""
    key = name.lower().replace("-", "_").replace(" ", "_")
    spellings = (key, key + "s", key.removesuffix("s"))
    names = (*spellings, *(_SYNONYMS.get(spelling, "") for spelling in spellings))
    return next((FIELDS_BY_NAME[spelling] for spelling in names if spelling in FIELDS_BY_NAME), None)


_FEW = 5  # names that an error lists
_MOST_WORDS = 4  # of the name of a field
_SYNONYMS = {  # what people type that is neither a key nor a short name
    "size": "parameters", "ctx": "context", "year": "date", "month": "date", "quarter": "date", "released": "date",
    "lab": "organizations", "company": "organizations", "organisation": "organizations", "vendor": "organizations",
    "arch": "type", "attn": "attention", "norm": "normalization", "vocab": "vocabulary", "opt": "optimizer",
    "framework": "rl_framework", "gpu": "hardware",
    "licence": "license", "alias": "aliases",
}  # fmt: skip


def closest_field_names(name: str) -> list[str]:
    """Return names of fields that are spelled almost like a text, else those with a word that it begins, if few.

    A far-fetched guess is worse than none.
    """
    start = f"_{name.lower()}"
    begun = dict.fromkeys(key for key in FIELDS_BY_NAME if start in f"_{key}" and "." not in key)
    return closest_spellings(name, field_names(), least=0.7) or (list(begun) if len(begun) <= _FEW else [])


def join_field_names(words: Sequence[str]) -> list[str]:
    """Return words, those that name a field together as that name: ``gpu hours params`` as ``gpu_hours params``."""
    joined, start = list[str](), 0
    while start < len(words):
        ends = range(min(len(words), start + _MOST_WORDS), start + 1, -1)
        end = next((end for end in ends if field_named("_".join(words[start:end]))), start + 1)
        joined.append("_".join(words[start:end]))
        start = end
    return joined


def short_name(field: Field) -> str:
    """Return the shortest name of a field as a column: its key, else its path where another field has the key."""
    return field.key if field_named(field.key) is field else field.path


def field_names() -> list[str]:
    """Return every name of every field: paths, keys and short names."""
    return [name for field in FIELDS + DERIVED for name in (field.path, field.key, *field.info.short_names)]
