"""Fitting on a stream: one pass to learn how to encode it, then mini-batches from shuffle buffers.

The flow: open the stream, take up a checkpoint or learn columns and target, draw the network, collect the
rows that are held out, train, keep what came out.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix import __version__, check
from separatrix.data.encoder import TableEncoder, learn
from separatrix.data.labels import Labels
from separatrix.data.memory import Budget, parse_memory
from separatrix.data.statistics import MEDIAN_ROWS
from separatrix.data.streams import Stream, open_stream
from separatrix.data.targets import TargetStatistics
from separatrix.engine import get_engine
from separatrix.engine.base import Data, State
from separatrix.errors import DataError, ParameterError
from separatrix.estimators import targets
from separatrix.estimators.held_out import check_weights
from separatrix.estimators.settings import dropout_seed
from separatrix.estimators.streamed_rows import TEST, TRAIN, VALIDATION, Roles, StreamedRows, TargetCoder
from separatrix.estimators.training_facts import library_versions, plain_settings, rescaled_theta
from separatrix.files import check_writable
from separatrix.train import Callback, LoopSettings
from separatrix.train.checkpoint import Checkpoint, CheckpointWriter, load_checkpoint, same_training
from separatrix.train.stream import StreamCallbacks, StreamPosition, train_stream

if TYPE_CHECKING:
    from separatrix.estimators.mlp import BaseMLP

Array = NDArray[Any]

MOST_WORK = 2**36
"""Rows times parameters of a buffer at most: some seconds, which Ctrl-C and checkpoints wait for."""

LEAST_BATCHES = 2
"""A buffer holds so many batches or more."""

PIECES = 8
"""A shuffle buffer holds the rows of so many pieces or more, of files that can be cut anywhere."""


@dataclass(frozen=True)
class StreamSettings:
    """How a stream is trained on, besides the estimator's parameters.

    Attributes
    ----------
    target : str
    memory : int or str
    checkpoint : path-like or None
    checkpoint_minutes : float
    test_size : float
        Share of the rows to hold out, at most as many as memory allows.
    test : Stream or None
        Rows to judge by of its own.
    has_sample : bool
        Whether a sample of the training rows is wanted, too.
    on_rows : callable or None
        See `separatrix.train.stream.StreamCallbacks`.
    """

    target: str
    memory: int | str = "1GB"
    checkpoint: str | os.PathLike[str] | None = None
    checkpoint_minutes: float = 5.0
    test_size: float = 0.0
    test: Stream | None = None
    has_sample: bool = False
    on_rows: Callable[[int, int, int], object] | None = None


@dataclass(frozen=True, eq=False)
class StreamFit:
    """What was trained on, and what was not.

    Attributes
    ----------
    rows : StreamedRows
    test, sample : Data or None
        Encoded rows held out, and some of those trained on.
    """

    rows: StreamedRows
    test: Data | None
    sample: Data | None


def fit_stream(
    estimator: BaseMLP, source: Any, settings: StreamSettings, listeners: list[Callback]
) -> StreamFit:
    """Fit an estimator on a table that is read in pieces; see `TableFitting.fit_table`."""
    started = perf_counter()
    _check_settings(estimator, settings)
    budget = Budget(parse_memory(settings.memory))
    with open_stream(source, budget.piece) as stream:
        stream.require(settings.target)
        random_state = estimator.settings().generator()
        identity = {}
        if settings.checkpoint is not None:
            identity = _identity(estimator, stream, settings, budget)
        found = _found(settings, identity)
        facts = (
            found.facts if found is not None else _learn(estimator, stream, settings, budget, random_state)
        )
        rows = _rows(estimator, stream, settings, budget, facts)
        state = _begin(estimator, rows, facts, random_state)
        capacity = _capacity(estimator, rows, budget)
        if rows.n_rows > capacity and estimator.shuffle:
            rows = rows.shuffled(capacity // PIECES)
        if found is None:
            facts["dropout_seed"] = dropout_seed(estimator.network_, random_state)
        else:
            state = found.state
            estimator.theta_ = state.theta
        test = _test_rows(rows, settings, budget)
        sample = rows.collect(TRAIN, _most(budget.sample, rows)) if settings.has_sample else None
        keep = None
        if settings.checkpoint is not None:
            minutes = settings.checkpoint_minutes
            keep = CheckpointWriter(settings.checkpoint, minutes, identity, facts, state)
        callbacks = StreamCallbacks(listeners, settings.on_rows, keep)
        _train(estimator, rows, capacity, state, facts, callbacks, found.position if found else None)
    _keep_facts(estimator, rows, facts, perf_counter() - started)
    return StreamFit(rows, test, sample)


def _check_settings(p: BaseMLP, settings: StreamSettings) -> None:
    p.settings()
    refuse_unstreamable(p)
    check.number("checkpoint_minutes", settings.checkpoint_minutes, 0.0)
    if settings.checkpoint is not None:
        check_writable(settings.checkpoint)


def refuse_unstreamable(p: BaseMLP) -> None:
    """Raise a `ParameterError` for a parameter that cannot be had on a stream."""
    refused = {
        "solver": ("lbfgs", p.uses_lbfgs, "choose a solver that takes batches, such as 'adam'"),
        "batch_size": ("full", p.batch_size == "full", "give a number of rows"),
        "shuffle": ("replacement", p.shuffle == "replacement", "set shuffle=True"),
        "warm_start": (True, p.warm_start, "set warm_start=False, or go on from a checkpoint"),
        "track_training": (True, p.track_training, "set track_training=False"),
        "record": (p.record, p.record is not None, "set record=None"),
    }
    for name, (value, is_wrong, cure) in refused.items():
        if is_wrong:
            raise ParameterError(f"{name} must not be {value!r} for rows that are read in pieces; {cure}.")


def _identity(p: BaseMLP, stream: Stream, settings: StreamSettings, budget: Budget) -> dict[str, Any]:
    """Return what a checkpoint must agree in to be gone on from."""
    own = plain_settings(p.get_params())
    if isinstance(p.random_state, RandomState):
        own["random_state"] = f"a generator in state {_state_digest(p.random_state)}"
    return {
        "estimator": type(p).__name__,
        "source": stream.fingerprint(),
        "target": settings.target,
        "memory": budget.memory,
        "test_size": settings.test_size,
        **{name: value for name, value in own.items() if name != "verbose"},
        "separatrix": __version__,
    }


def _state_digest(random_state: RandomState) -> str:
    """Return what tells the state of a generator from another."""
    _, key, *others = random_state.get_state(legacy=True)
    return f"{zlib.crc32(repr(others).encode(), zlib.crc32(np.asarray(key).tobytes())):08x}"


def _found(settings: StreamSettings, identity: Mapping[str, Any]) -> Checkpoint | None:
    if settings.checkpoint is None or not Path(settings.checkpoint).exists():
        return None
    checkpoint = load_checkpoint(settings.checkpoint)
    same_training(checkpoint, identity, settings.checkpoint)
    return checkpoint


def _learn(
    p: BaseMLP, stream: Stream, settings: StreamSettings, budget: Budget, random_state: RandomState
) -> dict[str, Any]:
    """Read the stream once; return what was learnt as values that JSON can hold."""
    _, key, *_ = random_state.get_state(legacy=True)
    seed = zlib.crc32(np.asarray(key).tobytes())  # no draw: the network's are those of `fit`
    most = budget.held_out // (16 * len(stream.kinds))
    test = min(settings.test_size, most / stream.n_rows)
    median_rows = min(MEDIAN_ROWS, budget.rows // (64 * len(stream.kinds)))
    encoder, target = learn(
        stream, settings.target, seed, Roles(test).are_test if test else None, median_rows
    )
    coding = p._stream_target(target, stream.kinds[settings.target])
    facts = {
        "seed": seed,
        "test": test,
        "validation": 0.0,
        "encoder": encoder.to_dict(),
        "target": coding,
    }
    if p.early_stopping:
        share = _most(budget.held_out, _rows(p, stream, settings, budget, facts)) / stream.n_rows
        facts["validation"] = min(p.validation_fraction * (1 - test), share)
    return facts


def class_facts(target: TargetStatistics, kind: str) -> dict[str, Any]:
    """Return the classes of a target column and their rows, as values that JSON can hold."""
    classes = target.labels().classes
    return {
        "labels": classes.tolist(),
        "dtype": "str" if classes.dtype.kind == "U" else classes.dtype.name,
        "counts": target.counts(),
    }


def number_facts(target: TargetStatistics, is_scaled: bool, has_shift: bool) -> dict[str, Any]:
    """Return the moments of a numeric target, as values that JSON can hold."""
    numbers = target.numbers()
    mean, scale = numbers.moments()
    return {
        "mean": mean,
        "minimum": numbers.low,
        "maximum": numbers.high,
        "shift": mean if is_scaled and has_shift else 0.0,
        "scale": scale if is_scaled else 1.0,
    }


def _rows(
    p: BaseMLP, stream: Stream, settings: StreamSettings, budget: Budget, facts: Mapping[str, Any]
) -> StreamedRows:
    encoder = TableEncoder.from_dict(facts["encoder"])
    coder = p._stream_coder(settings.target, facts["target"])
    dtype = np.float64 if p.dtype == "auto" else np.dtype(p.dtype)
    roles = Roles(facts["test"], facts["validation"])
    return StreamedRows(stream, encoder, coder, roles, dtype, facts["seed"], budget.piece)


def _test_rows(rows: StreamedRows, settings: StreamSettings, budget: Budget) -> Data | None:
    """Return the rows to judge by, before the training: it must not turn out in vain after it."""
    if settings.test is None and not rows.roles.test:
        return None
    most = _most(budget.held_out, rows)
    test = rows.collect(TEST, most) if settings.test is None else rows.of(settings.test).collect(TRAIN, most)
    if test.n_rows < 2:
        raise DataError("no rows are left to test on; raise test_size, or give more rows.")
    return test


def _begin(p: BaseMLP, rows: StreamedRows, facts: Mapping[str, Any], random_state: RandomState) -> State:
    """Draw the network, with the draws of `fit`."""
    n_in = rows.encoder.n_features_out
    head, n_out = p._stream_head()
    mlp = p.settings()
    network = mlp.network(n_in, n_out, head)
    p._set_network(network, mlp.first_theta(network, random_state, rows.dtype))
    p.n_features_in_ = n_in
    p.__dict__.pop("feature_names_in_", None)
    if rows.n_rows == 0:
        raise DataError("no rows are left to train on; lower test_size or validation_fraction.")
    return p._state_of_fit(mlp, random_state)


def _most(n_bytes: int, rows: StreamedRows) -> int:
    return max(1000, n_bytes // rows.row_bytes)


def _capacity(p: BaseMLP, rows: StreamedRows, budget: Budget) -> int:
    """Return the rows of a buffer."""
    bytes_a_row, theta = rows.row_bytes, p.theta_
    others = 3 * theta.nbytes  # half of what a network takes: it shares the room of two buffers
    batch_size = 200 if isinstance(p.batch_size, str) else p.batch_size
    budget.require(
        min(LEAST_BATCHES * batch_size, rows.n_rows) * bytes_a_row + others,
        f" for batches of {batch_size} rows of {rows.encoder.n_features_out} inputs",
    )
    return int(
        min((budget.buffer - others) // bytes_a_row, max(MOST_WORK // theta.size, LEAST_BATCHES * batch_size))
    )


def _train(
    p: BaseMLP,
    rows: StreamedRows,
    capacity: int,
    state: State,
    facts: Mapping[str, Any],
    callbacks: StreamCallbacks,
    position: StreamPosition | None,
) -> None:
    """Train, and set the fitted attributes."""
    validation = rows.collect(VALIDATION) if rows.roles.validation else None
    if p.early_stopping and (validation is None or validation.n_rows < 2):
        raise ParameterError(
            f"validation_fraction must set aside at least 2 of the {rows.n_rows} rows, got "
            f"{p.validation_fraction}; raise it, or give more rows."
        )
    check_weights(Data(None, np.empty((1, 1)), rows.coder.weights), validation)
    p.encoder_ = rows.encoder
    mlp = p.settings()
    monitoring = p._monitoring(mlp, validation)
    plan = mlp.plan(p.network_, rows.n_rows, facts["dropout_seed"], monitoring.monitor)
    settings = LoopSettings(
        learning_rate=mlp.learning_rate_init,
        schedule=mlp.continued_schedule(0, 0, False),
        max_epochs=int(mlp.max_iter),
        restore_best=mlp.restores_best,
        metrics=monitoring.metrics,
        monitored_metric=monitoring.metric,
    )
    outcome = train_stream(
        plan,
        state,
        rows,
        capacity,
        settings,
        get_engine(p.engine),
        validation=validation,
        callbacks=callbacks,
        position=position,
    )
    p._keep(mlp, state, outcome, monitoring, rows.n_rows)


def _keep_facts(p: BaseMLP, rows: StreamedRows, facts: Mapping[str, Any], seconds: float) -> None:
    """Fold the target's scaling into the network, and note what the training was of."""
    coder, target = rows.coder, facts["target"]
    is_scaled = coder.classes is None and (coder.shift, coder.scale) != (0.0, 1.0)
    if is_scaled:
        p.theta_ = rescaled_theta(p.network_, p.theta_, coder.scale, coder.shift)
        p._state = None  # its moments are of the parameters before
    p.target_name_ = coder.name
    known = ("mean", "minimum", "maximum")
    p._table_facts = {
        "task": "regression" if coder.classes is None else "classification",
        "n_rows": rows.n_rows,
        "target": {"class_counts": target["counts"]}
        if coder.classes is not None
        else {name: target[name] for name in known},
        "target_scaling": {"mean": coder.shift, "scale": coder.scale} if is_scaled else None,
        "settings": plain_settings(p.get_params()),
        "seconds": seconds,
        "versions": library_versions(),
    }


def class_coder(p: Any, name: str, facts: Mapping[str, Any]) -> TargetCoder:
    """Return the coder of classes, and set the estimator's."""
    p.classes_ = np.array(facts["labels"], dtype=facts["dtype"])
    head, n_out = targets.head_and_outputs(p.loss, p.classes_, multilabel=False)
    width = n_out if head == "quadratic" else 1
    weights = Labels(p.classes_).weights(p.class_weight, facts["counts"])
    return TargetCoder(name, p.classes_, width=width, weights=weights)
