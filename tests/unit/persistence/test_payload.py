"""DUMP's payloads: the end, and which error is told."""

from __future__ import annotations

import pytest

from pyredis_server.base import errors
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.switches import DebugSwitches
from pyredis_server.config import directives
from pyredis_server.config.directive import Config
from pyredis_server.datatypes.streams import Stream
from pyredis_server.datatypes.streams_idmp import Idempotency
from pyredis_server.persistence.rdb.payload import PayloadCodec
from tests.support.rdb_bytes import payload


@pytest.fixture
def codec() -> PayloadCodec:
    return PayloadCodec(Config(), DebugSwitches())


def refusal(codec: PayloadCodec, data: bytes) -> bytes:
    with pytest.raises(CommandError) as refused:
        codec.load(data)
    return refused.value.message


def test_a_payload_has_type_value_version_and_checksum(codec: PayloadCodec) -> None:
    assert codec.dump(b"abc") == payload(b"\0\3abc", 12) == bytes.fromhex("00 03616263 0c00 12da04fdbb583cab")
    assert codec.load(codec.dump(b"abc")) == b"abc"


def test_rdbcompression_decides_whether_strings_are_compressed(codec: PayloadCodec) -> None:
    config = Config()
    config.set_value(directives.snapshotting.RDBCOMPRESSION, False)
    assert len(PayloadCodec(config, DebugSwitches()).dump(b"x" * 1000)) > 1000 > len(codec.dump(b"x" * 1000))


def test_what_8_2_does_not_know_tells_a_later_version(codec: PayloadCodec) -> None:
    stream = Stream()
    assert codec.dump(stream)[-10] == 12
    stream.idmp = Idempotency(100, 100)
    assert codec.dump(stream)[-10] == 13


@pytest.mark.parametrize("version", [0, 6, 11, 12, 15])
def test_older_versions_and_later_ones_that_are_described_are_read(codec: PayloadCodec, version: int) -> None:
    assert codec.load(payload(b"\0\3abc", version)) == b"abc"


@pytest.mark.parametrize("data", [
    b"", b"123456789", payload(b"\0\3abc", 16), payload(b"\0\3abc", 65535), payload(b"\0\3abc")[:-1],
    payload(b"\0\3abc")[:-1] + b"\0", b"x" + payload(b"\0\3abc")[1:],
])
def test_an_end_that_is_wrong_is_told_first(codec: PayloadCodec, data: bytes) -> None:
    assert refusal(codec, data) == errors.DUMP_PAYLOAD


@pytest.mark.parametrize("body", [b"", b"\0", b"\0\5abc", b"\x63\1a", b"\7\0", b"\1\0"])
def test_a_value_that_is_wrong_is_bad_data(codec: PayloadCodec, body: bytes) -> None:
    """Redis reads on into the end of the payload, here the value stops where the end begins."""
    assert refusal(codec, payload(body)) == errors.BAD_DATA_FORMAT


def test_what_follows_the_value_is_let_be_as_redis_does(codec: PayloadCodec) -> None:
    assert codec.load(payload(b"\0\3abcdef")) == b"abc"


def test_debug_can_turn_the_checksum_off_but_not_the_version() -> None:
    switches = DebugSwitches()
    codec = PayloadCodec(Config(), switches)
    switches.skip_checksums = True
    assert codec.load(payload(b"\0\3abc")[:-8] + bytes(8)) == b"abc"
    assert refusal(codec, payload(b"\0\3abc", 16)) == errors.DUMP_PAYLOAD
