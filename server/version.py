"""Which Zigral this is."""

from importlib.metadata import PackageNotFoundError, version


def zigral_version() -> str:
    """The installed version, or "dev" where it is run from a checkout that was not installed."""
    try:
        return version("zigral")
    except PackageNotFoundError:
        return "dev"
