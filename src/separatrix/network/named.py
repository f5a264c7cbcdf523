"""Named: what the entries of the registries of optimisers and schedules have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, ClassVar, Self


class Named:
    """Base of frozen dataclasses that an estimator names and whose fields its parameters set.

    Attributes
    ----------
    name : str
        As in the estimators' `solver` or `learning_rate`.
    own_defaults : tuple of str
        Fields that keep the default of the class, although estimators have a parameter of the same name.
    """

    name: ClassVar[str]
    own_defaults: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> Self:
        """Return the value whose fields are the parameters of the same name; all others have their default.

        Examples
        --------
        >>> from separatrix.network import SGD
        >>> SGD.from_parameters({"momentum": 0.9, "nesterovs_momentum": True, "max_iter": 200})
        SGD(momentum=0.9, nesterovs_momentum=True)
        """
        return cls(**{name: parameters[name] for name in cls.parameters() if name in parameters})

    @classmethod
    def parameters(cls) -> list[str]:
        """Return the names of the parameters that set fields.

        Examples
        --------
        >>> from separatrix.network import SGD
        >>> SGD.parameters()
        ['momentum', 'nesterovs_momentum']
        """
        return _names(cls)  # type: ignore[arg-type]


@cache
def _names(kind: type[Named]) -> list[str]:
    """Return the fields that parameters set, found once: a search makes an optimiser for every training."""
    return [field.name for field in fields(kind) if field.name not in kind.own_defaults]  # type: ignore[arg-type]
