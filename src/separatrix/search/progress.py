"""Progress: a bar on standard error while a search goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from separatrix.search.results import Results
from separatrix.select.candidates import ShownMetric

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
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    columns = (
        BarColumn(bar_width=14),  # by trainings
        TextColumn("{task.fields[done]}", table_column=Column(no_wrap=True)),
        TextColumn(
            "{task.fields[best]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
        ),
        TimeRemainingColumn(compact=True, table_column=Column(no_wrap=True, min_width=5)),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=n_trials, done="", best="")

        def tell(n_more: int, results: Results) -> None:
            done = f"{len(results.complete())}/{len(names)} candidates"
            progress.update(bar, advance=n_more, done=done, best=_best(results, metric, names))

        yield tell
        progress.update(bar, completed=n_trials)  # early discarding may leave some out


def _best(results: Results, metric: ShownMetric, names: Sequence[str]) -> str:
    """Return the best candidate so far, and its score."""
    best = results.ranked()[:1]
    if not best or math.isinf(mean := results.mean(best[0])):
        return ""
    return f"best {metric.name} {metric.sign * mean:.4g}: {names[best[0]]}"
