"""Table steps: what the training on a table asks of an estimator, step by step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from numpy.random import RandomState
from numpy.typing import NDArray

from separatrix.data.encoder import TableEncoder
from separatrix.data.statistics import TargetStatistics
from separatrix.engine.base import Data, State
from separatrix.estimators.settings import MLPSettings
from separatrix.estimators.table_rows import EncodedStream
from separatrix.estimators.table_target import Target
from separatrix.estimators.training_rows import NetworkShape
from separatrix.model import Model
from separatrix.network import Network
from separatrix.train import Callback, Recording, Stop
from separatrix.train.stream import RowStream, StreamCallbacks, StreamPosition

Array = NDArray[Any]


class TableSteps(ABC):
    """An estimator of one network, as `separatrix.estimators.table_training.fit_table` sees it.

    The order is: `_target_of`, `_begin_table`, then `_train_data` or `_train_stream`, `_end_table`,
    `_grave_findings`. The names are private because users of an estimator do not call them.
    """

    get_params: Callable[[], dict[str, Any]]
    to_model: Callable[[], Model]
    classes_: Array
    encoder_: TableEncoder
    n_features_in_: int
    network_: Network
    recording_: Recording | None
    stop_: Stop
    target_name_: str
    theta_: Array
    _state: State | None
    _table_metadata: dict[str, Any]

    @abstractmethod
    def settings(self) -> MLPSettings:
        """Return the parameters, checked."""

    @abstractmethod
    def _target_of(self, statistics: TargetStatistics) -> Target:
        """Return how to encode a target column with these statistics."""

    @abstractmethod
    def _set_up(self, settings: MLPSettings, shape: NetworkShape, is_first: bool) -> RandomState:
        """Draw a network, or keep the one there is; return the generator of the next draws."""

    @abstractmethod
    def _grave_findings(self) -> str:
        """Return what is grave in the diagnosis of the training, as sentences."""

    @abstractmethod
    def _train_data(
        self, settings: MLPSettings, training: Data, random_state: RandomState, callbacks: list[Callback]
    ) -> None:
        """Train on encoded rows, as `fit` does, and set the fitted attributes."""

    @abstractmethod
    def _train_stream(
        self,
        settings: MLPSettings,
        state: State,
        seed: int,
        rows: RowStream,
        capacity: int,
        validation: Data | None,
        callbacks: StreamCallbacks,
        position: StreamPosition | None,
    ) -> None:
        """Train on encoded rows that come in pieces, and set the fitted attributes."""

    @abstractmethod
    def _begin_table(self, settings: MLPSettings, rows: EncodedStream, is_first: bool) -> RandomState:
        """Set classes, encoder and network; return the generator of the next draws."""

    @abstractmethod
    def _end_table(self, target: Target, n_rows: int, seconds: float) -> None:
        """Fold the scaling of the target into the network; keep what a model file says of the training."""
