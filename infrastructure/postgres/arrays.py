"""Arrays of parameters in PostgreSQL's binary form, written at once.

psycopg finds out the type of each array and of each element anew for every statement: 0.06 ms for the arrays of one
append, on the way of every step. Here the type is known, and an empty array is a constant.
"""

from collections.abc import Sequence
from struct import Struct
from uuid import UUID

_HEAD = Struct("!iiIii")  # dimensions, has nulls, type of the elements, length, lower bound
_LENGTH = Struct("!i").pack
_INT4, _INT8 = Struct("!ii").pack, Struct("!iq").pack
_NULL = _LENGTH(-1)
_UUID_LENGTH = _LENGTH(16)
_TYPES = {"bytea": 17, "int8": 20, "int4": 23, "text": 25, "uuid": 2950}
_EMPTY = {kind: Struct("!iiI").pack(0, 0, oid) for kind, oid in _TYPES.items()}


def _array(kind: str, elements: Sequence[bytes], *, nulls: bool = False) -> bytes:
    return _HEAD.pack(1, nulls, _TYPES[kind], len(elements), 1) + b"".join(elements) if elements else _EMPTY[kind]


def uuids(values: Sequence[UUID | None]) -> bytes:
    """uuid[]"""
    elements = [_NULL if value is None else _UUID_LENGTH + value.bytes for value in values]
    return _array("uuid", elements, nulls=None in values)


def int4s(values: Sequence[int]) -> bytes:
    """int[]"""
    return _array("int4", [_INT4(4, value) for value in values])


def int8s(values: Sequence[int]) -> bytes:
    """bigint[]"""
    return _array("int8", [_INT8(8, value) for value in values])


def byteas(values: Sequence[bytes]) -> bytes:
    """bytea[]"""
    return _array("bytea", [_LENGTH(len(value)) + value for value in values])


def texts(values: Sequence[str | None]) -> bytes:
    """text[]"""
    elements = [_NULL if value is None else _LENGTH(len(encoded := value.encode())) + encoded for value in values]
    return _array("text", elements, nulls=None in values)
