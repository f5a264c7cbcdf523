from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from separatrix import GeneralizationGapDisplay
from separatrix.errors import DataError, ParameterError
from separatrix.train import History

TRAINING, VALIDATION = np.array([0.7, 0.4, 0.2, 0.1]), np.array([0.8, 0.5, 0.6, 0.9])
HISTORY = History(loss=TRAINING, validation_loss=VALIDATION)


def test_the_gap_is_the_difference_and_the_legend_says_it() -> None:
    display = GeneralizationGapDisplay.from_history(HISTORY)
    assert_array_equal(display.lines_[0].get_ydata(), TRAINING)
    assert_array_equal(display.lines_[1].get_ydata(), VALIDATION)
    assert display.gap_at(4) == pytest.approx(0.8)
    assert display.best_epoch_ == 2
    assert display.lines_[1].get_markevery() == [1]
    assert display.gap_.get_label() == "gap: 0.1 there, 0.8 at the end"
    assert display.lines_[1].get_label() == "validation: lowest 0.5, epoch 2"


def test_the_loss_at_the_end_of_the_epochs_is_preferred() -> None:
    exact = TRAINING - 0.05
    display = GeneralizationGapDisplay.from_history(
        History(loss=TRAINING, train_loss=exact, validation_loss=VALIDATION)
    )
    assert_array_equal(display.lines_[0].get_ydata(), exact)
    assert display.lines_[0].get_label() == "training"


def test_the_kept_epoch_is_marked(stopped) -> None:
    network, _, _ = stopped
    display = GeneralizationGapDisplay.from_estimator(network)
    assert display.kept == network.stop_.best_epoch
    assert display.ax_.get_xlabel() == f"epoch (dotted: {display.kept}, kept)"


def test_a_training_without_validation_rows_has_no_gap() -> None:
    with pytest.raises(DataError, match="needs the validation loss: its training had no validation rows"):
        GeneralizationGapDisplay.from_history(History(loss=TRAINING))
    with pytest.raises(DataError, match="the losses of the same epochs, got 4 and 3"):
        GeneralizationGapDisplay(TRAINING, VALIDATION[1:])


def test_an_epoch_that_was_not_trained_has_no_gap() -> None:
    display = GeneralizationGapDisplay(np.array([0.5, 0.4]), np.array([0.6, 0.45]))
    assert display.gap_at(2) == pytest.approx(0.05)
    with pytest.raises(ParameterError, match="epoch must be at most 2, the last one, got 3"):
        display.gap_at(3)
