"""Bumps: a network fits three blocks on a line, and a search tells how many hidden layers it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray
from scipy import stats

from separatrix.data.datasets import make_bumps
from separatrix.estimators import MLPClassifier
from separatrix.network import Adam
from separatrix.plots import FunctionFitDisplay, LossCurveDisplay
from separatrix.plots.axes import prepare_folder
from separatrix.plots.palette import curve_colors
from separatrix.recipes import _pictures
from separatrix.recipes._training import COLORS, train
from separatrix.recipes.facts import Fact, Progress, RecipeResult
from separatrix.text import aligned, plural

if TYPE_CHECKING:
    from matplotlib.figure import Figure

N_EPOCHS = 7000
SHOWN = {"1-20-1": (20,), "1-10-10-1": (10, 10)}
SEED = 1
SEARCHED = ((10,), (20,), (40,), (160,), (10, 10), (20, 20), (10, 10, 10))
SEEDS = range(20)
SEARCH_SEEDS = range(60)


@dataclass(frozen=True)
class Trial:
    """How an architecture fares over the seeds: shares of points on the right side.

    Attributes
    ----------
    hidden : tuple of int
        Units of each hidden layer.
    n_parameters : int
    training, held_out : ndarray of shape (n_seeds,)
    """

    hidden: tuple[int, ...]
    n_parameters: int
    training: NDArray[np.float64]
    held_out: NDArray[np.float64]

    @property
    def error(self) -> float:
        """Standard error of the mean on held-out points."""
        return float(self.held_out.std(ddof=1) / math.sqrt(len(self.held_out)))

    def __str__(self) -> str:
        """Return the network's sizes."""
        return "-".join(map(str, (1, *self.hidden, 1)))


def bumps(folder: Path, *, films: bool = True, progress: Progress | None = None) -> RecipeResult:
    """Fit three blocks on a line by 1-20-1 and 1-10-10-1 networks, and search for the best number of layers.

    Logistic units, cross-entropy, Adam at rate 0.01, batches of 32 points in order, 7000 epochs in float32;
    x from -50 to 49 as it is.

    Parameters
    ----------
    folder : Path
        Where the pictures go; made if it is not there.
    films : bool
        Whether to write films, too, which takes longest.
    progress : callable, optional
        Told after each frame of a film how many of how many are done.

    Returns
    -------
    RecipeResult

    Raises
    ------
    OutputError
        If the pictures cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +SKIP
    ...     print(bumps(Path(folder), films=False).to_text())
    """
    prepare_folder(folder)
    X, y = _points()
    tutorial = {
        name: [train(_network(hidden, seed), X, y) for seed in SEEDS] for name, hidden in SHOWN.items()
    }
    shown = {name: classifiers[SEED] for name, classifiers in tutorial.items()}
    trials = [_try(hidden) for hidden in SEARCHED]
    best = _best(trials)
    facts = (
        *(
            Fact(f"points right, {name}", f"{np.sum(classifier.predict(X) == y)} of 100")
            for name, classifier in shown.items()
        ),
        *(
            Fact(f"seeds that end with all points right, {name}", _count_perfect(classifiers, X, y))
            for name, classifiers in tutorial.items()
        ),
        Fact(
            "hidden layers of the best network", str(len(best.hidden)), comment=f"{best}, by the search below"
        ),
    )
    notes = (
        "The tutorial does not say how its first weights were drawn. Shown are scikit-learn's, with "
        f"seed {SEED}.",
        "How many hidden layers? Each network below was trained as in the tutorial, on 80 of the points, and "
        f"judged on the other 20; {len(SEARCH_SEEDS)} times, each with its own 20 points and its own first "
        "weights. After +- stands the standard error of the mean.",
        _table(trials),
        _answer(trials),
    )

    pictures = [
        _pictures.save(
            _draw_fits(shown, X, y),
            folder / "bumps-fit.png",
            "The curves every 1000 epochs, over the points.",
            "sx.FunctionFitDisplay.from_estimator(network, X, y, epochs=range(0, 7001, 1000))",
        ),
        _pictures.save(
            LossCurveDisplay.from_estimator(shown).figure_,
            folder / "bumps-loss.png",
            "The loss of every epoch.",
            'sx.LossCurveDisplay.from_estimator({"1-20-1": ..., "1-10-10-1": ...})',
        ),
        _pictures.save(
            _draw_search(trials),
            folder / "bumps-search.png",
            "How well networks of one, two and three hidden layers do on points that they have not seen.",
        ),
    ]
    if films:
        film = _pictures.film(
            shown["1-20-1"],
            folder / "bumps-film.gif",
            X,
            y,
            "The curve of 1-20-1 bends to the points.",
            views=("curve", "loss"),
            progress=progress,
        )
        pictures.insert(0, film)
    return RecipeResult("bumps", "A network fits three blocks on a line.", facts, notes, tuple(pictures))


def _points() -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    X, codes = make_bumps()
    return X, COLORS[codes]


def _network(hidden: tuple[int, ...], seed: int) -> MLPClassifier:
    return MLPClassifier(
        hidden,
        "logistic",
        solver=Adam(epsilon_hat=False),
        learning_rate_init=0.01,
        alpha=0.0,
        batch_size=32,
        shuffle=False,
        max_iter=N_EPOCHS,
        n_iter_no_change=math.inf,
        random_state=seed,
        record=50,
        dtype="float32",
    )


def _try(hidden: tuple[int, ...]) -> Trial:
    X, y = _points()
    training, held_out = [], []
    for seed in SEARCH_SEEDS:
        is_held_out = RandomState(seed).permutation(len(X)) < 20
        kept = ~is_held_out  # the points stay in order, as in the tutorial
        classifier = train(_network(hidden, seed), X[kept], y[kept])
        training.append(classifier.score(X[kept], y[kept]))
        held_out.append(classifier.score(X[is_held_out], y[is_held_out]))
    return Trial(hidden, classifier.network_.n_parameters, np.array(training), np.array(held_out))


def _best(trials: list[Trial]) -> Trial:
    return max(trials, key=lambda trial: trial.held_out.mean())


def _answer(trials: list[Trial]) -> str:
    one, two, three = (_best([trial for trial in trials if len(trial.hidden) == n]) for n in (1, 2, 3))
    helps = any(_lead(one, deeper)[2] < 0 for deeper in (two, three))
    return (
        f"{'More than one hidden layer helps' if helps else 'One hidden layer is enough'}. The best network "
        "of each depth, with the difference of the shares of held-out points right, seed by seed (mean and "
        f"95 % interval by Student's t): {_comparison(one, two)}; {_comparison(one, three)}. What a network "
        "finds hangs on its first weights: a single run cannot answer the question."
    )


def _comparison(first: Trial, second: Trial) -> str:
    mean, low, high = _lead(first, second)
    if low <= 0 <= high:
        verdict = f"{first} and {second} cannot be told apart"
    else:
        verdict = f"{first} is {'better' if low > 0 else 'worse'} than {second}"
    return f"{verdict}, {mean:+.3f} [{low:+.3f}, {high:+.3f}]"


def _lead(first: Trial, second: Trial) -> tuple[float, float, float]:
    """Return by how much more of the same held-out points the first gets right: mean, interval's ends."""
    ends = stats.ttest_rel(first.held_out, second.held_out).confidence_interval()
    return float(np.mean(first.held_out - second.held_out)), float(ends.low), float(ends.high)


def _table(trials: list[Trial]) -> str:
    rows = [("network", "parameters", "right, held out", "right, training", "all training points right")]
    rows += [
        (
            str(trial),
            str(trial.n_parameters),
            f"{trial.held_out.mean():.3f} +- {trial.error:.3f}",
            f"{trial.training.mean():.3f}",
            f"{np.sum(trial.training == 1)} of {len(trial.training)} seeds",
        )
        for trial in trials
    ]
    return aligned(rows)


def _count_perfect(classifiers: list[MLPClassifier], X: NDArray[np.float64], y: NDArray[np.str_]) -> str:
    n_perfect = sum(classifier.score(X, y) == 1 for classifier in classifiers)
    return f"{n_perfect} of {len(classifiers)}"


def _draw_fits(classifiers: dict[str, MLPClassifier], X: NDArray[np.float64], y: NDArray[np.str_]) -> Figure:
    figure, axes = _pictures.panels(len(classifiers), 5.4, 3.8)
    for ax, (name, classifier) in zip(axes, classifiers.items(), strict=True):
        display = FunctionFitDisplay.from_estimator(
            classifier, X, y, epochs=range(0, N_EPOCHS + 1, 1000), ax=ax, legend=False
        )
        ax.set_title(name)
    figure.legend(handles=[*display.lines_, *display.points_], loc="outside right upper", frameon=False)
    return figure


def _draw_search(trials: list[Trial]) -> Figure:
    figure, (ax,) = _pictures.panels(1, 6.5, 4.0)
    for n_layers, colour in enumerate(curve_colors(3), start=1):
        group = [trial for trial in trials if len(trial.hidden) == n_layers]
        ax.errorbar(
            [trial.held_out.mean() for trial in group],
            [str(trial) for trial in group],
            xerr=[trial.error for trial in group],
            fmt="o",
            color=colour,
            capsize=3,
            label=plural(n_layers, "hidden layer"),
        )
    ax.invert_yaxis()
    ax.set_xlabel("share of held-out points on the right side (mean and standard error)")
    ax.grid(alpha=0.3)
    figure.legend(loc="outside upper center", ncols=3, frameon=False)
    return figure
