from __future__ import annotations

import numpy as np
import pytest

from separatrix.errors import ParameterError
from separatrix.evaluate.scorers import check_class_scorer, check_number_scorer, check_scorer_name


def test_scorers_of_the_task_and_other_names_are_accepted():
    check_scorer_name("scoring", "balanced_accuracy", "classification")
    check_scorer_name("scoring", "loss", "classification", ["loss"])
    check_class_scorer("scoring", "roc_auc", np.array(["no", "yes"]))
    check_class_scorer("scoring", "neg_log_loss", np.arange(3))
    check_number_scorer("scoring", "r2", np.array([1.0, 2.0, 4.0]), "price")


def test_an_unknown_name_is_an_error_with_common_ones():
    with pytest.raises(ParameterError, match=r"scoring must be loss, r2, .* or another scorer") as caught:
        check_scorer_name("scoring", "r2score", "regression", ["loss"])
    assert caught.value.parameter == "scoring"


@pytest.mark.parametrize(
    ("name", "n_classes", "message"),
    [
        ("roc_auc", 3, "roc_auc cannot judge the classes 0, 1, 2; name f1_macro, .* or roc_auc_ovr"),
        ("f1", 10, "the classes 0, 1, 2, 3, 4, 5, 6, 7 and 2 more; name f1_macro"),
    ],
)
def test_a_scorer_that_cannot_score_the_classes_is_an_error(name, n_classes, message):
    with pytest.raises(ParameterError, match=message):
        check_class_scorer("metrics", name, np.arange(n_classes))


def test_a_scorer_that_cannot_score_the_numbers_is_an_error():
    with pytest.raises(
        ParameterError, match="accuracy cannot judge the numbers of the target 'price'; name r2"
    ):
        check_number_scorer("scoring", "accuracy", np.array([0.5, 1.5, 2.25]), "price")
