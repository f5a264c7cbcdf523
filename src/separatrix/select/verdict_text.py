"""A search's verdict as sentences and a table."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

import numpy as np

from separatrix.evaluate.intervals import IntArray, Interval
from separatrix.evaluate.text import aligned, p_text, plain_spec
from separatrix.select.candidates import Candidates
from separatrix.select.corrected_ttest import CorrectedTest, corrected_t_test
from separatrix.select.verdict import Verdict

NOTE_WIDTH = 105
N_LISTED = 10  # candidates in the table, the smallest that is as good aside

# With four splits the standard error itself is uncertain by some 40 %, and the t-test needs 3.2 of them.
MIN_SPLITS = 5

_SIZES = "hidden_layer_sizes"


Rows = list[tuple[str, ...]]


def verdict_text(verdict: Verdict) -> str:
    """Return sentences, warnings, table and its note, parted by empty lines."""
    sentences, rows, note = verdict_parts(verdict)
    return "\n\n".join([sentences, aligned(rows), fill(note, NOTE_WIDTH)])


def verdict_parts(verdict: Verdict) -> tuple[str, Rows, str]:
    """Return sentences and warnings, the rows of the table under its header, and the note on it."""
    sentences = (_best(verdict), _smallest(verdict), _straight_line(verdict), _flattery(verdict))
    parts = ["\n".join(sentence for sentence in sentences if sentence)]
    if verdict.warnings:
        parts.append("\n".join(f"Warning: {warning}" for warning in verdict.warnings))
    return "\n\n".join(parts), _table(verdict), _note(verdict)


def _best(verdict: Verdict) -> str:
    n_scored = int(np.isfinite(verdict.mean).sum())
    which = "The only candidate" if n_scored == 1 else f"The best of {n_scored} candidates"
    n_splits = len(verdict.baseline_scores)
    over = "one split" if n_splits == 1 else f"{n_splits} splits"
    return f"{which} has {_network(verdict, verdict.best)}: {_scored(verdict, verdict.best)} over {over}."


def _smallest(verdict: Verdict) -> str:
    best, smallest = verdict.best, verdict.smallest_as_good
    if best == smallest:
        has_error = math.isfinite(verdict.standard_error[best])
        return "No smaller one is as good within one standard error." if has_error else ""
    parameters = verdict.candidates.n_parameters
    saved = int(parameters[best] - parameters[smallest])
    # One standard error hides what the paired test may still see: how the two differ on the same folds.
    test = verdict.smallest_vs_best
    behind = f"; yet fold by fold it is {_advantage(test)}" if test.is_significant else ""
    return (
        f"The smallest that is as good within one standard error has {_network(verdict, smallest)}, "
        f"{saved:,} fewer: {_scored(verdict, smallest)}{behind}."
    )


def _straight_line(verdict: Verdict) -> str:
    if verdict.baseline_is_enough:
        enough = f"A straight line is enough: {_why_enough(verdict)}"
        if verdict.candidates.n_limited[verdict.best]:
            enough += (
                " The networks were not trained to their end, though: the best still improved at max_iter."
            )
        return enough
    test = verdict.smallest_vs_baseline
    if test is None:
        return ""
    which = "the best" if verdict.best == verdict.smallest_as_good else "the smallest that is as good"
    if test.is_significant:
        return f"A hidden layer pays: against {_line(verdict)}, {which} is {_advantage(test)}."
    return (
        f"Whether a hidden layer pays stays open: against {_line(verdict)}, {which} is {_advantage(test)}, "
        "which could be chance."
    )


def _why_enough(verdict: Verdict) -> str:
    if verdict.baseline_mean >= verdict.mean[verdict.best]:
        return f"no candidate is better than {_line(verdict)}."
    if not verdict.candidates.hidden_layer_sizes[verdict.best]:
        return "the best has no hidden layer."
    test = verdict.best_vs_baseline
    if test is None or verdict.baseline_mean < verdict.threshold:
        return "a candidate without hidden layer is as good as the best within one standard error."
    reason = f"{_line(verdict)} is as good as the best within one standard error."
    if test.is_significant:
        return f"{reason} Yet fold by fold the best is {_advantage(test)}: take it if that much matters."
    return f"{reason} That the best is {_advantage(test)}, could be chance."


def _flattery(verdict: Verdict) -> str:
    """Say what the best score owes to having been picked."""
    n_scored, bias = int(np.isfinite(verdict.mean).sum()), verdict.selection.bias
    if n_scored == 1 or bias is None:
        return ""
    flattery = "hardly flatters its score"
    error = verdict.standard_error[verdict.best]
    if bias > error / 20:
        flattery = f"flatters its score by roughly {bias:{plain_spec(bias, 2)}}"
    score = verdict.selection.score
    shown = score if verdict.candidates.shown_metric.sign > 0 else -score
    return (
        f"Being picked as the best of {n_scored} {flattery}: "
        f"without that luck, expect {verdict.candidates.shown_metric.name} {_plain_interval(shown)}."
    )


def _network(verdict: Verdict, index: int) -> str:
    """Return ``hidden layers of 8 and 4 units (65 parameters)``."""
    sizes = verdict.candidates.hidden_layer_sizes[index]
    parameters = int(verdict.candidates.n_parameters[index])
    layers = "no hidden layer"
    if sizes:
        *first, last = sizes
        units = f"layers of {', '.join(map(str, first))} and {last}" if first else f"layer of {last}"
        layers = f"{'hidden' if first else 'one hidden'} {units} unit{'s' * (sum(sizes) > 1)}"
    return f"{layers} ({parameters:,} parameters)"


def _scored(verdict: Verdict, index: int) -> str:
    score = _score(verdict, verdict.mean[index], verdict.standard_error[index])
    return f"{verdict.candidates.shown_metric.name} {score}"


def _line(verdict: Verdict) -> str:
    """Return ``logistic regression (log-loss 0.213 ± 0.021)``."""
    score = _score(verdict, verdict.baseline_mean, verdict.baseline_standard_error)
    return f"{verdict.linear_baseline} ({verdict.candidates.shown_metric.name} {score})"


def _score(verdict: Verdict, mean: float, error: float) -> str:
    """Return ``0.213 ± 0.021`` with the sign that people know."""
    shown = verdict.candidates.shown_metric.sign * float(mean)
    if math.isnan(shown):
        return "-"
    if math.isnan(error):
        return f"{shown:{plain_spec(shown, 4)}}"
    spec = plain_spec(error, 2) if 1e-4 <= error < 1e7 else plain_spec(shown, 4)
    return f"{shown:{spec}} ± {error:{spec}}"


def _advantage(test: CorrectedTest) -> str:
    """Return ``better by 0.08 [0.03, 0.13], p = 0.002``, with the sign in the word."""
    difference, word = test.difference, "better"
    if difference.value is not None and difference.value < 0:
        difference, word = -difference, "worse"
    p_value = "" if test.p_value is None else f", p {p_text(test.p_value)}"
    return f"{word} by {_plain_interval(difference)}{p_value}"


def _plain_interval(interval: Interval) -> str:
    """Write all three numbers with the decimals that the greatest needs."""
    ends = (interval.value, interval.low, interval.high)
    return format(interval, plain_spec(max(abs(end) for end in ends if end is not None), 3))


def _table(verdict: Verdict) -> Rows:
    """Return the best candidates in order, the smallest that is as good, and the straight line."""
    candidates = verdict.candidates
    scored = np.flatnonzero(np.isfinite(verdict.mean))
    ranked = [int(index) for index in scored[np.argsort(-verdict.mean[scored], kind="stable")]]
    ranked.remove(verdict.best)
    listed = [verdict.best, *ranked][:N_LISTED]
    if verdict.smallest_as_good not in listed:
        listed.append(verdict.smallest_as_good)
    varying = _varying(candidates.params)
    metric = candidates.shown_metric.name
    head = ("", "layers", *varying.values(), "parameters", metric, "advantage", "p", "p, best")
    rows: Rows = [head]
    for index in listed:
        against_line, against_best = (
            corrected_t_test(candidates.scores[index], scores, candidates.n_train, candidates.n_test)
            for scores in (verdict.baseline_scores, candidates.scores[verdict.best])
        )
        rows.append(
            (
                _role(verdict, index),
                "-".join(map(str, candidates.hidden_layer_sizes[index])) or "none",
                *(_setting(candidates.params[index], name) for name in varying),
                f"{int(candidates.n_parameters[index]):,}",
                _score(verdict, verdict.mean[index], verdict.standard_error[index]),
                "-" if against_line.difference.value is None else _plain_interval(against_line.difference),
                _bare_p(against_line),
                "-" if index == verdict.best else _bare_p(against_best),
            )
        )
    line = _score(verdict, verdict.baseline_mean, verdict.baseline_standard_error)
    best = verdict.best_vs_baseline
    p_value = "-" if best is None else _bare_p(best)
    rows.append((verdict.linear_baseline, "none", *("-" for _ in varying), "-", line, "-", "-", p_value))
    return rows


def _bare_p(test: CorrectedTest) -> str:
    return "-" if test.p_value is None else p_text(test.p_value).removeprefix("= ")


def _note(verdict: Verdict) -> str:
    better = "lower" if verdict.candidates.shown_metric.sign < 0 else "higher"
    return (
        f"± one standard error; {better} is better. The advantage is over {verdict.linear_baseline}, with "
        "its 95 % interval and p of no difference; the last p is of no difference from the best. All are "
        "corrected for overlapping folds, and optimistic for the best, which the same scores picked."
    )


def _role(verdict: Verdict, index: int) -> str:
    if index == verdict.best:
        return "best"
    return "smallest as good" if index == verdict.smallest_as_good else ""


def _varying(params: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the settings that differ, the layers aside, and their names without the network's prefix."""
    names = list(dict.fromkeys(name for setting in params for name in setting))
    prefix = next((name.removesuffix(_SIZES) for name in names if name.endswith(_SIZES)), "")
    return {
        name: name.removeprefix(prefix)
        for name in names
        if not name.endswith(_SIZES) and len({_setting(setting, name) for setting in params}) > 1
    }


def _setting(setting: Mapping[str, Any], name: str) -> str:
    value = setting.get(name, "-")
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def verdict_warnings(
    candidates: Candidates, best: int, smallest: int, missing_baseline: str | None
) -> tuple[str, ...]:
    """Return the sentences; `missing_baseline` names the straight line where it lacks a score."""
    chosen = {best: "the best"}
    if smallest != best:
        chosen[smallest] = "the smallest that is as good"
    found = (
        _limited(candidates.n_limited, chosen),
        _diverged(candidates),
        _failed(candidates),
        _few_splits(candidates.scores.shape[1]),
        _no_line(missing_baseline),
        _all_equal(candidates),
        _edge(candidates.hidden_layer_sizes, smallest),
    )
    return tuple(sentence for sentence in found if sentence)


def _limited(n_limited: IntArray, chosen: dict[int, str]) -> str:
    count = int((n_limited > 0).sum())
    if not count:
        return ""
    among = " and ".join(name for index, name in chosen.items() if n_limited[index])
    among = f", {among} among them" if among else ""
    return (
        f"{_of(count, len(n_limited))} reached max_iter still improving on one split or more{among}: "
        "raise max_iter or learning_rate_init."
    )


def _diverged(candidates: Candidates) -> str:
    count = int((candidates.n_diverged > 0).sum())
    if not count:
        return ""
    return f"{_of(count, len(candidates))} diverged on one split or more: lower learning_rate_init."


def _failed(candidates: Candidates) -> str:
    count = int((~np.isfinite(candidates.mean) & (candidates.n_diverged == 0)).sum())
    if not count:
        return ""
    return (
        f"{_of(count, len(candidates))} cannot be chosen for want of a score on one split or more: "
        "look at why training or scoring failed."
    )


def _few_splits(n_splits: int) -> str:
    if n_splits == 1:
        return "One split gives no standard error, so all of this may be chance: raise cv or n_repeats."
    if n_splits < MIN_SPLITS:
        return f"{n_splits} splits are too few for a reliable standard error: raise cv or n_repeats."
    return ""


def _no_line(name: str | None) -> str:
    if name is None:
        return ""
    return (
        f"{name[0].upper()}{name[1:]} has no score on one split or more, so nothing is held against it: "
        "look at why its training failed."
    )


def _all_equal(candidates: Candidates) -> str:
    scores = candidates.scores[np.isfinite(candidates.mean)]
    if len(scores) < 2 or np.ptp(scores, axis=0).max() > 1e-12 * np.abs(scores).max():
        return ""
    return (
        "All candidates score the same: nothing was learned, or the task is too easy for this metric; raise "
        "max_iter or learning_rate_init, or choose another metric."
    )


def _edge(layers: Sequence[tuple[int, ...]], smallest: int) -> str:
    """Name the ends of the space at which even the smallest that is as good stands."""
    depths = {len(sizes) for sizes in layers}
    widths = {max(sizes) for sizes in layers if sizes}
    edges = []
    if len(depths) > 1 and len(layers[smallest]) == max(depths):
        edges.append("most layers")
    if len(widths) > 1 and max(layers[smallest], default=0) == max(widths):
        edges.append("widest layer")
    if not edges:
        return ""
    return (
        f"Even the smallest that is as good has the {' and the '.join(edges)} tried: "
        "a larger network may do better."
    )


def _of(count: int, n_candidates: int) -> str:
    """Return ``3 of 40 candidates``."""
    return f"{count} of {n_candidates} candidate{'s' * (n_candidates > 1)}"
