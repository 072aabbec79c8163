"""The shapes in which routes answer: JSON of any value, pages, and what every request body has in common."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import Response

from server.jsonable import to_json

JsonObject = dict[str, Any]
SortOrder = Literal["asc", "desc"]
Limit = Annotated[int, Field(strict=True, ge=1, le=1000)]
Offset = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Id = Annotated[UUID, AfterValidator(str)]  # its canonical form, whatever way it was written


class Asked(BaseModel):
    """A request body. An unknown field is no error: clients are newer than servers."""

    model_config = ConfigDict(extra="ignore")


def answer(value: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The value as JSON, whatever it is."""
    return Response(to_json(value), status_code=status, media_type="application/json", headers=dict(headers or {}))


def nothing() -> Response:
    """204."""
    return Response(status_code=204)


def page_of(items: Sequence[object], total: int, *, offset: int) -> Response:
    """One page, with where the next begins (if there is one) and how many there are in all."""
    headers = {"X-Pagination-Total": str(total)}
    if items and offset + len(items) < total:
        headers["X-Pagination-Next"] = str(offset + len(items))
    return answer(items, headers=headers)


def chosen(shape: Mapping[str, object], select: Sequence[str] | None) -> Mapping[str, object]:
    """The fields that were asked for; all where none were."""
    return {name: shape[name] for name in select if name in shape} if select else shape


def stamp(moment: datetime) -> str:
    """A time as ISO 8601 with its offset."""
    return moment.isoformat()
