from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from separatrix.errors import DataError
from separatrix.evaluate import classification_report, multilabel_report


def rows(n_classes: int, *, seed: int = 0, n_rows: int = 120) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    codes = np.r_[np.arange(n_classes), rng.integers(0, n_classes, n_rows - n_classes)]
    logits = rng.normal(size=(n_rows, n_classes))
    logits[np.arange(n_rows), codes] += 1.5
    proba = np.exp(logits)
    return codes, proba / proba.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_values_are_sklearns(n_classes):
    codes, proba = rows(n_classes)
    classes = np.array(["ant", "bee", "cat", "dog", "elk"])[:n_classes]
    truth, predicted = classes[codes], classes[proba.argmax(axis=1)]
    report = classification_report(truth, proba, classes)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(truth, predicted)
    np.testing.assert_allclose([row.precision.value for row in report.per_class], precision)
    np.testing.assert_allclose([row.recall.value for row in report.per_class], recall)
    np.testing.assert_allclose([row.f1.value for row in report.per_class], f1)
    assert [row.support for row in report.per_class] == support.tolist()
    assert report.accuracy.value == metrics.accuracy_score(truth, predicted)
    score = proba[:, 1] if n_classes == 2 else proba
    assert report.roc_auc.value == pytest.approx(metrics.roc_auc_score(truth, score, multi_class="ovr"))
    assert report.log_loss.value == pytest.approx(metrics.log_loss(truth, proba))
    assert report.brier.value == pytest.approx(metrics.brier_score_loss(truth, proba))
    np.testing.assert_array_equal(report.confusion, metrics.confusion_matrix(truth, predicted))
    assert report.n_rows == len(truth)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_loss_at_the_extremes_is_sklearns(dtype):
    proba = np.array([[1, 0], [1, 0], [0, 1], [0.25, 0.75]], dtype=dtype)
    report = classification_report([0, 1, 1, 1], proba, [0, 1])
    assert report.log_loss.value == pytest.approx(metrics.log_loss([0, 1, 1, 1], proba), rel=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_every_interval_holds_its_value(n_classes):
    report = classification_report(*rows(n_classes, n_rows=30), range(n_classes))
    intervals = [report.accuracy, report.roc_auc, report.log_loss, report.brier]
    intervals += [i for row in report.per_class for i in (row.precision, row.recall, row.f1)]
    assert all(interval.low <= interval.value <= interval.high for interval in intervals)
    assert all(interval.low < interval.high for interval in intervals)


def test_a_class_without_rows_has_undefined_metrics_with_reasons():
    report = classification_report(["yes"] * 4, [[0.1, 0.9]] * 3 + [[0.2, 0.8]], ["no", "yes"])
    assert report.roc_auc.value is None
    assert report.roc_auc.reason == "no row of class 'no'"
    assert report.per_class[0].precision.reason == "never predicted"
    assert report.per_class[0].recall.reason == "no such row"
    assert report.accuracy.value == 1
    assert report.accuracy.low < 0.6
    assert json.loads(json.dumps(report.to_dict()))["roc_auc"]["value"] is None


def test_one_row_is_enough_for_a_report():
    report = classification_report([1], [[0.3, 0.7]], [0, 1])
    assert report.log_loss.value == pytest.approx(-np.log(0.7))
    assert report.log_loss.reason == "one row only"


def test_the_dictionary_can_be_written_as_json():
    report = classification_report(*rows(3), np.arange(3))
    read = json.loads(json.dumps(report.to_dict()))
    assert read["accuracy"]["value"] == report.accuracy.value
    assert read["per_class"][2]["label"] == 2
    assert read["confusion"] == [list(row) for row in report.confusion]


def test_text_is_aligned():
    lines = classification_report(*rows(3), np.arange(3)).to_text().splitlines()
    assert lines[0].split() == ["precision", "recall", "F1", "rows"]
    starts = [line.rindex("  ") for line in lines[:4]]
    assert len(set(starts)) == 1
    assert lines[5].startswith("accuracy           0.")
    assert lines[-1] == "120 rows, 95 % intervals in brackets."


@pytest.mark.slow
@given(seed=st.integers(0, 10_000), n_classes=st.integers(2, 4))
def test_order_of_rows_and_names_of_classes_do_not_matter(seed, n_classes):
    codes, proba = rows(n_classes, seed=seed, n_rows=20)
    order = np.random.default_rng(seed).permutation(20)
    names = np.array(["w", "x", "y", "z"])[:n_classes]
    one = classification_report(codes, proba, range(n_classes))
    other = classification_report(names[codes[order]], proba[order], names)
    assert one.confusion == other.confusion
    assert one.accuracy == other.accuracy
    for metric in ("roc_auc", "log_loss", "brier"):
        ends = [(i.value, i.low, i.high) for i in (getattr(one, metric), getattr(other, metric))]
        np.testing.assert_allclose(np.array(ends[0], float), np.array(ends[1], float), rtol=1e-9)


@pytest.mark.slow
@given(seed=st.integers(0, 10_000))
def test_order_of_classes_does_not_matter(seed):
    codes, proba = rows(3, seed=seed, n_rows=20)
    one = classification_report(codes, proba, [0, 1, 2])
    other = classification_report(codes, proba[:, [2, 0, 1]], [2, 0, 1])
    assert one.per_class[0] == other.per_class[1]
    assert one.accuracy == other.accuracy
    assert one.roc_auc.value == pytest.approx(other.roc_auc.value)


PROBA = [[0.4, 0.6], [0.5, 0.5]]


@pytest.mark.parametrize(
    ("y_true", "proba", "classes", "message"),
    [
        (
            ["yes", "maybe"],
            PROBA,
            ["no", "yes"],
            "'maybe' in row 2, which is none of the classes",
        ),
        ([0, float("nan")], PROBA, [0, 1], "y_true has nan in row 2"),
        ([0, 1, 1], PROBA, [0, 1], r"shape \(3, 2\)"),
        ([0, 1], [0.4, 0.5], [0, 1], r"got \(2,\)"),
        ([0, 1], [[-0.5, 1.5], [0.5, 0.5]], [0, 1], "not logits"),
        ([0, 1], [[np.nan, 0.5], [0.5, 0.5]], [0, 1], "got nan"),
        ([0, 1], [[0.4, 0.4], [0.5, 0.5]], [0, 1], "got 0.8"),
        ([0, 1], PROBA, [1, 1], "two or more different"),
        ([], np.empty((0, 2)), [0, 1], "one or more labels"),
    ],
)
def test_wrong_data_are_named(y_true, proba, classes, message):
    with pytest.raises(DataError, match=message):
        classification_report(y_true, proba, classes)


def test_a_multilabel_report_has_a_report_for_each_label():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, (50, 3))
    proba = np.clip(truth * 0.4 + rng.random((50, 3)) * 0.6, 0, 1)
    report = multilabel_report(truth, proba, ["a", "b", "c"])
    assert report.subset_accuracy.value == metrics.accuracy_score(truth, proba > 0.5)
    areas = [label.roc_auc.value for label in report.per_label]
    np.testing.assert_allclose(areas, metrics.roc_auc_score(truth, proba, average=None))
    losses = [metrics.log_loss(truth[:, i], proba[:, i]) for i in range(3)]
    assert report.log_loss.value == pytest.approx(np.mean(losses))
    assert json.loads(json.dumps(report.to_dict()))["labels"] == ["a", "b", "c"]
    assert report.to_text().splitlines()[1].startswith("a  0.")


def test_multilabel_rows_need_not_sum_to_one_but_must_be_zeros_and_ones():
    assert multilabel_report([[1, 1], [0, 0]], [[0.9, 0.9], [0.1, 0.2]], "ab").subset_accuracy.value == 1
    with pytest.raises(DataError, match="zeros and ones"):
        multilabel_report([[1, 2]], [[0.9, 0.9]], "ab")


def test_a_report_prints_as_its_table():
    report = classification_report(*rows(2), np.arange(2))
    assert str(report) == repr(report) == report.to_text()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_balanced_accuracy_and_average_precision_are_scikit_learns(n_classes):
    y, proba = rows(n_classes)
    report = classification_report(y, proba, np.arange(n_classes))
    expected = metrics.balanced_accuracy_score(y, np.asarray(proba).argmax(axis=1))
    assert report.balanced_accuracy.value == pytest.approx(expected)
    assert report.balanced_accuracy.low < expected < report.balanced_accuracy.high
    positive = (np.asarray(y) == 1) if n_classes == 2 else np.eye(n_classes)[y]
    score = metrics.average_precision_score(positive, np.asarray(proba)[:, 1] if n_classes == 2 else proba)
    assert report.average_precision.value == pytest.approx(score)


@pytest.mark.parametrize(("n_rare", "is_rare"), [(9, True), (10, False)])
def test_a_class_below_a_tenth_is_rare(n_rare, is_rare):
    y = [1] * n_rare + [0] * (100 - n_rare)
    assert classification_report(y, [[0.6, 0.4]] * 100, [0, 1]).has_rare_class is is_rare
