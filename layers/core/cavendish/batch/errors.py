"""What can go wrong with a batch."""

from cavendish.errors import CavendishError


class BatchUnknown(CavendishError):
    """No batch of this tenant has the id."""


class NoResults(CavendishError):
    """The batch has not ended, or its file could not be read."""


class RetryRefused(CavendishError):
    """The batch has not ended, or none of its items failed."""


class FileGone(CavendishError):
    """An object of the inbox, or this version of it, is not there any more."""


class NamesHeld(CavendishError):
    """Some of a batch's items have names that others of it have already."""
