"""Report: what a tabular fit did with the columns, which networks it kept, and how good they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from separatrix.decision import Decision
from separatrix.evaluate.calibration import CalibrationBin, calibration_bins
from separatrix.evaluate.intervals import Interval
from separatrix.tabular.candidates import Part
from separatrix.text import percent_text, plural

Array = NDArray[Any]

ENSEMBLE = "ensemble"

UNSURE = 0.6
"""Probability of the likeliest class below which a classifier is unsure of a row."""

N_SHOWN = 10


@dataclass(frozen=True)
class Kept:
    """The networks of one configuration in the ensemble: how many, and their weight in the mean."""

    configuration: str
    n_networks: int
    weight: float

    @classmethod
    def of(cls, parts: Sequence[Part]) -> tuple[Self, ...]:
        """Return the configurations, the heaviest first."""
        names = dict.fromkeys(part.training["configuration"] for part in parts)
        total = sum(part.share for part in parts)
        found = []
        for name in names:
            shares = [part.share for part in parts if part.training["configuration"] == name]
            found.append(cls(name, len(shares), sum(shares) / total))
        return tuple(sorted(found, key=lambda each: -each.weight))


@dataclass(frozen=True)
class Unsure:
    """The training rows that the ensemble is least sure of, out of fold.

    Attributes
    ----------
    sentence : str
        How many there are, and how often the ensemble is right there.
    rows : tuple of int
        The numbers of those it is least sure of, the first first; for numbers, those with the largest error.
    """

    sentence: str
    rows: tuple[int, ...]

    @classmethod
    def of(cls, answers: Array, y: Array, *, is_class: bool) -> Self:
        """Return them for probabilities of shape (n_rows, n_classes), or numbers of shape (n_rows, 1)."""
        return cls.of_classes(answers, y) if is_class else cls.of_numbers(answers[:, 0], y)

    @classmethod
    def of_classes(cls, proba: Array, y: Array) -> Self:
        """Return them for probabilities of shape (n_rows, n_classes) and class numbers."""
        top, right = proba.max(axis=1), proba.argmax(axis=1) == y
        unsure = top < UNSURE
        share = f"{unsure.sum():,} of {len(y):,} rows ({percent_text(unsure.mean())})"
        sentence = f"{share} have a likeliest class below {UNSURE:.0%}"
        if unsure.any():
            sentence += f"; it is right in {percent_text(right[unsure].mean())} of them"
        if (~unsure).any():
            others = f"{percent_text(right[~unsure].mean())} of the others"
            sentence += (
                f", and in {others}" if unsure.any() else f"; the likeliest class is right in {others}"
            )
        return cls(f"{sentence}.", tuple(np.argsort(top, kind="stable")[:N_SHOWN].tolist()))

    @classmethod
    def of_cut(cls, decision: Decision, proba: Array, y: Array, label: Any) -> Self:
        """Return them for a decision with a threshold: the rows near it, as `UNSURE` is near one half.

        `label` is the positive class.
        """
        assert decision.threshold is not None
        margins, right = decision.margins(proba), decision.indices(proba) == y
        near = margins < logit(UNSURE)
        low, high = expit(logit(decision.threshold) + logit(UNSURE) * np.array([-1, 1]))
        share = f"{near.sum():,} of {len(y):,} rows ({percent_text(near.mean())})"
        sentence = (
            f"{share} have a probability of '{label}' between {low:.3g} and {high:.3g}, near the kept cut of "
            f"{decision.threshold:.4g}"
        )
        parts = [
            f"in {percent_text(right[rows].mean())} of {words}"
            for rows, words in ((near, "them"), (~near, "the others"))
            if rows.any()
        ]
        sentence += f"; the answer is right {', and '.join(parts)}."
        return cls(sentence, tuple(np.argsort(margins, kind="stable")[:N_SHOWN].tolist()))

    @classmethod
    def of_numbers(cls, predicted: Array, y: Array) -> Self:
        """Return them for numbers."""
        error = np.abs(predicted - y)
        half, most = np.quantile(error, [0.5, 0.9])
        sentence = f"Half of the errors are below {half:.4g}, nine of ten below {most:.4g}."
        return cls(sentence, tuple(np.argsort(-error, kind="stable")[:N_SHOWN].tolist()))


@dataclass(frozen=True, repr=False)
class TabularReport:
    """What is known of a tabular estimator after `fit`; all scores are out of fold.

    Out of fold: of each training row by networks that were not trained on it.

    Attributes
    ----------
    columns : dict of str to str
        What each column is, and why, or why it is left out; empty for an array.
    members : tuple of Kept
        The networks in the ensemble.
    metric : {"log-loss", "RMSE"}
        What the scores are: the lower, the better.
    scores : dict of str to float
        Of the ensemble, of a straight line and of a guess (``"dummy"``); with ``compare=True`` also of one
        network and of gradient boosting.
    n_rows : int
        Rows that the scores are of.
    calibration : tuple of CalibrationBin
        How often the likeliest class is right, beside its probability; empty for numbers.
    unsure : Unsure
    importance : tuple of (str, Interval)
        With ``compare=True``, by how much the log-loss or the squared error rises when a column is shuffled;
        the most important first; the parts of a date are shuffled together. Of at most 2000 rows; empty for
        more than 100 columns. A linear member has seen these rows.
    reason : str
        Why the comparison, or a part of it, is missing, if it was asked for; else empty.
    """

    columns: Mapping[str, str]
    members: tuple[Kept, ...]
    metric: str
    scores: Mapping[str, float]
    n_rows: int
    calibration: tuple[CalibrationBin, ...]
    unsure: Unsure
    importance: tuple[tuple[str, Interval], ...] = ()
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold."""
        return {
            "columns": dict(self.columns),
            "members": [vars(member) for member in self.members],
            "metric": self.metric,
            "scores": dict(self.scores),
            "n_rows": self.n_rows,
            "calibration": [
                {"predicted": each.predicted, "observed": each.observed.value, "n_rows": each.n_rows}
                for each in self.calibration
            ],
            "unsure": {"sentence": self.unsure.sentence, "rows": list(self.unsure.rows)},
            "importance": [
                {"column": name, "rise": rise.value, "low": rise.low, "high": rise.high}
                for name, rise in self.importance
            ],
            "reason": self.reason,
        }

    def sections(self) -> Iterable[tuple[str, list[tuple[str, ...]]]]:
        """Yield the parts of the report, each a heading and rows of cells."""
        scores = sorted(self.scores.items(), key=lambda pair: pair[1])
        yield (
            f"{self.metric} out of fold, {plural(self.n_rows, 'row')}",
            [(name, f"{score:.4g}") for name, score in scores],
        )
        yield (
            "Members",
            [
                (percent_text(kept.weight), plural(kept.n_networks, "network"), kept.configuration)
                for kept in self.members
            ],
        )
        if self.importance:
            shown = self.importance[:N_SHOWN]
            more = (
                f", the first {len(shown)} of {len(self.importance)}"
                if len(self.importance) > N_SHOWN
                else ""
            )
            yield f"Rise of the loss without a column{more}", [(name, f"{rise:.3g}") for name, rise in shown]
        if self.calibration:
            yield (
                "Calibration: probability of the likeliest class, fraction right",
                [
                    (f"{each.predicted:.3f}", f"{each.observed:.3f}", plural(each.n_rows, "row"))
                    for each in self.calibration
                ],
            )
        yield "Unsure", [(self.unsure.sentence,)]
        if self.columns:
            yield "Columns", list(self.columns.items())
        if self.reason:
            yield "Not compared", [(self.reason,)]

    def __repr__(self) -> str:
        """Return the report as text."""
        blocks = []
        for heading, rows in self.sections():
            widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
            lines = (
                "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) for row in rows
            )
            blocks.append("\n".join([heading, *(f"  {line}".rstrip() for line in lines)]))
        return "\n\n".join(blocks)

    def _repr_html_(self) -> str:
        """Return the report as tables for a notebook."""
        parts = []
        for heading, rows in self.sections():
            cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
            body = "".join(f"<tr>{row}</tr>" for row in cells)
            parts.append(f"<h4>{escape(heading)}</h4><table>{body}</table>")
        return "".join(parts)


def calibration_of(proba: Array, y: Array) -> tuple[CalibrationBin, ...]:
    """Return how often the likeliest class is right, beside its probability."""
    return tuple(calibration_bins(proba.argmax(axis=1) == y, proba.max(axis=1)))
