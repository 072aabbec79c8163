"""What makes vectors of texts, as the memory sees it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]
else:
    Vectors = Any  # numpy takes 0.1 s to import, and most commands have no vectors


class Embedder(Protocol):
    """Texts into vectors of length 1. Two models never share a name: vectors of two cannot be compared."""

    @property
    def name(self) -> str:
        """The model and the number of its dimensions, such as "all-MiniLM-L6-v2-int8@384"."""
        ...

    @property
    def size(self) -> int:
        """Dimensions."""
        ...

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """A row for each text, in order."""
        ...
