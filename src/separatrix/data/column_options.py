"""Column options: what a user says about columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from separatrix.data.kinds.dates import ORDERS, Order
from separatrix.errors import ParameterError, did_you_mean

TargetMissing = Literal["error", "drop", "class"]

Names = Sequence[str]


@dataclass(frozen=True)
class ColumnOptions:
    """What a user says about columns: it goes before every decision.

    Parameters
    ----------
    categorical, numeric : sequence of str
        Columns whose values are categories, or numbers.
    date : sequence of str or mapping of str to str
        Columns of dates; a mapping names the order: 'ymd', 'dmy', 'mdy' or 'time'.
    ordered : sequence of str or mapping of str to sequence of str
        Columns of ordered categories; a mapping names the levels from the lowest to the highest. Without
        them, numbers and common scales (low, medium, high) are known, other levels go by the alphabet.
    drop : sequence of str
        Columns to leave out.
    keep : sequence of str
        Columns to learn from, even if they seem to be identifiers, free text or duplicates.
    join_spellings : sequence of str
        Columns of categories whose spellings that differ in case or spaces alone (`Yes`, `yes `, `YES`) are
        one value, also in new rows. They may be named by another option, too.
    target_missing : {"error", "drop", "class"}
        What to do with rows without a target: raise an error, leave them out, or make them a class of their
        own, called `(missing)`.

    Raises
    ------
    ParameterError
        If a column is named twice, or a value is none of these.

    Examples
    --------
    >>> ColumnOptions(categorical=["zip"], drop="customer").drop
    ('customer',)
    """

    categorical: Names = ()
    numeric: Names = ()
    date: Names | Mapping[str, str] = ()
    ordered: Names | Mapping[str, Sequence[str]] = ()
    drop: Names = ()
    keep: Names = ()
    join_spellings: Names = ()
    target_missing: TargetMissing = "error"

    @classmethod
    def of(cls, **columns: Any) -> ColumnOptions:
        """Return the options; a `ParameterError` for one that does not exist."""
        known = OPTION_NAMES
        for name in columns:
            if name not in known:
                raise ParameterError(
                    name,
                    f"is no parameter; those on columns are {', '.join(known)}.{did_you_mean(name, known)}",
                )
        return cls(**columns)

    def __post_init__(self) -> None:
        """Check the values; one name is a sequence of one."""
        for name in ("categorical", "numeric", "drop", "keep", "join_spellings"):
            object.__setattr__(self, name, _names(name, getattr(self, name)))
        for name in ("date", "ordered"):
            value = getattr(self, name)
            if not isinstance(value, Mapping):
                object.__setattr__(self, name, dict.fromkeys(_names(name, value)))
        for column, order in self.orders.items():
            if order is not None and order not in ORDERS:
                raise ParameterError(
                    "date", f"must name an order of {', '.join(ORDERS)} for '{column}', got {order!r}."
                )
        if self.target_missing not in get_args(TargetMissing):
            raise ParameterError(
                "target_missing", f"must be error, drop or class, got {self.target_missing!r}."
            )
        repeated = [name for name, count in Counter(self.all_names).items() if count > 1]
        if repeated:
            raise ParameterError(
                next(option for option in _OPTIONS if repeated[0] in getattr(self, option)),
                f"must not name a column that another option names, too, got '{repeated[0]}'; name it once.",
            )

    @property
    def orders(self) -> Mapping[str, Order | None]:
        """The order of the dates of each column; None if it is to be found."""
        assert isinstance(self.date, Mapping)
        return self.date  # type: ignore[return-value]

    @property
    def scales(self) -> Mapping[str, Sequence[str] | None]:
        """The levels of each ordered column; None if they are to be found."""
        assert isinstance(self.ordered, Mapping)
        return self.ordered

    @property
    def all_names(self) -> list[str]:
        """All columns whose kind is named."""
        return [name for option in _OPTIONS for name in getattr(self, option)]

    def require(self, columns: Iterable[str]) -> None:
        """Raise a `ParameterError` for a column that does not exist."""
        known = list(columns)
        for option in (*_OPTIONS, "join_spellings"):
            for name in getattr(self, option):
                if name not in known:
                    raise ParameterError(
                        option, f"must name columns of the table, got '{name}'.{did_you_mean(name, known)}"
                    )


_OPTIONS = ("categorical", "numeric", "date", "ordered", "drop", "keep")
OPTION_NAMES = (*_OPTIONS, "join_spellings", "target_missing")
"""The fields of `ColumnOptions`."""


def _names(option: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str | int):
        return (str(value),)
    if not isinstance(value, Iterable):
        raise ParameterError(option, f"must be names of columns, got {value!r}.")
    return tuple(map(str, value))
