"""Options on how a model is judged and shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from separatrix import check
from separatrix.cli.numbers import read_integer, read_number
from separatrix.errors import ParameterError

if TYPE_CHECKING:
    from separatrix.report.decisions import DecisionChoice

PANEL = "Judging"

ReportOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        show_default=False,
        help="Write a page about the model to this file (.html), to read and to send: scores beside "
        "baselines, columns that matter, thresholds. A file is replaced.",
        rich_help_panel=PANEL,
    ),
]
CostOption = Annotated[
    str | None,
    typer.Option(
        metavar="COSTS",
        show_default=False,
        help="Of two classes: what a missed row and a false alarm cost, as in fn=10,fp=1.",
        rich_help_panel=PANEL,
    ),
]
PositiveOption = Annotated[
    str | None,
    typer.Option(
        metavar="CLASS",
        show_default="that of the model, else the rarer one",
        help="Of two classes: the positive one, which threshold, costs and average precision are about.",
        rich_help_panel=PANEL,
    ),
]
TreesOption = Annotated[
    bool,
    typer.Option(
        "--trees/--no-trees", help="Whether to judge beside gradient boosting.", rich_help_panel=PANEL
    ),
]


def read_threshold(text: str) -> float:
    """Return a probability as it is typed; an error says how 0,3 and 30% are written.

    Examples
    --------
    >>> read_threshold("0.3")
    0.3
    """
    try:
        return float(text)
    except ValueError as error:
        number, percent, rest = text.strip().replace(",", ".").partition("%")
        try:
            cure = f"{float(number) / (100 if percent else 1):g}"
        except ValueError:
            cure = "0.3, for example"
        if rest.strip():
            cure = "0.3, for example"
        problem = f"must be a probability from 0 to 1 with a decimal point, got '{text}'; write {cure}."
        raise typer.BadParameter(problem) from error


FEW_ROWS = 1000
"""Smaller tables are judged by repeated cross-validation: a quarter of them would say too little."""


@dataclass(frozen=True)
class PageOptions:
    """Beside what a chosen network is judged, and the page about it; the attributes are options."""

    trees: TreesOption = True
    report: ReportOption = None
    positive: PositiveOption = None
    cost: CostOption = None


@dataclass(frozen=True)
class JudgingOptions:
    """How `fit` judges the model, and what the model keeps of it; the attributes are options."""

    test_size: Annotated[
        float | None,
        typer.Option(
            metavar="FRACTION",
            parser=read_number,
            show_default="0.25, where folds do not judge",
            help="Fraction of the rows to hold out as test rows, drawn at random.",
            rich_help_panel=PANEL,
        ),
    ] = None
    test: Annotated[
        str | None,
        typer.Option(
            metavar="TABLE",
            help="Test rows from another table, instead of a fraction of the first.",
            rich_help_panel=PANEL,
        ),
    ] = None
    folds: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            parser=read_integer,
            show_default=f"5 for a table of fewer than {FEW_ROWS} rows, else 0",
            help="Judge by cross-validation over all rows, on which the model is trained: the same training "
            "is repeated on this number of folds, drawn several times if there are few rows. 0 holds out "
            "test rows instead.",
            rich_help_panel=PANEL,
        ),
    ] = None
    trees: TreesOption = True
    report: ReportOption = None
    positive: Annotated[
        str | None,
        typer.Option(
            metavar="CLASS",
            show_default="the rarer one",
            help="Of two classes: the positive one, which threshold, costs and average precision are about; "
            "kept in the model.",
            rich_help_panel=PANEL,
        ),
    ] = None
    cost: CostOption = None
    threshold: Annotated[
        float | None,
        typer.Option(
            metavar="NUMBER",
            parser=read_threshold,
            show_default="0.5, or the cheapest if --cost is given",
            help="Of two classes: answer the positive one where its probability is this number or more; "
            "kept in the model.",
            rich_help_panel=PANEL,
        ),
    ] = None
    calibrate: Annotated[
        bool,
        typer.Option(
            "--calibrate",
            help="Mend the probabilities on training rows by models that were not trained on them, kept in "
            "the model. Class weights make it worthwhile.",
            rich_help_panel=PANEL,
        ),
    ] = False

    @cached_property
    def decision(self) -> DecisionChoice:
        """How the model is to be calibrated, and to decide."""
        from separatrix.report.decisions import DecisionChoice, read_cost  # slow to import

        cost = None if self.cost is None else read_cost(self.cost)
        return DecisionChoice(self.calibrate, self.threshold, cost, self.positive)

    def check(self) -> None:
        """Raise a `ParameterError` for options that break a rule, or that do not go together."""
        _ = self.decision
        if self.test is None and self.test_size is not None:
            check.number("test_size", self.test_size, 0.0, 1.0, open_low=True, open_high=True)
        if not self.folds:
            return
        check.integer("folds", self.folds, 2)
        for name, value in (("test", self.test), ("test_size", self.test_size)):
            if value is not None:
                raise ParameterError(
                    name, "holds out test rows, and folds judges by cross-validation; leave one of them out."
                )
