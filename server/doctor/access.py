"""Who may call the server."""

from server.doctor.check import Finding
from server.settings import Settings


async def api_keys(settings: Settings) -> Finding:
    """The names of those who have a key, never the keys."""
    if not settings.api_keys:
        return Finding("off", "ZIGRAL_API_KEYS is not set; zigral serve answers this machine alone.")
    names = sorted(settings.api_keys)
    return Finding("ok", f"{len(names)} {'key' if len(names) == 1 else 'keys'}: {', '.join(names)}.")
