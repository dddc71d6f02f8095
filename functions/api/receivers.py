"""What leads to a caller's receivers, loaded when the first caller needs it."""


def check(url: str) -> None:
    """Whether a URL is opened here and now. Raises AddressRefused."""
    from wired import web

    web.check(url)
