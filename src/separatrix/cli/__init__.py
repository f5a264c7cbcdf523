"""The command line: reads arguments, calls the layers below, prints."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run the command `separatrix` and exit with its code."""
    try:
        from separatrix.cli.app import app
        from separatrix.cli.console import replace_unwritable

        replace_unwritable(sys.stdout)
        app(prog_name="separatrix")
    except KeyboardInterrupt:  # while the commands are still being imported
        sys.stderr.write("separatrix: interrupted; nothing was written.\n")
        sys.exit(130)
    finally:
        gc.freeze()  # Python would look for cycles among the compiler's objects, for up to a second
