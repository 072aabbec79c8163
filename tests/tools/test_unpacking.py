import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.unpacking import PackingError, unpacker


def packed(body: bytes, window: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return packer.compress(body) + packer.flush()


@given(
    body=st.binary(max_size=500),
    form=st.sampled_from([("gzip", 31), ("deflate", 15), ("deflate", -15)]),
    size=st.integers(1, 40),
)
def test_what_was_packed_comes_back_in_pieces_of_any_size(body: bytes, form: tuple[str, int], size: int) -> None:
    unpack = unpacker(form[0])
    sent = packed(body, form[1])
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    assert b"".join(unpack.feed(piece, 10_000) for piece in pieces) == body
    assert unpack.is_whole()


@given(body=st.binary(min_size=50, max_size=500), most=st.integers(1, 49))
def test_no_more_comes_than_was_asked_for(body: bytes, most: int) -> None:
    for encoding, sent in (("", body), ("gzip", gzip.compress(body))):
        assert unpacker(encoding).feed(sent, most) == body[:most]


def test_gzip_may_come_in_several_parts_and_have_something_behind_it() -> None:
    assert unpacker("gzip").feed(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", 100) == b"ab"


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_are_unpacked_or_refused(sent: bytes, encoding: str) -> None:
    unpack = unpacker(encoding)
    try:
        assert len(unpack.feed(sent, 1_000)) <= 1_000
    except PackingError as error:
        assert "packed" in str(error)


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "gzip gzip", "identity, gzip"])
def test_what_was_not_offered_is_refused(encoding: str) -> None:
    with pytest.raises(PackingError):
        unpacker(encoding)
