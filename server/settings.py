"""What the environment says. Nothing else in Zigral reads it."""

import os
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from memory.errors import Invalid
from server.api_keys import read_api_keys

VARIABLES = {
    "data": "ZIGRAL_DATA",
    "icp": "ZIGRAL_ICP",
    "offer": "ZIGRAL_OFFER",
    "web": "ZIGRAL_WEB",
    "agents": "ZIGRAL_AGENTS",
    "web_ports": "ZIGRAL_WEB_PORTS",
    "dns": "ZIGRAL_DNS",
    "redis_url": "REDIS_URL",
    "redis_password": "REDIS_PASSWORD",
    "qdrant_url": "QDRANT_URL",
    "qdrant_api_key": "QDRANT_API_KEY",
    "openai_api_key": "OPENAI_API_KEY",
    "openai_base_url": "OPENAI_BASE_URL",
    "model": "ZIGRAL_MODEL",
    "model_price": "ZIGRAL_MODEL_PRICE",
    "model_seconds": "ZIGRAL_MODEL_SECONDS",
    "model_patience": "ZIGRAL_MODEL_PATIENCE",
    "model_output_tokens": "ZIGRAL_MODEL_OUTPUT_TOKENS",
    "model_page_tokens": "ZIGRAL_MODEL_PAGE_TOKENS",
    "model_cache_days": "ZIGRAL_MODEL_CACHE_DAYS",
    "lead_tokens": "ZIGRAL_LEAD_TOKENS",
    "lead_usd": "ZIGRAL_LEAD_USD",
    "run_tokens": "ZIGRAL_RUN_TOKENS",
    "run_usd": "ZIGRAL_RUN_USD",
    "log_level": "LOG_LEVEL",
    "api_keys": "ZIGRAL_API_KEYS",
    "cors_origins": "ZIGRAL_CORS_ORIGINS",
    "trusted_proxies": "ZIGRAL_TRUSTED_PROXIES",
    "max_body": "ZIGRAL_MAX_BODY",
    "max_depth": "ZIGRAL_MAX_DEPTH",
    "max_streams": "ZIGRAL_MAX_STREAMS",
    "max_threads": "ZIGRAL_MAX_THREADS",
    "rate_limit": "ZIGRAL_RATE_LIMIT",
    "client_seconds": "ZIGRAL_CLIENT_SECONDS",
    "answer_seconds": "ZIGRAL_ANSWER_SECONDS",
    "lease_seconds": "ZIGRAL_LEASE_SECONDS",
    "drain_seconds": "ZIGRAL_DRAIN_SECONDS",
    "concurrency": "ZIGRAL_CONCURRENCY",
    "run_events": "ZIGRAL_RUN_EVENTS",
    "webhook_secret": "ZIGRAL_WEBHOOK_SECRET",
    "sentry_dsn": "SENTRY_DSN",
    "otlp_endpoint": "OTEL_EXPORTER_OTLP_ENDPOINT",
}

RATE = re.compile(r"[1-9]\d{0,8}\s*(?:/|per)\s*(?:[1-9]\d{0,5}\s*)?(?:second|minute|hour|day)s?", re.IGNORECASE)

Port = Annotated[int, Field(ge=1, le=65_535)]

Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Tokens = Annotated[int, Field(ge=1, le=10**12)]
Model = Annotated[str, Field(min_length=1, max_length=200)]
Endpoint = Annotated[str, Field(pattern=r"^https?://[^\s@]+$")]  # without a password, which logs would show


def _sendable(key: SecretStr) -> SecretStr:
    """A key goes into a header, which holds no letters beyond ASCII and no white space."""
    if not key.get_secret_value().isascii() or any(map(str.isspace, key.get_secret_value())):
        raise ValueError("a key has no spaces and only plain letters, digits and signs")
    return key


def _name_server(text: str) -> str:
    """An IP address, with a port or at 53."""
    host, colon, port = text.rpartition(":") if text.count(":") == 1 or "]:" in text else (text, "", "")
    if colon and not (port.isdecimal() and 0 < int(port[:6]) <= 65_535):
        raise ValueError("a DNS server is an IP address, with or without a port, as in 127.0.0.1:53")
    address = ip_address((host or text).strip("[]"))
    return f"[{address}]:{port or 53}" if address.version == 6 else f"{address}:{port or 53}"


def _rate(text: str) -> str | None:
    """A count and a time, as in 5/minute; None where there is no limit."""
    if text.strip().lower() in {"0", "off"}:
        return None
    if not RATE.fullmatch(text.strip()):
        raise ValueError("write a limit as 5/minute, 100/hour or 5/10 seconds; 0 or off for none")
    return text.strip().lower()


LogLevel = Literal["TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def _in_capitals(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _listed(value: object) -> object:
    """A variable's text is a list with commas."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


Paths = Annotated[tuple[Path, ...], BeforeValidator(_listed)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Settings(BaseModel):
    """One process's settings, frozen. A blank variable counts as unset."""

    model_config = ConfigDict(frozen=True)

    data: Path = Path(".zigral")
    icp: Path | None = None
    offer: Path | None = None
    web: Annotated[str, Field(min_length=1)] | None = None  # "live", or a folder of saved pages
    agents: Paths = ()  # Python files that define agents
    web_ports: Annotated[frozenset[Port], BeforeValidator(_listed), Field(min_length=1)] = frozenset({80, 443})
    dns: Annotated[str, AfterValidator(_name_server)] | None = None  # None: the machine's own
    redis_url: SecretStr | None = None  # None: the embedded server
    redis_password: SecretStr | None = None
    qdrant_url: SecretStr | None = None  # None: the embedded index
    qdrant_api_key: SecretStr | None = None
    openai_api_key: Annotated[SecretStr, AfterValidator(_sendable)] | None = None  # None: no model
    openai_base_url: Endpoint = "https://api.openai.com/v1"
    model: Model = "gpt-5-mini"
    model_price: Annotated[tuple[Dollars, Dollars], BeforeValidator(_listed)] | None = None  # a million: in, out
    model_seconds: Annotated[float, Field(gt=0, le=3600)] = 90.0  # for one answer
    model_patience: Annotated[float, Field(gt=0, le=86_400)] = 180.0  # seconds with an endpoint that is down
    model_output_tokens: Annotated[int, Field(ge=100, le=1_000_000)] = 6_000  # of one answer
    model_page_tokens: Annotated[int, Field(ge=500, le=1_000_000)] = 6_000  # of a lead's pages, in one question
    model_cache_days: Annotated[float, Field(ge=0, le=3650)] = 30.0
    lead_tokens: Tokens = 100_000
    lead_usd: Dollars | None = None
    run_tokens: Tokens = 10_000_000
    run_usd: Dollars | None = None
    log_level: Annotated[LogLevel, BeforeValidator(_in_capitals)] | None = None  # None: INFO, the console WARNING
    api_keys: Annotated[dict[str, SecretStr], BeforeValidator(read_api_keys)] = {}  # by their owners' names
    cors_origins: Names = ("*",)  # which web pages may call; "*": any, without credentials
    trusted_proxies: Names = ()  # addresses whose X-Forwarded-For is believed
    max_body: Annotated[int, Field(ge=1)] = 32 * 1024 * 1024  # bytes of one request
    max_depth: Annotated[int, Field(ge=8, le=500)] = 200  # of JSON in a request; what answers it nests deeper
    max_streams: Annotated[int, Field(ge=1)] = 500  # answers that are open at a time: streams, waits, joins
    max_threads: Annotated[int, Field(ge=1)] = 1_000_000  # kept, of one owner
    rate_limit: Annotated[str | None, BeforeValidator(_rate)] = "5/minute"  # of an address on /command; None: none
    answer_seconds: Annotated[float, Field(gt=0)] = 60.0  # an answer that does not stay open takes no longer
    client_seconds: Annotated[float, Field(gt=0)] = 30.0  # a client that neither sends nor reads so long is cut
    lease_seconds: Annotated[float, Field(ge=0.5, le=3600)] = (
        30.0  # a worker that is silent so long is taken for dead
    )
    drain_seconds: Annotated[float, Field(ge=0, le=3600)] = (
        20.0  # that a step has to end when its worker is to leave
    )
    concurrency: Annotated[int, Field(ge=0, le=1000)] = (
        32  # runs at a time in a serving process; 0: it works on none
    )
    run_events: Annotated[int, Field(ge=10, le=10**7)] = 100_000  # of one run
    webhook_secret: SecretStr | None = None  # signs what webhooks are sent
    sentry_dsn: SecretStr | None = None
    otlp_endpoint: Endpoint | None = None

    @property
    def logs(self) -> Path:
        """The folder of `zigral.log` and `error.log`."""
        return self.data / "logs"

    def secrets(self) -> frozenset[str]:
        """The values that must stand in no log, report or answer."""
        values = (getattr(self, name) for name in type(self).model_fields)
        alone = [value for value in values if isinstance(value, SecretStr)]
        return frozenset(value.get_secret_value() for value in (*alone, *self.api_keys.values()))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the environment over `.env`; all faults are reported at once, without any value."""
        if environ is None:
            environ = {k: v for k, v in dotenv_values(".env").items() if v is not None} | dict(os.environ)
        given = {field: environ[name] for field, name in VARIABLES.items() if environ.get(name, "").strip()}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            faults = [f"{VARIABLES[str(fault['loc'][0])]}: {fault['msg']}" for fault in error.errors()]
            raise Invalid("; ".join(faults), where="environment") from None


def unknown_variables() -> list[str]:
    """Names that begin as ours do and that nothing reads: typing mistakes, in the environment or in `.env`."""
    names = {*dotenv_values(".env"), *os.environ} - set(VARIABLES.values())
    return sorted(name for name in names if name.startswith("ZIGRAL_"))


def set_defaults(env: Mapping[str, str]) -> None:
    """Put variables into this process's environment, where it does not have them: it wins over any file."""
    for name, value in env.items():
        os.environ.setdefault(name, value)
