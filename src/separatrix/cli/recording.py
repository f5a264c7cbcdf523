"""Recording: what `separatrix fit --record` writes beside a model, and what `separatrix plot` reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from separatrix.cli.console import note
from separatrix.ensemble import AnyModel
from separatrix.errors import DataError, ParameterError, SeparatrixError
from separatrix.io import load
from separatrix.model import Model
from separatrix.text import plural
from separatrix.train.recorded import RecordedModel, recording_path, save_recording, with_recording

OF_EPOCHS = ("boundary", "curve", "histograms")
"""The pictures that show the networks of several epochs."""


def prepare_recording(settings: dict[str, Any], checkpoint: Path | None) -> None:
    """Have the training recorded, which one with a checkpoint cannot be."""
    if checkpoint is not None:
        raise ParameterError("record", "needs a training without --checkpoint; leave out one of them.")
    settings["record"] = "auto"


def write_recording(model_file: Path, estimator: Any, model: AnyModel) -> None:
    """Write the recording of a training beside the model, and say where."""
    assert isinstance(model, Model)
    path = recording_path(model_file)
    save_recording(estimator.recording_, model, path)
    n = len(estimator.recording_.epochs)
    note(f"wrote the parameters of {plural(n, 'epoch')} to {path}; for a film: plot --what film.")


def load_recorded(model_file: Path, *, is_needed: bool) -> AnyModel:
    """Return a saved model, with its recording if there is one.

    Raises
    ------
    DataError
        If the recording is needed and there is none.
    """
    model = load(model_file)
    path = recording_path(model_file)
    if isinstance(model, Model) and path.is_file():
        try:
            return with_recording(model, path)
        except SeparatrixError as error:
            if is_needed:
                raise
            note(f"without the recording of the training: {error}")
    elif isinstance(model, Model) and is_needed:
        raise DataError(
            f"there is no recording '{path}' of the training, which films and pictures of epochs need; train "
            "with fit --record."
        )
    return model


def recorded_epochs(model: AnyModel, epochs: list[int], what: Sequence[str] | None) -> list[int]:
    """Return the epochs, which must all be recorded, and shown by one of the pictures."""
    if what is not None and not set(what) & set(OF_EPOCHS):
        raise ParameterError(
            "epochs", f"is for the pictures {', '.join(OF_EPOCHS)}; leave it out, or name one of them."
        )
    if not isinstance(model, RecordedModel) or model.recording_ is None:
        raise DataError(
            "an ensemble has no recording of a training; train one with --model network --record."
        )
    known = model.recording_.epochs
    for epoch in epochs:
        if epoch not in known:
            near = np.sort(known[np.argsort(np.abs(known - epoch), kind="stable")[:3]])
            raise ParameterError(
                "epochs",
                f"must be recorded, got {epoch}; the nearest that were are {', '.join(map(str, near))}.",
            )
    return epochs
