"""The recipe: which networks a tabular estimator trains, on which codes of the columns, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace

HIDDEN = (64, 64)
RATE = 5e-3
STEPS = 2500
LEAST_EPOCHS, MOST_EPOCHS = 30, 400
PATIENCE, LEAST_PATIENCE = 0.3, 8
"""Stop after this fraction of the epochs, and at least so many, without a better validation loss."""

N_SNAPSHOTS = 14

BINS, BIN_FEATURES = (96, 64, 48, 32, 24, 16, 12, 8, 6, 4), 768
ROWS_PER_BIN = 20

FREQUENCIES, EMBEDDED_FEATURES = (16, 12, 8, 6, 4, 3, 2, 1), 512
"""Frequencies of each number: the largest with at most `EMBEDDED_FEATURES` sines and cosines."""


@dataclass(frozen=True)
class Configuration:
    """One kind of network.

    Attributes
    ----------
    blocks : tuple of str
        The codes of numbers besides the robust scale: "fine", "quantile", or none; or "standard",
        which replaces it.
    activation : str
    weight_decay : float
    uses_target : bool
        Whether text is also coded by what its levels say of the target.
    dropout : float
        Of each hidden layer.
    sigma : float
        If not 0, numbers have a periodic embedding with such first frequencies.
    """

    blocks: tuple[str, ...]
    activation: str
    weight_decay: float
    uses_target: bool = False
    dropout: float = 0.2
    sigma: float = 0.0

    def __str__(self) -> str:
        """Return the codes, the activation and the decay, in a few words."""
        codes = " and ".join([*self.blocks, *(["target"] if self.uses_target else [])])
        codes = f"{codes} codes" if codes else "robust scale"
        codes += " and sines" if self.sigma else ""
        return f"{codes}, {self.activation}, decay {self.weight_decay:g}"


LINE = Configuration(("standard",), "identity", 0.0)
"""The inputs of the linear model."""

LINE_PENALTIES = (100.0, 10.0, 1.0, 0.1)
LINE_CELLS = 2_000_000
"""Most cells (rows times features) that a line is fitted to: networks of many rows need none."""
WIDE_LINE_CELLS = 20_000_000
"""The same of a table with more features than rows: networks learn its noise, and a line costs little."""

CONFIGURATIONS = (
    Configuration(("quantile",), "silu", 0.01),
    Configuration(("fine",), "silu", 0.1, uses_target=True),
    Configuration(("standard",), "relu", 0.3),
    Configuration((), "relu", 1.0),
    Configuration(("fine",), "relu", 1.0, uses_target=True),
    Configuration(("quantile",), "silu", 0.3),
)
"""What is trained, the most useful first; fewer are trained with `presets="fast"` or a time limit."""

CONFIGURATIONS_OF_NUMBERS = tuple(
    replace(one, dropout=0.0 if number < 2 else 0.1) for number, one in enumerate(CONFIGURATIONS)
)
"""The same for targets that are numbers, which dropout blurs."""

MORE_CONFIGURATIONS = (Configuration(("fine",), "relu", 1.0), Configuration((), "relu", 0.01))
ROWS_FOR_MORE = 1000
"""Classes of so many rows are also learned by these: fewer rows cannot tell more candidates apart."""

PERIODIC = Configuration((), "silu", 0.01, sigma=0.3)
"""With `presets="best"` classes are also learned through a trained embedding of the numbers."""

PRESETS = {"fast": (4, 5), "default": (6, 5), "best": (6, 10)}
"""How many configurations are trained, each on how many folds."""


def configurations(preset: str, n_rows: int, *, of_classes: bool) -> tuple[Configuration, ...]:
    """Return what is trained.

    Examples
    --------
    >>> [len(configurations("default", n_rows, of_classes=True)) for n_rows in (500, 5000)]
    [6, 8]
    >>> str(configurations("best", 500, of_classes=True)[-1])
    'robust scale and sines, silu, decay 0.01'
    """
    n = PRESETS[preset][0]
    if not of_classes:
        return CONFIGURATIONS_OF_NUMBERS[:n]
    has_more = preset != "fast" and n_rows >= ROWS_FOR_MORE
    chosen = CONFIGURATIONS[:n] + (MORE_CONFIGURATIONS if has_more else ())
    return (*chosen, PERIODIC) if preset == "best" else chosen


def n_means(n_rows: int, *, of_classes: bool) -> int:
    """Return to how many networks the chosen snapshots of a training are averaged."""
    return 2 if of_classes and n_rows >= ROWS_FOR_MORE else 1


def batch_size(n_rows: int) -> int:
    """Return the rows of a step."""
    return 32 if n_rows < 1200 else 64 if n_rows < 4000 else 128 if n_rows < 10_000 else 256


def n_epochs(n_rows: int, batch: int) -> int:
    """Return the epochs of a training of about `STEPS` steps."""
    steps_per_epoch = -(-n_rows // batch)
    return int(min(max(round(STEPS / steps_per_epoch), LEAST_EPOCHS), MOST_EPOCHS))


def snapshot_epochs(n: int) -> list[int]:
    """Return the epochs after which parameters are kept: dense at the start."""
    return sorted({max(1, round(n * (i / N_SNAPSHOTS) ** 1.5)) for i in range(1, N_SNAPSHOTS + 1)})


def n_bins(n_numeric: int, n_rows: int) -> int:
    """Return the largest number of bins that the features and the rows allow; 0 of too many columns."""
    if BINS[-1] * n_numeric > BIN_FEATURES:
        return 0
    allowed = [t for t in BINS if t * n_numeric <= BIN_FEATURES and t <= n_rows / ROWS_PER_BIN]
    return allowed[0] if allowed else BINS[-1]


def n_frequencies(n_numeric: int) -> int:
    """Return how many frequencies the embedding of each number has; 0 of too many columns.

    Examples
    --------
    >>> [n_frequencies(n) for n in (5, 60, 1000)]
    [16, 4, 0]
    """
    allowed = [n for n in FREQUENCIES if 2 * n * n_numeric <= EMBEDDED_FEATURES]
    return allowed[0] if n_numeric and allowed else 0
