"""Where a door's process logs to. Studio is no such door: `langgraph dev` logs by itself."""

from memory.logs import configure
from server.settings import Settings


def log_to(settings: Settings, *, console: bool = True) -> None:
    """Log under the data folder from LOG_LEVEL on; on the console, unless it is set, no more than warnings."""
    configure(
        settings.logs,
        level=settings.log_level or "INFO",
        console=(settings.log_level or "WARNING") if console else None,
        secrets=settings.secrets(),
    )
