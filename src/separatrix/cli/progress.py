"""Progress on standard error while something takes long."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from separatrix.cli.console import note
from separatrix.cli.options import in_option_names

if TYPE_CHECKING:
    from separatrix.tabular.progress import OnProgress, TabularProgress
    from separatrix.train import Callback, TrainingProgress

OnRows = Callable[[int, int, int], None]


def _bar() -> Progress:
    """Return a bar with the state of a training beside it."""
    return Progress(
        TextColumn("Training"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(compact=True),
        console=Console(stderr=True),
        transient=True,
    )


@contextmanager
def training_progress() -> Iterator[tuple[list[Callback], OnRows | None]]:
    """Show a bar while a network is trained, if standard error is a terminal.

    Yield the callbacks that move it after epochs and, for rows that are read in pieces, within epochs.
    """
    if not sys.stderr.isatty():
        yield [], None
        return
    with _bar() as progress:
        bar = progress.add_task("", total=None, state="first epoch")
        curves = ""

        def show_epoch(event: TrainingProgress) -> None:
            nonlocal curves
            curves = curves_text(event)
            state = f"{event.epoch}/{event.max_epochs} epochs {curves}"
            progress.update(bar, completed=event.epoch, total=event.max_epochs, state=state)

        def show_rows(epoch: int, done: int, n_rows: int) -> None:
            state = f"epoch {epoch + 1} {done / n_rows:.0%} {curves}"
            progress.update(bar, completed=done, total=n_rows, state=state)

        yield [show_epoch], show_rows


@contextmanager
def ensemble_progress() -> Iterator[OnProgress | None]:
    """Show a bar with the score so far while an ensemble is trained, if standard error is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with _bar() as progress:
        bar = progress.add_task("", total=None, state="first network")

        def show_networks(event: TabularProgress) -> None:
            score = "" if event.score is None else f", out-of-fold {event.metric} {event.score:.4g}"
            state = f"{event.n_trained}/{event.n_networks} networks{score}"
            progress.update(bar, completed=event.n_trained, total=event.n_networks, state=state)

        yield show_networks


@contextmanager
def film_progress(what: str) -> Iterator[Callable[[int, int], object] | None]:
    """Show what is being worked on, if standard error is a terminal; yield a callback for its frames."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[frames]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task(what, total=None, frames="")

        def show_frame(done: int, total: int) -> None:
            if done < total:
                progress.update(bar, completed=done, total=total, frames=f"film: frame {done}/{total}")
            else:
                progress.reset(bar, total=None, frames="")

        yield show_frame


@contextmanager
def warnings_as_notes() -> Iterator[None]:
    """Show warnings as notes at the end, except how a training ended, which the report says."""
    from sklearn.exceptions import ConvergenceWarning  # slow to import

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", category=ConvergenceWarning)
        warnings.filterwarnings("ignore", r"(Training|Search) (was )?interrupted")
        warnings.filterwarnings("ignore", r"\d+ tasks which were still")  # of joblib, after Ctrl-C
        yield
    for message in dict.fromkeys(str(warning.message) for warning in caught):
        note(in_option_names(message))


def curves_text(event: TrainingProgress) -> str:
    """Return the last loss and, if there are validation rows, their last score or loss."""
    history = event.history
    parts = [f"loss {history.loss[-1]:.4g}"]
    if history.validation_score.size and isfinite(history.validation_score[-1]):
        parts.append(f"validation score {history.validation_score[-1]:.4g}")
    elif history.validation_loss.size and isfinite(history.validation_loss[-1]):
        parts.append(f"validation loss {history.validation_loss[-1]:.4g}")
    return ", ".join(parts)


def announce_compilation(engine: str, dtype: str) -> bool:
    """Write a note if the kernels are to be compiled; return whether they are."""
    from separatrix.engine import must_compile  # slow to import

    waits = dtype in ("auto", "float32", "float64") and must_compile(
        engine, "float64" if dtype == "auto" else dtype
    )
    if waits:
        note(
            "compiling the training kernels, once on this machine, about 10 s "
            "('separatrix warm' does it ahead)."
        )
    return waits
