"""Scene: the networks of a recorded training, its losses and the rows, which a film shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from separatrix import check
from separatrix.errors import DataError
from separatrix.explain.plane import Plane, PlaneKind, make_plane
from separatrix.explain.subject import as_model, as_recording, kept_epoch, last_step, with_parameters
from separatrix.explain.tables import as_table
from separatrix.model import Model
from separatrix.train import History, Recording, recording_epochs
from separatrix.train.history import KeptEpoch
from separatrix.train.recording import AUTO_SNAPSHOTS

Array = NDArray[Any]


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
    shown : ndarray of shape (n_snapshots,)
        The indices in the recording of the snapshots that are shown, one frame each.
    kept : KeptEpoch or None
        The epoch whose parameters were kept, if it is not the last: a frame at the end shows them.
    rows : array-like or table
        The rows given, or else two rows that span the range of the training rows.
    y : array-like, or None
        The rows' targets; None if no rows were given.
    features : pair of str or int, or None
    plane : {"features", "pca"}
        The plane over which the boundary and the hidden units are drawn.
    """

    estimator: Any
    model: Model
    history: History
    recording: Recording
    shown: Array
    kept: KeptEpoch | None
    rows: Any
    y: Any
    features: tuple[str | int, str | int] | None
    plane: PlaneKind

    @property
    def epochs(self) -> Array:
        """Epoch of each frame's parameters, (n_frames,)."""
        epochs: Array = self.recording.epochs[self.shown]
        return epochs if self.kept is None else np.append(epochs, self.kept.epoch)

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

    def at(self, frame: int) -> Any:
        """Return the estimator as it was at a frame: a `Model`, or a pipeline that ends in an estimator."""
        return with_parameters(self.estimator, self.thetas[frame])


def make_scene(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    every: int | None = None,
    features: tuple[str | int, str | int] | None = None,
    plane: PlaneKind = "features",
) -> Scene:
    """Make the scene of an estimator's recording.

    Parameters
    ----------
    estimator, X, y, every, features, plane
        As in `separatrix.animate`.

    Raises
    ------
    DataError
        If nothing was recorded, or only one of `X` and `y` is given, or they are needed and missing.
    ParameterError
        If `plane` or `every` is invalid.
    """
    recording, last = as_recording(estimator), last_step(estimator)
    check.choice("plane", plane, get_args(PlaneKind))
    if (X is None) != (y is None):
        raise DataError(f"X and y must be given together, got no {'X' if X is None else 'y'}.")
    if X is None and plane == "pca":
        raise DataError(
            "X and y must be given for plane='pca', which is computed from them; pass them, as in "
            "animate(estimator, path, X, y, plane='pca')."
        )
    kept = kept_epoch(estimator)
    return Scene(
        estimator=estimator,
        model=replace(
            as_model(estimator), training=None
        ),  # the history is long, and would be copied for each frame
        history=last.history_,
        recording=recording,
        shown=_shown(len(recording.epochs), every),
        kept=None if kept is None or kept.epoch == recording.epochs[-1] else kept,
        rows=_range_of(estimator) if X is None else X,
        y=y,
        features=features,
        plane=plane,
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


def _shown(n_snapshots: int, every: int | None) -> Array:
    """Return the indices of the snapshots that are shown, which include the first and the last."""
    if every is None:
        if n_snapshots <= AUTO_SNAPSHOTS + 1:
            return np.arange(n_snapshots)
        return np.append(0, recording_epochs("auto", n_snapshots - 1))
    check.integer("every", every, 1)
    return np.union1d(np.arange(0, n_snapshots, every), n_snapshots - 1)
