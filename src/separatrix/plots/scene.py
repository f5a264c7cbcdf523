"""Scene: the networks of a recorded training, its losses and the rows, which a film shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.engine.numpy_engine import layer_sums_and_outputs
from separatrix.errors import DataError, ParameterError
from separatrix.explain.plane import Plane, PlaneKind, make_plane
from separatrix.explain.subject import as_model, as_recording, history_of, kept_epoch, with_parameters
from separatrix.explain.tables import as_table, encoded_rows, in_container_of
from separatrix.model import Model
from separatrix.plots import pace
from separatrix.train import History, Recording, recording_epochs
from separatrix.train.history import KeptEpoch
from separatrix.train.recording import AUTO_SNAPSHOTS

Array = NDArray[Any]

_MOST_COMPARED = 1000  # snapshots of a recording, of which the film shows those where something changes
_COMPARED_ROWS = 200


@dataclass(frozen=True, eq=False)
class Scene:
    """All that determines the frames of a film.

    Attributes
    ----------
    estimator : fitted estimator, or pipeline that ends in one
    model : Model
        Its network.
    history : History
    recording : Recording
    shown : ndarray of shape (n_shown,)
        The indices in the recording of the snapshots that are shown, one frame each.
    shown_for : ndarray of shape (n_shown,)
        How long each is shown, in seconds.
    kept : KeptEpoch or None
        The epoch whose parameters were kept, if it is not the last: a frame at the end shows them.
    rows : array-like or table
        The rows given, or else two rows that span the range of the training rows.
    y : array-like, or None
        The rows' targets; None if no rows were given.
    features : pair of str or int, or None
    plane : {"features", "pca"}
        The plane over which the boundary and the hidden units are drawn.
    point : table of one row, or None
        A row that is marked, in the container of the rows.
    """

    estimator: Any
    model: Model
    history: History
    recording: Recording
    shown: Array
    shown_for: Array
    kept: KeptEpoch | None
    rows: Any
    y: Any
    features: tuple[str | int, str | int] | None
    plane: PlaneKind
    point: Any = None

    @property
    def epochs(self) -> Array:
        """Epoch of each frame's parameters, (n_frames,)."""
        epochs: Array = self.recording.epochs[self.shown]
        return epochs if self.kept is None else np.append(epochs, self.kept.epoch)

    @property
    def seconds(self) -> Array:
        """How long each frame is shown, (n_frames,)."""
        if self.kept is None:
            return self.shown_for
        return np.append(np.minimum(self.shown_for, pace.LONGEST), pace.LAST)

    @property
    def reached(self) -> Array:
        """Index of the last snapshot before or at each frame, (n_frames,)."""
        return self.shown if self.kept is None else np.append(self.shown, self.shown[-1])

    @cached_property
    def thetas(self) -> Array:
        """Each frame's parameters, (n_frames, n_parameters)."""
        thetas: Array = self.recording.thetas[self.shown]
        return thetas if self.kept is None else np.vstack([thetas, self.model.theta])

    @property
    def labels(self) -> list[str]:
        """What each frame shows."""
        unit = "epoch" if self.history.learning_rate.size else "iteration"  # L-BFGS has no epochs
        labels = [f"{unit} {epoch}" if epoch else "untrained" for epoch in self.epochs.tolist()]
        if self.kept is None:
            return labels
        why = f": {self.kept.reason}" if self.kept.reason else ""
        return [*labels[:-1], f"{labels[-1]}, kept{why}"]

    @cached_property
    def n_columns(self) -> int:
        """Number of columns of the rows."""
        return len(as_table(self.estimator, self.rows).columns)

    def make_plane(self, grid_resolution: int) -> Plane:
        """Return the plane, with `grid_resolution` points along each side."""
        return make_plane(
            self.estimator,
            self.rows,
            features=self.features,
            plane=self.plane,
            grid_resolution=grid_resolution,
        )

    def point_on(self, plane: Plane) -> tuple[float, float] | None:
        """Return the coordinates of the marked row on the plane of two columns; None if there is none."""
        if self.point is None:
            return None
        columns = as_table(self.estimator, self.point).columns
        return float(columns[plane.u_label][0]), float(columns[plane.v_label][0])

    def at(self, frame: int) -> Any:
        """Return the estimator as it was at a frame: a `Model`, or a pipeline that ends in an estimator."""
        return with_parameters(self._shown, self.thetas[frame])

    @cached_property
    def _shown(self) -> Any:
        """The pipeline, or the model of another estimator: it is made once for all frames."""
        return self.estimator if hasattr(self.estimator, "steps") else as_model(self.estimator)


def make_scene(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    every: int | None = None,
    features: tuple[str | int, str | int] | None = None,
    plane: PlaneKind = "features",
    fps: float | None = None,
    point: Any = None,
) -> Scene:
    """Make the scene of an estimator's recording.

    Parameters
    ----------
    estimator, X, y, every, features, plane, fps, point
        As in `separatrix.animate`.

    Raises
    ------
    DataError
        If nothing was recorded, or only one of `X` and `y` is given, or they are needed and missing.
    ParameterError
        If `plane`, `every`, `fps` or `point` is invalid.
    """
    recording = as_recording(estimator)
    check.choice("plane", plane, get_args(PlaneKind))
    if (X is None) != (y is None):
        raise DataError(f"X and y must be given together, got no {'X' if X is None else 'y'}.")
    if X is None and plane == "pca":
        raise DataError(
            "X and y must be given for plane='pca', which is computed from them; pass them, as in "
            "animate(estimator, path, X, y, plane='pca')."
        )
    kept = kept_epoch(estimator)
    rows = _range_of(estimator) if X is None else X
    # The history is long, and would be copied for each frame.
    model = replace(as_model(estimator), training=None)
    shown, shown_for = _frames(estimator, model, recording, rows, every, fps)
    return Scene(
        estimator=estimator,
        model=model,
        history=history_of(estimator),
        recording=recording,
        shown=shown,
        shown_for=shown_for,
        kept=None if kept is None or kept.epoch == recording.epochs[-1] else kept,
        rows=rows,
        y=y,
        features=features,
        plane=plane,
        point=None if point is None else _as_point(estimator, rows, point, plane),
    )


def _range_of(estimator: Any) -> Array:
    """Return the lowest and the highest value of each feature in training, (2, n_features)."""
    feature_range = getattr(estimator, "feature_range_", None)
    if feature_range is None:
        raise DataError(
            f"X and y must be given: the {type(estimator).__name__} does not know the range of its training "
            "rows; pass them, as in animate(estimator, path, X, y)."
        )
    known: Array = feature_range
    return known


def _as_point(estimator: Any, rows: Any, point: Any, plane: PlaneKind) -> Any:
    """Return a row of numbers in the container of the rows."""
    names = as_table(estimator, rows).column_names
    values = np.ravel(np.asarray(point, dtype=object))
    if len(values) != len(names) or not all(isinstance(value, Real) for value in values):
        raise ParameterError("point", f"must have a number for each of {', '.join(names)}, got {point!r}.")
    if plane == "pca":
        raise ParameterError(
            "point", "cannot be shown with plane='pca'; choose two features, or leave it out."
        )
    columns = {name: np.array([float(value)]) for name, value in zip(names, values, strict=True)}
    return in_container_of(rows, columns)


def _frames(
    estimator: Any, model: Model, recording: Recording, rows: Any, every: int | None, fps: float | None
) -> tuple[Array, Array]:
    """Return the indices of the snapshots that are shown, and for how many seconds each."""
    n = len(recording.epochs)
    if every is not None:
        check.integer("every", every, 1)
        numbers = np.union1d(np.arange(0, n, every), n - 1)
    elif n <= _MOST_COMPARED:
        numbers = np.arange(n)
    else:  # of a very long recording, with more of the early ones
        evenly = np.linspace(0, n - 1, _MOST_COMPARED - AUTO_SNAPSHOTS - 1).round().astype(np.int64)
        numbers = np.union1d(evenly, np.append(0, recording_epochs("auto", n - 1)))
    if fps is not None:
        if every is None and len(numbers) > AUTO_SNAPSHOTS + 1:
            numbers = np.append(0, recording_epochs("auto", n - 1))
        return numbers, np.append(np.full(len(numbers) - 1, 1 / fps), max(1 / fps, pace.LAST))
    changes = _changes(model, recording.thetas[numbers], encoded_rows(estimator, rows))
    wanted = pace.durations(changes)
    if every is not None:
        return numbers, pace.limited(wanted)
    shown, seconds = pace.chosen(wanted)
    return numbers[shown], seconds


def _changes(model: Model, thetas: Array, X: Array) -> Array:
    """Return how far the answers of each network are from those of the one before: the mean difference.

    The answers are those for some rows, and for points between the lowest and the highest values, as a film
    shows them, too.
    """
    X = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=np.float64)
    generator = np.random.RandomState(0)
    rows = X[generator.permutation(len(X))[:_COMPARED_ROWS]]
    low, high = X.min(axis=0), X.max(axis=0)
    rows = np.vstack([rows, low + (high - low) * generator.uniform(size=(_COMPARED_ROWS, X.shape[1]))])

    def answers(theta: Array) -> Array:
        *_, (_, outputs) = layer_sums_and_outputs(model.network, theta.astype(np.float64), rows)
        return outputs

    changes, before = np.zeros(len(thetas)), answers(thetas[0])
    for number, theta in enumerate(thetas[1:], start=1):
        now = answers(theta)
        changes[number] = np.abs(now - before).mean()
        before = now
    return np.where(np.isfinite(changes), changes, 0.0)
