"""Arrays of parameters in PostgreSQL's binary form, written at once.

psycopg finds out the type of each array and of each element anew for every statement: 0.06 ms for the arrays of one
append, on the way of every step. Here the type is known, and an empty array is a constant.
"""

from collections.abc import Sequence
from struct import Struct
from uuid import UUID

from psycopg.adapt import Buffer, Dumper
from psycopg.pq import Format

_HEAD = Struct("!iiIii")  # dimensions, has nulls, type of the elements, length, lower bound
_LENGTH = Struct("!i").pack
_INT4, _INT8 = Struct("!ii").pack, Struct("!iq").pack
_NULL = _LENGTH(-1)
_UUID_LENGTH = _LENGTH(16)
_TYPES = {"bytea": 17, "int8": 20, "int4": 23, "text": 25, "uuid": 2950}


class BinaryArray:
    """The bytes of one array parameter; the statement's cast says its type."""

    __slots__ = ("content",)

    def __init__(self, content: bytes) -> None:
        self.content = content


class BinaryArrayDumper(Dumper):
    """Hands the bytes through. Register it on the connection."""

    format = Format.BINARY

    def dump(self, obj: BinaryArray) -> Buffer:
        """As they are."""
        return obj.content


_EMPTY = {kind: BinaryArray(Struct("!iiI").pack(0, 0, oid)) for kind, oid in _TYPES.items()}


def _array(kind: str, elements: Sequence[bytes], *, nulls: bool = False) -> BinaryArray:
    if not elements:
        return _EMPTY[kind]
    return BinaryArray(_HEAD.pack(1, nulls, _TYPES[kind], len(elements), 1) + b"".join(elements))


def uuids(values: Sequence[UUID | None]) -> BinaryArray:
    """uuid[]"""
    elements = [_NULL if value is None else _UUID_LENGTH + value.bytes for value in values]
    return _array("uuid", elements, nulls=None in values)


def int4s(values: Sequence[int]) -> BinaryArray:
    """int[]"""
    return _array("int4", [_INT4(4, value) for value in values])


def int8s(values: Sequence[int]) -> BinaryArray:
    """bigint[]"""
    return _array("int8", [_INT8(8, value) for value in values])


def byteas(values: Sequence[bytes]) -> BinaryArray:
    """bytea[]"""
    return _array("bytea", [_LENGTH(len(value)) + value for value in values])


def texts(values: Sequence[str]) -> BinaryArray:
    """text[]"""
    return _array("text", [_LENGTH(len(value)) + value for value in map(str.encode, values)])
