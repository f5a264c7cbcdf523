"""Progress: a bar on standard error while a search goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from separatrix.evaluate.shown_metric import ShownMetric
from separatrix.search.results import Results

Tell = Callable[[int, Results], None]


@contextmanager
def search_progress(
    is_shown: bool, n_trials: int, metric: ShownMetric, names: Sequence[str]
) -> Iterator[Tell]:
    """Give a function that is told how many more trainings are done, and the results so far.

    Parameters
    ----------
    is_shown : bool
    n_trials : int
        In all.
    metric : ShownMetric
    names : sequence of str
        Of the candidates, by their numbers.
    """
    if not is_shown:
        yield lambda n_more, results: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Trainings"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[best]}", markup=False),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=n_trials, best="")

        def tell(n_more: int, results: Results) -> None:
            progress.update(bar, advance=n_more, best=_best(results, metric, names))

        yield tell


def _best(results: Results, metric: ShownMetric, names: Sequence[str]) -> str:
    """Return how many candidates are done, and the best of them."""
    done = f"{len(results.complete())}/{len(names)} candidates"
    best = results.ranked()[:1]
    if not best or math.isinf(mean := results.mean(best[0])):
        return done
    return f"{done}, best {metric.name} {metric.sign * mean:.4g}: {names[best[0]]}"
