"""Ten points: a learning rate at which nothing is learned, and two cures."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.data.datasets import make_ten_points
from separatrix.engine import get_engine
from separatrix.engine.base import Data, Monitor, Plan, Run, State, Task
from separatrix.estimators import MLPClassifier
from separatrix.model import Model
from separatrix.network import SGD, Network
from separatrix.recipes.result import (
    COLORS,
    Fact,
    PictureFolder,
    RecipeResult,
    fit,
    mark_point,
    panels,
    snapshots,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from separatrix.plots.film.files import Progress

POINT = (0.7, 0.2)
RATE, CURED_RATE = 0.001, 1.0
N_EPOCHS = 10_000
SEED = 1
SEEDS = range(20)

# Higham & Higham, "Deep Learning: An Introduction for Applied Mathematicians", SIAM Review 61(4), 2019:
# their program netbp.m.
HIGHAM_NETWORK = Network.mlp(2, (2, 3), 2, activation="logistic", head="quadratic")
HIGHAM_RATE = 0.05
HIGHAM_STEPS = 10**6
HIGHAM_SEEDS = range(10)
STEPS_PER_CHUNK = 10**4


@dataclass(frozen=True)
class HighamTraining:
    """One training of Higham & Higham's network.

    Attributes
    ----------
    model : Model
    costs : ndarray of shape (n_chunks,)
        Mean cost of the points drawn in every 10 000 steps.
    """

    model: Model
    costs: NDArray[np.float64]


def ten_points(folder: Path, *, films: bool = True, progress: Progress | None = None) -> RecipeResult:
    """Train a small network on ten points: as in the tutorial, at a larger rate, and as in the original.

    First a 2-2-4-1 network: logistic units, cross-entropy, 10 000 full batches at rate 0.001, in float32.

    Parameters
    ----------
    folder : Path
        Folder for the pictures, created if it does not exist.
    films : bool
        Whether to write a film as well, which takes longest.
    progress : callable, optional
        ``progress(n_done, n_frames)`` is called after each frame of the film.

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
    ...     print(ten_points(Path(folder), films=False).to_text())
    """
    from separatrix.plots import (
        ActivationDisplay,
        DataDisplay,
        DecisionBoundaryDisplay,
        LossCurveDisplay,
        NetworkDiagramDisplay,
    )

    pictures = PictureFolder("ten-points", folder, films, progress)
    X, codes = make_ten_points()
    y = COLORS[codes]
    tutorial = {seed: fit(_tutorial_network(RATE, seed), X, y) for seed in SEEDS}
    cured = {seed: fit(_tutorial_network(CURED_RATE, seed), X, y) for seed in SEEDS}
    originals = train_originals(HIGHAM_SEEDS)
    shown: dict[str, MLPClassifier | Model] = {
        "2-2-4-1, rate 0.001": tutorial[SEED],
        "2-2-4-1, rate 1": cured[SEED],
        "2-2-3-2, Higham & Higham": originals[0].model,
    }

    probabilities = _probabilities_at_point(tutorial[SEED])
    n_right = [int(np.sum(model.predict(X) == y)) for model in shown.values()]
    n_cured = sum(classifier.score(X, y) == 1 for classifier in cured.values())
    n_originals = sum(bool(np.all(original.model.predict(X) == y)) for original in originals)
    stays = max(abs(p - 0.5) for p in probabilities.values()) < 0.01
    facts = (
        Fact("parameters of 2-2-4-1", str(tutorial[SEED].network_.n_parameters), "23"),
        Fact(
            "P(red) at (0.7, 0.2) after 10 000 epochs",
            f"{probabilities[N_EPOCHS]:.4f}",
            "0.5017",
            "other first weights; both are guesses",
        ),
        Fact(
            "P(red) at (0.7, 0.2) stays within 0.01 of one half",
            "yes" if stays else "no",
            run="yes",
            comment=f"with PyTorch's first weights of seed {SEED} it starts there; with others it ends there",
        ),
        Fact(
            "points right at rate 0.001",
            f"{n_right[0]} of 10",
            comment="the rate is too small: nothing is learned",
        ),
        Fact("points right at rate 1", f"{n_right[1]} of 10", comment="nothing else was changed"),
        Fact("seeds that end with all ten right at rate 1", f"{n_cured} of {len(cured)}"),
        Fact(
            "parameters of 2-2-3-2 (Higham & Higham)",
            str(HIGHAM_NETWORK.n_parameters),
            comment="as many as in the paper",
        ),
        Fact("points right, 2-2-3-2", f"{n_right[2]} of 10", comment="as in the paper"),
        Fact("seeds that end with all ten right, 2-2-3-2", f"{n_originals} of {len(originals)}"),
    )
    ends = [_probabilities_at_point(classifier)[N_EPOCHS] for classifier in tutorial.values()]
    notes = (
        "The tutorial has an error here. After 10 000 epochs its network predicts about one half everywhere: "
        f"at (0.7, 0.2) between {min(ends):.3f} and {max(ends):.3f}, for the seeds 0 to {len(ends) - 1}. Its "
        f"loss is {tutorial[SEED].loss_:.3f}; that of guessing is {math.log(2):.3f}. A rate of 0.001 is too "
        "small: the network only learns that there are as many red points as blue ones.",
        "One cure is a larger rate. The other is the experiment that the tutorial is based on (Higham & "
        "Higham, SIAM Review 61(4), 2019): 2-2-3-2, quadratic cost, one random point per step at rate 0.05, "
        "a million steps, first weights and biases 0.5 times standard normal numbers. They used random "
        f"numbers from MATLAB, we use NumPy's with the seeds 0 to {len(originals) - 1}. The pictures show "
        "seed 0.",
    )

    boundaries = DecisionBoundaryDisplay.compare(shown, X, y)
    mark_point(boundaries, POINT)
    pictures.add_film(
        cured[SEED],
        X,
        y,
        "The boundary and the loss of 2-2-4-1 during training at rate 1.",
        views=("boundary", "loss"),
        point=POINT,
    )
    pictures.add(
        DataDisplay.from_data(X, y).figure_, "data", "The ten points alone.", "sx.DataDisplay.from_data(X, y)"
    )
    pictures.add(
        ActivationDisplay.from_names("logistic").figure_,
        "sigmoid",
        "The logistic function of one unit. A weight makes it steeper, a bias moves it along the input.",
        'sx.ActivationDisplay.from_names("logistic")',
    )
    pictures.add(
        NetworkDiagramDisplay.from_estimator(cured[SEED]).figure_,
        "diagram",
        "The network with its four layers of units, trained at rate 1.",
        "sx.NetworkDiagramDisplay.from_estimator(network)",
    )
    pictures.add(
        boundaries[0].figure_,
        "boundary",
        "A rate that is too small, a larger one, and the original. The cross is at (0.7, 0.2).",
        'sx.DecisionBoundaryDisplay.compare({"rate 0.001": slow, "rate 1": network}, X, y)',
    )
    pictures.add(
        LossCurveDisplay.from_estimator({"rate 0.001": tutorial[SEED], "rate 1": cured[SEED]}).figure_,
        "loss",
        "The loss of the 2-2-4-1 network at both rates.",
        'sx.LossCurveDisplay.from_estimator({"rate 0.001": slow, "rate 1": network})',
    )
    pictures.add(
        _draw_learning(probabilities, originals),
        "learning",
        "The prediction of the tutorial's network at (0.7, 0.2), and the cost of the original.",
    )
    title = "A learning rate at which nothing is learned, and two cures."
    return pictures.result(title, facts, notes)


def train_originals(seeds: range) -> list[HighamTraining]:
    """Train Higham & Higham's network with all seeds in parallel: a million steps of one random point.

    It has two outputs for two classes, which no estimator has; so this calls the engine.
    """
    X, y = make_ten_points()
    data = Data(X, np.eye(2)[y])  # an output for each class
    plan = Plan(HIGHAM_NETWORK, SGD(), batch_size=1, order="replacement", monitor=Monitor("nothing"))
    runs = []
    for seed in seeds:
        random_state = RandomState(seed)
        runs.append(Run(plan, State.start(_normal_theta(random_state), plan.optimizer, random_state), data))

    engine, n_threads = get_engine("auto"), os.cpu_count() or 1
    rates = np.full(STEPS_PER_CHUNK, HIGHAM_RATE)
    costs = []
    for _ in range(HIGHAM_STEPS // STEPS_PER_CHUNK):
        chunks = engine.advance([Task(run, rates) for run in runs], n_threads)
        costs.append([chunk.loss.mean() for chunk in chunks])
    return [
        HighamTraining(Model(HIGHAM_NETWORK, run.state.theta, COLORS), curve)
        for run, curve in zip(runs, np.transpose(costs), strict=True)
    ]


def _normal_theta(random_state: RandomState) -> NDArray[np.float64]:
    """Return 0.5 times normal numbers: first all weights, then all biases, as in the authors' program."""
    layout = HIGHAM_NETWORK.layout
    weights = [0.5 * random_state.randn(layer.n_in, layer.n_out) for layer in layout]
    return HIGHAM_NETWORK.join(weights, [0.5 * random_state.randn(layer.n_out) for layer in layout])


def _tutorial_network(rate: float, seed: int) -> MLPClassifier:
    return MLPClassifier(
        (2, 4),
        "logistic",
        solver=SGD(),
        learning_rate_init=rate,
        alpha=0.0,
        batch_size="full",
        max_iter=N_EPOCHS,
        n_iter_no_change=math.inf,
        init="torch",
        random_state=seed,
        record=50,
        dtype="float32",
    )


def _probabilities_at_point(classifier: MLPClassifier) -> dict[int, float]:
    """Return P(red) at (0.7, 0.2) after each recorded epoch."""
    return {epoch: float(model([POINT])[0, 1]) for epoch, model in snapshots(classifier).items()}


def _draw_learning(probabilities: dict[int, float], originals: list[HighamTraining]) -> Figure:
    from separatrix.plots.palette import ink

    figure, (left, right) = panels(2, 5.0, 3.8)
    left.plot(list(probabilities), list(probabilities.values()), color=ink())
    left.set_ylim(0.4, 0.6)
    left.set_xlabel("epoch")
    left.set_ylabel("P(red) at (0.7, 0.2)")
    left.set_title("2-2-4-1, rate 0.001")
    left.grid(alpha=0.3)

    steps = STEPS_PER_CHUNK / 1e6 * np.arange(1, len(originals[0].costs) + 1)
    for seed, original in enumerate(originals):
        alpha, width = (1.0, 1.6) if seed == 0 else (0.35, 1.0)
        right.plot(steps, original.costs, color=ink(), alpha=alpha, linewidth=width, zorder=2 + alpha)
    right.set_yscale("log")
    right.set_xlabel("steps, in millions")
    right.set_ylabel("mean cost of the last 10 000 steps")
    right.set_title("2-2-3-2, rate 0.05 (thick: seed 0)")
    right.grid(alpha=0.3)
    return figure
