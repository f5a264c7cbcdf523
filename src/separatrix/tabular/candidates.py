"""Candidates: what may enter the ensemble, each configuration at each snapshot, and the networks that do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from separatrix.data.encoder import TableEncoder
from separatrix.engine.numpy_engine import forward
from separatrix.network import Network
from separatrix.tabular.features import Features
from separatrix.tabular.training import Answer, Member
from separatrix.text import plural

Array = NDArray[Any]


@dataclass(frozen=True)
class Part:
    """A network of the ensemble.

    Attributes
    ----------
    network : Network
    theta : float32 ndarray
    encoder : TableEncoder
        Of its inputs.
    share : float
        Its weight.
    training : dict
        What the model says of its training.
    held_out : int ndarray or None
        The rows that it was not trained on; None if it was trained on all.
    n_folds : int
        In how many folds its configuration was trained: its weight for these rows is this times `share`.
    """

    network: Network
    theta: Array
    encoder: TableEncoder
    share: float
    training: dict[str, Any]
    held_out: Array | None = None
    n_folds: int = 1


@dataclass(frozen=True)
class Candidates:
    """The members of each configuration that was trained on all folds.

    If Ctrl-C came before there was one, those of the first configuration that has any, also if it ended them.

    Attributes
    ----------
    groups : list of list of Member
        One list for each configuration, one member for each fold; empty without any member.
    covered : int ndarray
        The rows that are held out in some fold.
    """

    groups: Sequence[Sequence[Member]]
    covered: Array

    @classmethod
    def of(cls, members: Sequence[Member], n_folds: int) -> Candidates:
        """Return the candidates among members; a configuration that lacks a fold is left out."""
        groups: dict[int, list[Member]] = {}
        for member in members:
            groups.setdefault(member.job // n_folds, []).append(member)
        whole = [
            group
            for group in groups.values()
            if len(group) == n_folds and all(member.is_whole for member in group)
        ]
        kept = whole or [groups[number] for number in sorted(groups)[:1]]
        held_out = [member.held_out for group in kept[:1] for member in group]
        return cls(kept, np.unique(np.concatenate(held_out)) if held_out else np.empty(0, np.intp))

    def made_of(self, n_folds: int) -> str:
        """Return of which networks a model is made, if of less than one configuration on all folds."""
        members = self.groups[0] if self.groups else ()
        n_cut = sum(not member.is_whole for member in members)
        if len(members) == n_folds and not n_cut:
            return ""
        cut = f", {n_cut} of which Ctrl-C ended early" if n_cut else ""
        return f"made of {plural(len(members), 'network')} for {n_folds} folds{cut}"

    def answers(self) -> Array:
        """Return what each candidate predicts for the covered rows by networks that did not train on them.

        Returns
        -------
        float32 ndarray of shape (n_configurations, n_snapshots, n_covered, n_outputs)
        """
        n_rows = int(self.covered[-1]) + 1
        n_snapshots, _, n_outputs = self.groups[0][0].answers.shape
        answers = np.zeros((len(self.groups), n_snapshots, n_rows, n_outputs), np.float32)
        for of_group, group in zip(answers, self.groups, strict=True):
            for member in group:
                of_group[:, member.held_out] = member.answers
        return answers[:, :, self.covered]

    def mixed(
        self, counts: Array, features: Features, answer: Answer, n_means: int = 1
    ) -> tuple[list[Part], Array]:
        """Return the networks of an ensemble, and its predictions for the covered rows.

        The chosen snapshots of one training are averaged to `n_means` networks, neighbours to one: near the
        end of a training they are nearly equal, so that the mean of their parameters predicts as the mean of
        their answers does, and prediction and model file need a fraction of the networks.

        Parameters
        ----------
        counts : int ndarray of shape (n_configurations, n_snapshots)
            How often each candidate counts.
        features : Features
        answer : callable
        n_means : int

        References
        ----------
        P. Izmailov, D. Podoprikhin, T. Garipov, D. Vetrov, A. G. Wilson: Averaging weights leads to wider
        optima and better generalization, UAI 2018.
        """
        parts: list[Part] = []
        n_rows = int(self.covered[-1]) + 1
        total = np.zeros((n_rows, self.groups[0][0].answers.shape[2]))
        runs = [
            (group, run)
            for group, each in zip(self.groups, counts, strict=True)
            for run in _runs(each, n_means)
        ]
        for group, of_group in runs:
            share = float(of_group.sum() / counts.sum())
            answers = np.zeros_like(total)
            for member in group:
                theta = _mean(member.thetas, of_group)
                training = {
                    "configuration": str(member.settings),
                    "fold": member.fold,
                    "n_iter": member.n_epochs,
                }
                encoder = features.encoder(member.settings)
                parts.append(
                    Part(
                        member.network,
                        theta,
                        encoder,
                        share / len(group),
                        training,
                        member.held_out,
                        len(group),
                    )
                )
                inputs = features.inputs(member.settings, member.held_out)
                answers[member.held_out] = answer(forward(member.network, theta, inputs), member.network)
            total += share * answers
        return parts, total[self.covered]


def _runs(counts: Array, n: int) -> list[Array]:
    """Return counts of neighbouring snapshots whose sum is `counts`: at most n, of about equal weight."""
    middle = np.cumsum(counts) - counts / 2
    number = (middle * n / max(counts.sum(), 1)).astype(int)
    runs = [np.where(number == one, counts, 0) for one in range(n)]
    return [run for run in runs if run.any()]


def _mean(thetas: Sequence[Array], counts: Array) -> Array:
    weights = (counts / counts.sum()).astype(np.float32)
    return np.asarray(sum(theta * weight for theta, weight in zip(thetas, weights, strict=True) if weight))
