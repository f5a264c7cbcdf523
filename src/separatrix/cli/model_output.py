"""Model output: the file that a command writes its model to."""

from __future__ import annotations

from pathlib import Path

from separatrix.errors import OutputError
from separatrix.files import check_writable

DEFAULT_OUTPUT = Path("model.safetensors")


def free_name() -> Path:
    """Return the first of model.safetensors, model-2.safetensors, … that does not exist."""
    path, number = DEFAULT_OUTPUT, 1
    while path.exists():
        number += 1
        path = DEFAULT_OUTPUT.with_stem(f"{DEFAULT_OUTPUT.stem}-{number}")
    return path


def check_output(path: Path) -> None:
    """Raise an `OutputError` for a model file that cannot be written, or whose name has another ending."""
    if path.suffix.lower() != DEFAULT_OUTPUT.suffix:
        raise OutputError(
            f"cannot write '{path}': a model file ends in {DEFAULT_OUTPUT.suffix}; name it "
            f"'{path.with_suffix(DEFAULT_OUTPUT.suffix) if path.name else DEFAULT_OUTPUT}'."
        )
    check_writable(path)
