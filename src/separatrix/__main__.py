"""Run the command line as ``python -m separatrix``."""

from __future__ import annotations

from separatrix.cli import main

if __name__ == "__main__":
    main()
