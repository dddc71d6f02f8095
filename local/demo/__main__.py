"""Starts the demo: python -m local.demo"""

import signal
import sys


def main() -> int:
    """Its parts are loaded in here, because Ctrl-C may come while they are."""
    try:
        from local.demo import show  # noqa: PLC0415

        return show.main()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done; another one would only spoil the exit code
        sys.stderr.write("Interrupted; nothing was left running.\n")
        return 130


if __name__ == "__main__":
    sys.exit(main())
