"""Why the local cloud did not do what it was asked; the command prints the sentence and ends with the code.

* CloudError              exit 1: it did not start, deploy or answer
  x AlreadyRunningError   exit 3: one checkout has one cloud
  x PortInUseError        exit 4: the port asked for by --port belongs to somebody else
"""

from pathlib import Path


class CloudError(Exception):
    """The local cloud failed; the log, if there is one, says more."""

    exit_code = 1

    def __init__(self, message: str, log_path: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.log_path = log_path


class AlreadyRunningError(CloudError):
    """The caller's: `cavendish down` first."""

    exit_code = 3


class PortInUseError(CloudError):
    """The caller's: another port, or none to have a free one chosen."""

    exit_code = 4
