from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from separatrix.errors import DataError, ParameterError
from separatrix.evaluate import Cost, threshold_table

Y = np.array([0, 0, 0, 1, 0, 1, 1, 0, 1, 1])
P = np.array([0.05, 0.1, 0.2, 0.25, 0.4, 0.45, 0.6, 0.7, 0.8, 0.95])


def cost_by_hand(cut: float, fn: float, fp: float) -> float:
    flagged = cut <= P
    return fn * float((~flagged & (Y == 1)).sum()) + fp * float((flagged & (Y == 0)).sum())


@pytest.mark.parametrize(("fn", "fp"), [(1, 1), (10, 1), (1, 10), (3, 2)])
def test_no_cut_is_cheaper(fn: float, fp: float) -> None:
    table = threshold_table(Y, P, label=1, cost={"fn": fn, "fp": fp})
    least = min(cost_by_hand(cut, fn, fp) for cut in np.linspace(0, 1, 1001))
    assert cost_by_hand(table.cheapest, fn, fp) == least
    (cut,) = [cut for cut in table.cuts if cut.threshold == table.cheapest]
    assert cut.cost == pytest.approx(least / len(Y))


def test_ten_to_one_by_hand() -> None:
    """A miss costs 10: flagging from 0.25 on misses none, with two false alarms (0.4 and 0.7)."""
    table = threshold_table(Y, P, label=1, cost={"fn": 10, "fp": 1})
    assert 0.2 < table.cheapest < 0.25
    assert cost_by_hand(table.cheapest, 10, 1) == 2


def test_precision_and_recall_are_scikit_learns() -> None:
    for cut in threshold_table(Y, P, label=1).cuts:
        flagged = cut.threshold <= P
        assert cut.n_flagged == flagged.sum()
        assert cut.flagged == flagged.mean()
        assert cut.recall == recall_score(Y, flagged)
        assert cut.precision == (precision_score(Y, flagged) if flagged.any() else None)


def test_equal_costs_are_decided_by_the_expected_threshold() -> None:
    """All cuts between 0.1 and 0.9 have no error."""
    table = threshold_table([0, 1], [0.1, 0.9], label=1, cost=Cost(fn=4, fp=1))
    assert table.cheapest == 0.5
    table = threshold_table([0, 0, 1, 1], [0.3, 0.3, 0.3, 0.3], label=1)
    assert table.cuts[0].n_flagged == 4


def test_many_random_rows_have_no_cheaper_cut() -> None:
    random = np.random.RandomState(0)
    for _ in range(30):
        p = random.choice(np.linspace(0, 1, 12), 40)
        y = random.uniform(size=40) < p
        if not 0 < y.sum() < 40:
            continue
        fn, fp = random.uniform(0.1, 10, 2)
        found = threshold_table(y, p, cost={"fn": fn, "fp": fp}).cheapest

        def total(cut: float, p: np.ndarray = p, y: np.ndarray = y, fn: float = fn, fp: float = fp) -> float:
            return float(fn * ((p < cut) & y).sum() + fp * ((p >= cut) & ~y).sum())

        assert total(found) == pytest.approx(min(total(cut) for cut in np.linspace(-0.01, 1.01, 400)))


def test_text_lists_the_cuts_and_the_cheapest() -> None:
    text = str(threshold_table(Y, P, label=1, cost={"fn": 10, "fp": 1}))
    assert text.splitlines()[0].split() == ["cut", "precision", "recall", "flagged", "cost", "of", "a", "row"]
    assert text.endswith("Cheapest cut: 0.225 (a missed row costs 10, a false alarm 1).")


@pytest.mark.parametrize(
    ("cost", "problem"),
    [({"fm": 3}, "got 'fm'"), ({"fn": -1}, "fn"), ({"fn": 1, "tp": 2}, "higher for a wrong answer")],
)
def test_bad_costs(cost: dict[str, float], problem: str) -> None:
    with pytest.raises(ParameterError, match=problem):
        threshold_table(Y, P, label=1, cost=cost)


def test_both_classes_are_needed() -> None:
    with pytest.raises(DataError, match="got 0 of 10 rows of 2"):
        threshold_table(Y, P, label=2)
    with pytest.raises(DataError, match="shapes"):
        threshold_table(Y, P[:3], label=1)


@pytest.mark.parametrize("wrong", [np.nan, 1.2, -0.1])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(DataError, match="proba must be between 0 and 1, got"):
        threshold_table(Y, np.where(P == 0.7, wrong, P), label=1)
    with pytest.raises(ParameterError, match="cuts must be"):
        threshold_table(Y, P, label=1, cuts=[0.3, wrong])


def test_the_cut_of_a_model_is_listed() -> None:
    table = threshold_table([0, 0, 1, 1], [0.1, 0.3, 0.2, 0.9], label=1, kept=0.3333)
    assert 0.3333 in [cut.threshold for cut in table.cuts]


def test_where_no_cut_pays_it_is_said() -> None:
    """The only positive row is the least likely: flagging it costs three false alarms, missing it one."""
    y, p = [1, 0, 0, 0], [0.05, 0.06, 0.1, 0.14]
    table = threshold_table(y, p, label=1)
    assert not table.pays
    assert table.to_dict()["pays"] is False
    assert str(table).endswith(
        "No cut pays: flagging no row is cheapest (a missed row costs 1, a false alarm 1)."
    )
    assert threshold_table(y, p, label=1, cost={"fn": 10}).pays


def test_the_cuts_of_a_rare_class_flag_different_rows() -> None:
    random = np.random.RandomState(0)
    p = random.beta(1.2, 24, 1000)  # about 5 %, none above 0.4
    table = threshold_table(random.uniform(size=1000) < p, p, kept=0.1259)
    flagged = [cut.n_flagged for cut in table.cuts if cut.threshold not in (0.5, table.cheapest, 0.1259)]
    assert all(flagged)
    assert len(set(flagged)) == len(flagged) >= 7
    assert {cut.threshold for cut in table.cuts} >= {0.05, 0.1, 0.5, 0.1259}


def test_cuts_by_shares_have_few_digits_and_flag_about_these_shares() -> None:
    p = np.random.RandomState(1).uniform(0.001, 0.04, 1000)
    cuts = {cut.threshold: cut.flagged for cut in threshold_table(p > 0.03, p).cuts if cut.n_flagged}
    for share in (0.5, 0.2, 0.05):
        assert any(abs(flagged - share) < 0.02 for flagged in cuts.values())
