"""The process of the command: `footfall`, or ``python -m footfall``."""

import sys

from footfall.core.interrupts import STOPPED


def main() -> None:
    """Import the command, and run it; Ctrl-C in the meantime is no traceback either."""
    try:
        from footfall.cli.main import run  # noqa: PLC0415 - it takes a while, and may be interrupted
    except KeyboardInterrupt:
        print(f"footfall: {STOPPED}", file=sys.stderr)
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
