"""Spellings: classes that differ in case or spaces alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from separatrix.data.kinds.cell_words import variants
from separatrix.errors import warn
from separatrix.text import plural


def warn_of_spellings(classes: ArrayLike) -> None:
    """Warn of classes that differ in case or spaces alone: `fit` keeps each, `fit_table` reads them as one.

    Parameters
    ----------
    classes : array-like of shape (n_classes,)
        In the order that breaks ties.
    """
    labels = np.asarray(classes)
    if labels.dtype.kind not in "UO":
        return
    groups = list(variants({label: 0 for label in labels.tolist() if isinstance(label, str)}).values())
    if not groups:
        return
    shown = " and ".join(repr(label) for label in groups[0])
    more = f" (and {plural(len(groups) - 1, 'more such class')})" if len(groups) > 1 else ""
    warn(
        f"y has the classes {shown}{more}, which differ in case or spaces alone: fit keeps each as a class "
        "of its own, and fit_table reads them as one; correct them if they are one."
    )
