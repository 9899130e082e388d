"""The listpack, by bytes made by hand and by going there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyredis_server.datatypes.lists_nodes import EMPTY_BYTES, entry_bytes
from pyredis_server.persistence.rdb import listpack
from pyredis_server.persistence.rdb.format import BadData

NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1).map(b"%d".__mod__)
ELEMENTS = st.lists(st.one_of(st.binary(max_size=20), st.integers(-9999, 9999).map(b"%d".__mod__), NUMBERS,
                              st.sampled_from([b"x" * 63, b"x" * 64, b"x" * 4095, b"x" * 4096])), max_size=8)


@pytest.mark.parametrize(("element", "entry"), [
    (b"0", "00 01"),
    (b"127", "7f 01"),
    (b"-1", "dfff 02"),
    (b"128", "c080 02"),
    (b"4095", "cfff 02"),
    (b"-4096", "d000 02"),
    (b"4096", "f10010 03"),
    (b"-32768", "f10080 03"),
    (b"32768", "f2008000 04"),
    (b"-8388608", "f2000080 04"),
    (b"8388608", "f300008000 05"),
    (b"2147483648", "f40000008000000000 09"),
    (b"-9223372036854775808", "f40000000000000080 09"),
    (b"9223372036854775808", "93" + "39323233333732303336383534373735383038" + "14"),
    (b"", "80 01"),
    (b"007", "83303037 04"),
    (b"-0", "822d30 03"),
    (b"a" * 63, "bf" + "61" * 63 + "40"),
    (b"a" * 64, "e040" + "61" * 64 + "42"),
    (b"a" * 125, "e07d" + "61" * 125 + "7f"),
    (b"a" * 126, "e07e" + "61" * 126 + "0180"),
    (b"a" * 4095, "efff" + "61" * 4095 + "2081"),
    (b"a" * 4096, "f000100000" + "61" * 4096 + "2085"),
    (b"a" * 20000, "f0204e0000" + "61" * 20000 + "019ca5"),
])
def test_an_element_has_the_bytes_that_redis_gives_it(element: bytes, entry: str) -> None:
    told = bytes.fromhex(entry)
    assert listpack.encode_entry(element) == told
    assert entry_bytes(element) == len(told)
    whole = listpack.encode([element])
    assert whole == (EMPTY_BYTES + len(told)).to_bytes(4, "little") + b"\1\0" + told + b"\xff"
    assert listpack.decode(whole) == [element]


@given(ELEMENTS)
def test_elements_come_back(elements: list[bytes]) -> None:
    packed = listpack.encode(elements)
    assert listpack.decode(packed) == elements
    assert len(packed) == EMPTY_BYTES + sum(map(entry_bytes, elements))


def test_a_count_that_does_not_fit_is_not_told() -> None:
    elements = [b"1"] * 70_000
    packed = listpack.encode(elements)
    assert packed[4:6] == b"\xff\xff"
    assert listpack.decode(packed) == elements


@pytest.mark.parametrize("size", [127, 128, 16382, 16383, 2097150, 2097151, 268435454, 268435455])
def test_the_length_behind_an_element_reads_backwards(size: int) -> None:
    behind = listpack.length_behind(size)
    value = 0
    for place, byte in enumerate(reversed(behind)):
        value |= (byte & 127) << 7 * place
        assert (byte & 128 != 0) == (place < len(behind) - 1)
    assert value == size


def damaged() -> list[bytes]:
    whole = listpack.encode([b"hello", b"1", b"-5000", b"x" * 200])
    wrong_total = b"\0\0\0\1" + whole[4:]
    fewer = whole[:4] + b"\3\0" + whole[6:]
    first = listpack.HEADER.size
    wrong_behind = whole[:first + 6] + b"\7" + whole[first + 7:]
    unknown = whole[:first] + b"\xf5" + whole[first + 1:]
    too_long = whole[:first] + b"\xbf" + whole[first + 1:]
    beyond = whole[:first] + b"\xf0\xff\xff\xff\xff" + whole[first + 5:]
    return [b"", b"\xff", whole[:-1], whole[1:], wrong_total, fewer, wrong_behind, unknown, too_long, beyond,
            b"\x07\0\0\0\0\0\0", b"\x08\0\0\0\1\0\x05\xff", b"\x08\0\0\0\1\0\xc0\xff", b"\x09\0\0\0\1\0\xf4\1\xff"]


@pytest.mark.parametrize("data", damaged())
def test_a_damaged_listpack_is_refused(data: bytes) -> None:
    with pytest.raises(BadData):
        listpack.decode(data)


@given(ELEMENTS, st.data())
def test_a_mutated_listpack_is_refused_or_read(elements: list[bytes], data: st.DataObject) -> None:
    packed = bytearray(listpack.encode(elements))
    for _ in range(data.draw(st.integers(1, 3))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    try:
        listpack.decode(bytes(packed))
    except BadData:
        pass
