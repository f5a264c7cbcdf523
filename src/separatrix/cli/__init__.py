"""The command line: reads arguments, calls the layers below, prints."""

from __future__ import annotations


def main() -> None:
    """Run the command `separatrix` and exit with its code."""
    from separatrix.cli.app import app

    app(prog_name="separatrix")
