"""Findings: what a training shows, each with a number, a sentence and a cure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing that a training shows.

    Attributes
    ----------
    name : str
        Such as "nothing learned".
    number : float
        The number that led to it.
    sentence : str
        What was found.
    cure : str
        What to try.
    is_grave : bool
        Whether the network is of no use as it is.
    """

    name: str
    number: float
    sentence: str
    cure: str
    is_grave: bool = False

    def __str__(self) -> str:
        """Return the sentence and the cure."""
        return f"{self.sentence} {self.cure}".strip()


@dataclass(frozen=True)
class Diagnosis:
    """The findings on a training, the grave ones first. ``print(diagnosis)`` lists them.

    Attributes
    ----------
    findings : tuple of Finding

    Examples
    --------
    >>> print(Diagnosis(()))
    Nothing to report.
    """

    findings: tuple[Finding, ...]

    @property
    def is_grave(self) -> bool:
        """Whether a finding is grave."""
        return any(finding.is_grave for finding in self.findings)

    def __str__(self) -> str:
        """Return a line for each finding."""
        if not self.findings:
            return "Nothing to report."
        return "\n".join(f"- {finding}" for finding in self.findings)

    def _repr_html_(self) -> str:
        if not self.findings:
            return "<p>Nothing to report.</p>"
        items = "".join(
            f"<li>{escape(finding.sentence)} {escape(finding.cure)}</li>" for finding in self.findings
        )
        return f"<ul>{items}</ul>"

    def to_list(self) -> list[dict[str, Any]]:
        """Return the findings as dictionaries that `json.dumps` accepts."""
        return [asdict(finding) for finding in self.findings]
