"""Training: all networks of a tabular fit, each on four of five folds and stopped by the fifth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.data.coded_rows import CodedRows
from separatrix.engine.base import Data, Engine, Monitor, Plan, Run, State, Task
from separatrix.engine.numpy_engine import forward
from separatrix.network import AdamW, Network, initial_theta
from separatrix.tabular import recipe
from separatrix.tabular.features import Features
from separatrix.tabular.recipe import Configuration
from separatrix.train.loop import grown

Array = NDArray[Any]
Answer = Callable[[Array, Network], Array]
"""From a network's outputs to probabilities or numbers, float (n_rows, n_outputs)."""

IsStopped = Callable[[], bool]

Split = tuple[Array, Array]


@dataclass(frozen=True)
class Target:
    """What the networks learn.

    Attributes
    ----------
    T : float32 ndarray of shape (n_rows, 1)
        Class numbers, or standardised numbers.
    indicators : ndarray of shape (n_rows, k)
        One column per class, or the standardised numbers; the target codes are fitted on them.
    head : str
    n_out : int
    weight : float32 ndarray of shape (n_rows,) or None
    """

    T: Array
    indicators: Array
    head: str
    n_out: int
    weight: Array | None = None

    @property
    def is_classifier(self) -> bool:
        """Whether it is a class."""
        return self.head != "regression"

    def output_bias(self, rows: Array) -> Array:
        """Return the output's bias before training: log prior odds, or the mean."""
        weight = np.ones(len(rows)) if self.weight is None else self.weight[rows].astype(np.float64)
        mean = weight @ self.indicators[rows] / weight.sum()
        if not self.is_classifier:
            return np.asarray(mean)
        prior = np.maximum(mean, 1e-6)
        logs: Array = np.log(prior)
        return logs[1:] - logs[:1] if self.head == "binary" else logs


@dataclass(frozen=True)
class Member:
    """One trained network at several epochs.

    Attributes
    ----------
    job : int
        Number of its job.
    configuration : int
        Its number in the recipe.
    fold : int
        Which of its folds was held out.
    settings : Configuration
    network : Network
    thetas : list of float32 ndarray
        Its parameters at the snapshot epochs; a training that stopped early repeats its last.
    held_out : int ndarray
        The rows that stopped it.
    answers : ndarray of shape (n_snapshots, n_held_out, n_outputs)
        What it predicts for them.
    n_epochs : int
        It was trained for.
    is_whole : bool
        Whether it was trained to its end, not stopped by Ctrl-C.
    """

    job: int
    configuration: int
    fold: int
    settings: Configuration
    network: Network
    thetas: Sequence[Array]
    held_out: Array
    answers: Array
    n_epochs: int
    is_whole: bool = True


@dataclass(frozen=True)
class Job:
    """One training to do; its seed makes it the same whichever thread does it, and when."""

    number: int
    configuration: int
    fold: int
    settings: Configuration
    split: Split
    seed: int

    def run(
        self, features: Features, target: Target, engine: Engine, answer: Answer, is_stopped: IsStopped
    ) -> Member:
        """Train the network until it is stopped, and let it answer for its held-out rows."""
        random_state = RandomState(self.seed)
        held_out = self.split[1]
        task, tables = self._task(features, target, random_state)
        thetas, is_whole = _advance(task, engine, is_stopped)
        network, validation = task.run.plan.network, task.run.validation
        assert validation is not None
        X = validation.X
        if tables:
            thetas = _each(lambda theta: features.without_target_codes(network, theta, tables), thetas)
            X = features.inputs(self.settings, held_out)
            network = replace(network, n_in=X.shape[1])
        answers = _each(lambda theta: answer(forward(network, theta, X), network), thetas)
        return Member(
            self.number,
            self.configuration,
            self.fold,
            self.settings,
            network,
            thetas,
            held_out,
            np.array(answers, np.float32),
            task.run.state.epoch,
            is_whole,
        )

    def _task(
        self, features: Features, target: Target, random_state: RandomState
    ) -> tuple[Task, list[Array]]:
        """Return the training, and what each level of text says of the target if inputs code that, too."""
        rows, held_out = self.split
        tables: list[Array] = []
        seen = unseen = None
        if self.settings.uses_target and features.target_coded:
            tables, seen, unseen = features.target_codes(
                rows, held_out, target.indicators, target.weight, random_state
            )
        X = features.inputs(self.settings, rows, seen)
        X_held_out = features.inputs(self.settings, held_out, unseen)
        network = Network.mlp(
            X.shape[1],
            recipe.HIDDEN,
            target.n_out,
            activation=self.settings.activation,
            head=target.head,
            dropout=self.settings.dropout,
            embedding=features.embedding(self.settings),
        )
        batch = recipe.batch_size(len(target.T))
        n_epochs = recipe.n_epochs(len(rows), batch)
        optimizer = AdamW(weight_decay=self.settings.weight_decay)
        plan = Plan(
            network,
            optimizer,
            batch_size=batch,
            dropout_seed=int(random_state.randint(2**31 - 1)),
            monitor=Monitor("validation_loss", 0.0, max(recipe.LEAST_PATIENCE, recipe.PATIENCE * n_epochs)),
        )
        theta = _first_theta(network, target.output_bias(rows), random_state)
        run = Run(
            plan,
            State.start(theta, optimizer, random_state),
            _data(X, target, rows),
            _data(X_held_out, target, held_out),
        )
        n_steps = n_epochs * run.steps_per_epoch
        rates = recipe.RATE * 0.5 * (1.0 + np.cos(np.pi * np.arange(n_steps) / n_steps))
        return Task(run, rates, np.array(recipe.snapshot_epochs(n_epochs))), tables


def _each(function: Callable[[Array], Array], thetas: Sequence[Array]) -> list[Array]:
    """Return what a function makes of each snapshot; equal ones follow one another, and are computed once."""
    results: list[Array] = []
    for number, theta in enumerate(thetas):
        is_new = number == 0 or theta is not thetas[number - 1]
        results.append(function(theta) if is_new else results[-1])
    return results


def _advance(task: Task, engine: Engine, is_stopped: IsStopped) -> tuple[list[Array], bool]:
    """Train in spans of some milliseconds until stopped; return the snapshots, and whether training ended.

    The snapshots that a training did not reach repeat its last parameters.
    """
    state, per_epoch = task.run.state, task.run.steps_per_epoch
    thetas: list[Array] = []
    n_epochs, is_ended = 1, False
    while not (is_ended or is_stopped()):
        start = state.epoch * per_epoch
        part = Task(task.run, task.rates[start : start + n_epochs * per_epoch], task.snapshots)
        started = perf_counter()
        (chunk,) = engine.advance([part])
        n_epochs = grown(part.n_epochs, perf_counter() - started)
        thetas += list(chunk.snapshots)
        is_ended = chunk.halt is not None or state.epoch == task.n_epochs
    return [*thetas, *[state.theta] * (len(task.snapshots) - len(thetas))], is_ended


def _first_theta(network: Network, output_bias: Array, random_state: RandomState) -> Array:
    theta = initial_theta(network, "he", random_state, np.float32)
    weights, biases = network.split(theta)
    zeros = [np.zeros_like(bias) for bias in biases[:-1]]
    return network.join(weights, [*zeros, output_bias], theta[network.frequencies]).astype(np.float32)


def _data(X: Array | CodedRows, target: Target, rows: Array) -> Data:
    weight = None if target.weight is None else target.weight[rows]
    return Data(X, target.T[rows], weight)
