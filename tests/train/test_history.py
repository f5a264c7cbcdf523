import json

import numpy as np

from separatrix.train.history import CURVES, History, HistoryWriter, KeptEpoch


def test_round_trip_through_strict_json():
    history = History(
        loss=np.array([0.1, np.nan, np.inf, -np.inf]),
        seconds=np.array([1e-300, 2.0, 3.0, 1 / 3]),
        metrics={"auc": np.array([0.5, np.nan, 1.0, 0.0])},
    )
    text = json.dumps(history.to_dict(), allow_nan=False)
    again = History.from_dict(json.loads(text))
    for name in CURVES:
        np.testing.assert_array_equal(getattr(again, name), getattr(history, name))
        assert getattr(again, name).dtype == np.float64
    np.testing.assert_array_equal(again.metrics["auc"], history.metrics["auc"])


def test_a_log_grows_and_earlier_histories_stay():
    log, n = HistoryWriter(["auc"]), 0
    histories = []
    for length in (1, 3, 50, 1, 200):
        log.extend({"loss": np.arange(n, n + length)}, {"auc": float(n)})
        n += length
        histories.append((n, log.history()))
    for n, history in histories:
        assert history.loss.tolist() == [*range(n)]
        assert history.n_epochs == n
        assert history.validation_loss.size == 0
    assert histories[-1][1].metrics["auc"].tolist() == [0, 1, 4, 54, 55]


def test_the_kept_epoch_is_where_the_monitored_curve_is_best():
    history = History(
        loss=np.array([0.4, 0.3, 0.2]),
        validation_score=np.array([0.9, 0.5, 0.4]),
        metrics={"validation_auc": np.array([np.nan, 0.8, 0.7])},
    )
    assert history.kept_epoch(7, 8, scoring="auc") == KeptEpoch(7, 1, "best validation auc")
    assert history.kept_epoch(6, 8) == KeptEpoch(6, 0, "best validation score")
    assert history.kept_epoch(8, 8) == KeptEpoch(8, 2, "lowest training loss")
    assert history.kept_epoch(5, 8) == KeptEpoch(5, -1, "")
