"""Options on how a model is judged and shown."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
TreesOption = Annotated[
    bool,
    typer.Option(
        "--trees/--no-trees", help="Whether to judge beside gradient boosting.", rich_help_panel=PANEL
    ),
]
KeptThresholdOption = Annotated[
    float | None,
    typer.Option(
        metavar="NUMBER",
        show_default="0.5, or the cheapest if --cost is given",
        help="Of two classes: answer the second where its probability is this number or more; kept in the "
        "model.",
        rich_help_panel=PANEL,
    ),
]
CalibrateOption = Annotated[
    bool,
    typer.Option(
        "--calibrate",
        help="Mend the probabilities on training rows by models that were not trained on them, kept in the "
        "model. Class weights make it worthwhile.",
        rich_help_panel=PANEL,
    ),
]
FoldsOption = Annotated[
    bool,
    typer.Option(
        "--folds",
        help="Judge by cross-validation over all rows instead of the test rows: the same training is "
        "repeated on 5 folds, drawn several times if there are few rows. For tables of fewer than 1000 rows.",
        rich_help_panel=PANEL,
    ),
]
