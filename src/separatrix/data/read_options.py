"""How a table file is to be read: the user's word on what would otherwise be found from the file."""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from separatrix import check
from separatrix.errors import ParameterError

TextColumns = Collection[str] | Literal["all", "as written"]
"""Columns of a text file to keep as text even if all their cells spell numbers.

With "as written" all cells of all columns are as in the file: with the spaces around them, and without
missing values.
"""

MISSING_WORDS = (
    *("", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "?"),
)
"""What a cell of a text file may say instead of a value (spaces around it do not count)."""

SEPARATORS = {"comma": ",", "semicolon": ";", "pipe": "|", "tab": "\t", "space": " "}
"""The names of separators; "space" stands for one or more spaces or tabs."""

_OPTIONS = ("sep", "decimal", "encoding", "na", "header", "skip_rows", "sheet", "table")


@dataclass(frozen=True)
class ReadOptions:
    r"""How a table file is to be read; what is None is found from the file.

    Parameters
    ----------
    sep : str, optional
        The separator of cells: a character, or its name: comma, semicolon, pipe, tab or space (one or more
        spaces or tabs).
    decimal : {'.', ','}, optional
        The decimal sign.
    encoding : str, optional
        The encoding of the text, such as ``utf-8``, ``cp1252`` or ``utf-16``: any name that Python knows.
    na : str or iterable of str, default=()
        Words for a missing value, in addition to `MISSING_WORDS`.
    header : bool, optional
        Whether the table begins with the names of its columns. If not, they are column_1, column_2, …
    skip_rows : int, optional
        Lines to skip before the names.
    sheet : str or int, optional
        The sheet of a workbook, by name or by number from 1; by default the first.
    table : str, optional
        The table of a database; by default the only one.
    text_columns : collection of str, "all" or "as written", default=()
        Columns to keep as text even if all their cells spell numbers; see `TextColumns`.
    keeps_rows : bool, default=False
        Whether a line of a text file with as many cells as a row is a row also if it reads as a footnote.

    Raises
    ------
    ParameterError
        If a value breaks its rule.

    Examples
    --------
    >>> ReadOptions(sep="tab", na="-").sep
    '\t'
    """

    sep: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    na: str | Iterable[str] = ()
    header: bool | None = None
    skip_rows: int | None = None
    sheet: str | int | None = None
    table: str | None = None
    text_columns: TextColumns = ()
    keeps_rows: bool = False

    def __post_init__(self) -> None:
        """Check the values; names of separators become characters, and `na` a tuple."""
        set_field = object.__setattr__
        set_field(self, "na", (self.na,) if isinstance(self.na, str) else tuple(self.na))
        if self.sep is not None:
            set_field(self, "sep", SEPARATORS.get(self.sep, "\t" if self.sep == "\\t" else self.sep))
            if len(self.sep) != 1 or self.sep in '"\r\n' or not self.sep.isascii():
                raise ParameterError(
                    "sep",
                    f"must be one character, or one of {', '.join(SEPARATORS)}, got '{self.sep}'.",
                )
        if self.decimal is not None:
            check.choice("decimal", self.decimal, (".", ","))
        if self.encoding is not None:
            try:
                set_field(self, "encoding", codecs.lookup(self.encoding).name)
            except LookupError as error:
                raise ParameterError(
                    "encoding",
                    f"must be an encoding such as utf-8, cp1252 or utf-16, got '{self.encoding}'.",
                ) from error
        if self.skip_rows is not None:
            check.integer("skip_rows", self.skip_rows, 0)

    @property
    def missing_words(self) -> tuple[str, ...]:
        """All words for a missing value."""
        return (*MISSING_WORDS, *(word.strip() for word in self.na))

    def with_text(self, columns: TextColumns) -> ReadOptions:
        """Return options by which these columns are text, too."""
        if isinstance(self.text_columns, str) or not columns:
            return self
        text = columns if isinstance(columns, str) else (*self.text_columns, *columns)
        return replace(self, text_columns=text)

    def require_use(self, used: Collection[str], label: str, format_name: str) -> None:
        """Raise a `ParameterError` for the first option that a format does not use."""
        for name in _OPTIONS:
            if name not in used and getattr(self, name) not in (None, ()):
                raise ParameterError(name, f"has no use for {label}, which is {format_name}; leave it out.")
