"""How the list of fields is declared: records of fields, each with its description."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import MISSING, FrozenInstanceError, dataclass, field
from operator import attrgetter
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, Self, dataclass_transform

NAME_WEIGHT, TECHNIQUE_WEIGHT, TITLE_WEIGHT = 1000.0, 100.0, 30.0
MODEL_WEIGHT, NOTE_WEIGHT, OTHER_WEIGHT = 10.0, 3.0, 1.0


class FieldInfo(NamedTuple):
    """The description of a field; ``help`` names the unit where there is one."""

    help: str
    short_names: tuple[str, ...] = ()  # other names in queries and columns
    label: str = ""  # for a reader; default: the key with spaces
    heading: str = ""  # of a column; default: the label
    choices: tuple[str, ...] = ()  # the only values allowed
    vocabulary: bool = False  # the values are ids of techniques
    max_length: int = 0  # characters; 0 is no limit
    pattern: str = ""  # regular expression that each text matches
    limits: tuple[float, float] | None = None  # of a number, both ends included
    example: str | int | float = ""  # a value, or one item of a list
    weight: float = 0.0  # of a word in this field, in the ranking of a search; 0 is not searched
    group: str = ""  # of rows in a comparison; "" is not compared
    compared: bool = True  # whether a comparison of its table has a row for it
    of_flagship: bool = False  # a figure that does not hold for a model of another size
    of_rl: bool = False  # a figure that does not hold for a model without RL
    context: bool = False  # 128k may stand for 131,072
    by_value: bool = False  # counted by value, not by powers of ten
    computed: bool = False  # from other figures: shown with ≈
    in_bytes: bool = False  # shown and asked in KiB, MiB and GiB
    follows_from: tuple[str, ...] = ()  # of a derived figure: the fields that a report states for it
    seen_as: str = ""  # attribute of the table that readers and queries see instead; of numbers, maybe several
    expected: bool = False  # of every entry that is shared; without it an entry is incomplete
    rank: int = 99  # of the column on a narrow screen: low ones are kept longest


def optional(summary: str, *short_names: str, default: Any = None, **info: Any) -> Any:
    """Declare a field that may be unknown; ``info`` are further attributes of ``FieldInfo``."""
    return field(default=default, metadata={"info": FieldInfo(summary, short_names, **info)})


def required(summary: str, *short_names: str, **info: Any) -> Any:
    """Declare a field that every entry must have."""
    return field(metadata={"info": FieldInfo(summary, short_names, **info)})


def expected(summary: str, *short_names: str, default: Any = None, **info: Any) -> Any:
    """Declare a field without which an entry is incomplete: it is read, and ``check`` asks for the field."""
    return optional(summary, *short_names, default=default, expected=True, **info)


def several(summary: str, *short_names: str, **info: Any) -> Any:
    """Declare a field with any number of values, which may be none."""
    return optional(summary, *short_names, default=(), **info)


def mapping(summary: str, *short_names: str, **info: Any) -> Any:
    """Declare a field with texts by key, which may be empty."""
    return field(default_factory=lambda: _EMPTY_MAPPING, metadata={"info": FieldInfo(summary, short_names, **info)})


_EMPTY_MAPPING: Mapping[str, str] = MappingProxyType({})


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record:
    """A value whose class declares fields, such as a part of a report: frozen, and equal if all fields are.

    Its values are given by name; in a subclass that is not ``kw_only``, by place too. Every subclass is a dataclass.
    Its methods are these, since methods that ``dataclass`` generates for each class take longer at every start than all
    else in this package.
    """

    def __init_subclass__(cls, kw_only: bool = True) -> None:
        dataclass(kw_only=kw_only, init=False, eq=False, repr=False)(cls)
        declared: Mapping[str, Any] = cls.__dict__["__dataclass_fields__"]
        for name, one in declared.items():
            if one.default_factory is not MISSING:
                setattr(cls, name, one.default_factory())
        cls._names = declared.keys()
        cls._required = {name for name in declared if not hasattr(cls, name)}
        cls._get_values = staticmethod(attrgetter(*(name for name, one in declared.items() if one.compare)))

    _names: ClassVar[Set[str]]
    _required: ClassVar[Set[str]]  # the names without a default
    _get_values: ClassVar[Any]  # a function that returns the values of a record that are compared

    def __init__(self, *by_place: Any, **values: Any) -> None:
        if by_place:
            values |= zip(self._names, by_place, strict=False)
        if not self._required <= values.keys() <= self._names:
            wrong = (self._required - values.keys()) | (values.keys() - self._names)
            raise TypeError(f"{type(self).__name__}: missing or unknown: {', '.join(sorted(wrong))}")
        self.__dict__.update(values)

    @classmethod
    def of(cls, values: Iterable[tuple[str, Any]]) -> Self:
        """Return the record with these values, which must be all of them: nothing is checked."""
        record = cls.__new__(cls)
        record.__dict__.update(values)
        return record

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and bool(self._get_values(self) == self._get_values(other))

    def __hash__(self) -> int:
        return hash(self._get_values(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in self._names)})"

    def __getstate__(self) -> dict[str, Any]:
        """Return the values for a copy, which a frozen mapping does not allow to be made of it."""
        values = vars(self).items()
        return {name: dict(value) if isinstance(value, MappingProxyType) else value for name, value in values}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(
            {name: MappingProxyType(value) if isinstance(value, dict) else value for name, value in state.items()}
        )

    def __setattr__(self, name: str, value: Any) -> None:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
