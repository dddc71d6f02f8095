"""What the command says: answers on stdout, complaints on stderr."""

import sys


def say(line: str) -> None:
    """Print at once, so that a pipe's reader need not wait."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def complain(sentence: str) -> None:
    """Print what went wrong."""
    sys.stderr.write(sentence + "\n")
