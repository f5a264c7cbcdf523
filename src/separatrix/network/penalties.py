"""Penalty: what large weights cost."""

from __future__ import annotations

from dataclasses import dataclass

from separatrix import check


@dataclass(frozen=True)
class Penalty:
    """L2 and L1 penalties on the weights (never on the biases).

    A batch whose rows weigh ``n`` together adds ``(l2 / 2 |W|^2 + l1 |W|) / n`` to its loss: scikit-learn's
    meaning of `alpha`.
    """

    l2: float = 0.0
    l1: float = 0.0

    def __post_init__(self) -> None:
        check.number("l2", self.l2, 0.0)
        check.number("l1", self.l1, 0.0)
