"""What is shown on standard error while something takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from separatrix.cli.console import note
from separatrix.train import Callback, TrainingProgress


@contextmanager
def training_progress() -> Iterator[list[Callback]]:
    """Show a bar while a network is trained, where someone is watching; give the listeners that drive it."""
    if not sys.stderr.isatty():
        yield []
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Training"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=None, state="first epoch")

        def show_epoch(event: TrainingProgress) -> None:
            state = f"{event.epoch}/{event.max_epochs} epochs {curves_now(event)}"
            progress.update(bar, completed=event.epoch, total=event.max_epochs, state=state)

        yield [show_epoch]


@contextmanager
def stream_progress() -> Iterator[tuple[list[Callback], Callable[[int, int, int], None] | None]]:
    """Show a bar that moves within the epochs, too; give the listeners, and what is told of rows."""
    if not sys.stderr.isatty():
        yield [], None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Training"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[epoch]} {task.fields[rows]} {task.fields[curves]}"),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=1, epoch="first epoch", rows="", curves="")

        def show_rows(epoch: int, done: int, n_rows: int) -> None:
            progress.update(
                bar, completed=done, total=n_rows, epoch=f"epoch {epoch + 1}", rows=f"{done / n_rows:.0%}"
            )

        def show_epoch(event: TrainingProgress) -> None:
            progress.update(bar, curves=f"of at most {event.max_epochs}, {curves_now(event)}")

        yield [show_epoch], show_rows


@contextmanager
def film_progress(what: str) -> Iterator[Callable[[int, int], object] | None]:
    """Show, where someone is watching, what is being worked on; give what a film tells of its frames."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

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


def curves_now(event: TrainingProgress) -> str:
    """Return the last loss and, where there are validation rows, what they say."""
    history = event.history
    parts = [f"loss {history.loss[-1]:.4g}"]
    if history.validation_score.size and np.isfinite(history.validation_score[-1]):
        parts.append(f"validation score {history.validation_score[-1]:.4g}")
    elif history.validation_loss.size and np.isfinite(history.validation_loss[-1]):
        parts.append(f"validation loss {history.validation_loss[-1]:.4g}")
    return ", ".join(parts)


def announce_compilation(engine: str, dtype: str) -> bool:
    """Say what the first fit on a machine waits for; return whether it does."""
    from separatrix.engine import get_engine

    if engine == "numpy" or get_engine(engine).name != "numba":
        return False
    from separatrix.engine import numba_engine

    waits = dtype in ("auto", "float32", "float64") and not numba_engine.kernels_ready(
        "float64" if dtype == "auto" else dtype
    )
    if waits:
        note(
            "compiling the training kernels, once on this machine, about 10 s "
            "('separatrix warm' does it ahead)."
        )
    return waits
