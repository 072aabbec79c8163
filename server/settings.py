"""What the environment says. Nothing else in Zigral reads it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from dotenv import dotenv_values
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from memory.errors import Invalid

VARIABLES = {
    "data": "ZIGRAL_DATA",
    "icp": "ZIGRAL_ICP",
    "offer": "ZIGRAL_OFFER",
    "web": "ZIGRAL_WEB",
    "web_ports": "ZIGRAL_WEB_PORTS",
    "redis_url": "REDIS_URL",
    "redis_password": "REDIS_PASSWORD",
}

Port = Annotated[int, Field(ge=1, le=65_535)]


def _listed(value: object) -> object:
    """A variable's text is a list with commas."""
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


class Settings(BaseModel):
    """One process's settings, frozen. A blank variable counts as unset."""

    model_config = ConfigDict(frozen=True)

    data: Path = Path(".zigral")
    icp: Path | None = None
    offer: Path | None = None
    web: Annotated[str, Field(min_length=1)] | None = None  # "live", or a folder of saved pages
    web_ports: Annotated[frozenset[Port], BeforeValidator(_listed), Field(min_length=1)] = frozenset({80, 443})
    redis_url: SecretStr | None = None  # None: the embedded server
    redis_password: SecretStr | None = None

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
