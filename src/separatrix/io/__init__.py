"""Models in files."""

from __future__ import annotations

from separatrix.io.model_file import load, save

__all__ = ["load", "save"]
