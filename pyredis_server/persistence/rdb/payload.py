"""DUMP's payloads: a type number, a value, the version of the format (2 bytes) and a CRC64 (8), little endian."""

from __future__ import annotations

from pyredis_server.base import errors
from pyredis_server.base.crc import crc64
from pyredis_server.base.errors import CommandError
from pyredis_server.commands.switches import DebugSwitches
from pyredis_server.config import directives
from pyredis_server.config.directive import Config
from pyredis_server.keyspace.values import StoredValue
from pyredis_server.persistence.rdb import codecs
from pyredis_server.persistence.rdb.codec import Limits
from pyredis_server.persistence.rdb.format import FOOTER_BYTES, READABLE_VERSION, BadData, version_of
from pyredis_server.persistence.rdb.reader import Reader
from pyredis_server.persistence.rdb.writer import Writer

VERSION_BYTES = 2


class PayloadCodec:
    """Makes payloads and reads them (commands.ports.CodecPort). Owner: the executor thread."""

    def __init__(self, config: Config, switches: DebugSwitches) -> None:
        self._config = config
        self._switches = switches

    def dump(self, value: StoredValue) -> bytes:
        """The value as a payload."""
        config = self._config
        out = Writer(compressing=config[directives.snapshotting.RDBCOMPRESSION],
                     list_depth=config[directives.encodings.LIST_COMPRESS_DEPTH])
        number = codecs.type_of(value)
        out.byte(number)
        codecs.save(value, out)
        out.raw(version_of(number).to_bytes(VERSION_BYTES, "little"))
        out.raw(crc64(out.buffer).to_bytes(FOOTER_BYTES - VERSION_BYTES, "little"))
        return bytes(out.buffer)

    def load(self, payload: bytes) -> StoredValue:
        """The value of a payload. Raises: CommandError, for what Redis tells apart: the end is wrong, or the rest."""
        end = len(payload) - FOOTER_BYTES
        if end < 0:
            raise CommandError(errors.DUMP_PAYLOAD)
        version = int.from_bytes(payload[end:end + VERSION_BYTES], "little")
        checksum = int.from_bytes(payload[end + VERSION_BYTES:], "little")
        if version > READABLE_VERSION:
            raise CommandError(errors.DUMP_PAYLOAD)
        if not self._switches.skip_checksums and crc64(memoryview(payload)[:end + VERSION_BYTES]) != checksum:
            raise CommandError(errors.DUMP_PAYLOAD)
        source = Reader(payload[:end])
        try:
            return codecs.load(source.byte(), source, Limits.of(self._config))
        except BadData as problem:
            raise CommandError(errors.BAD_DATA_FORMAT) from problem
