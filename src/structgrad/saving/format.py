"""The bytes of a file: safetensors, with a record of the struct in its metadata and a checksum of all of it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import frozen
from numpy.typing import NDArray

from structgrad.errors import StructgradError

Row: TypeAlias = tuple[str, str]  # a path of the struct, and what stands there in words
Tensors: TypeAlias = dict[str, NDArray[Any]]

_VERSION = 1
_MARK = b'"structgrad":"'  # no path holds it: in a JSON text a quote is written \"
_BLANK = b"0" * 64  # where the checksum stands, while it is computed
_LIMIT = 100_000_000  # bytes of a header that safetensors reads


class SavedFileError(StructgradError, ValueError):
    """A file is damaged or was never written by `save`, or a struct is too large for one."""


@frozen(eq=False)
class Saved:
    """What a file holds: the struct in words, its numbers as tensors, and those that no dtype holds as text."""

    rows: list[Row]
    tensors: Tensors
    exact: Mapping[str, str]


def pack(saved: Saved) -> list[bytes | memoryview]:
    """The bytes of a file, in parts. SavedFileError where the header would be longer than safetensors reads.

    The metadata has one entry, so that equal structs give equal bytes: the SHA-256 of the file with zeros in its
    place, and behind it the record as JSON.
    """
    record = json.dumps({"version": _VERSION, "rows": saved.rows, "exact": dict(saved.exact)}, separators=(",", ":"))
    data = _safetensors().numpy.save(saved.tensors, metadata={"structgrad": _BLANK.decode() + record})
    if (size := int.from_bytes(data[:8], "little")) > _LIMIT:
        raise SavedFileError(
            f"the header would be {size:,} bytes, and safetensors reads {_LIMIT:,}: {len(saved.rows):,} nodes are "
            f"too many. Keep the numbers in fewer, larger arrays."
        )
    start = data.index(_MARK) + len(_MARK)
    view = memoryview(data)
    return [view[:start], hashlib.sha256(data).hexdigest().encode(), view[start + len(_BLANK) :]]


def unpack(data: bytes, name: str) -> Saved:
    """What the bytes of file `name` hold. SavedFileError, before anything is read from them, if they are damaged."""
    header = _header(data, name)
    package = _safetensors()
    try:
        record = json.loads(json.loads(header)["__metadata__"]["structgrad"][len(_BLANK) :])
        version, rows, exact = (record[key] for key in ("version", "rows", "exact"))
        rows = [(str(path), str(what)) for path, what in rows]
        saved = Saved(rows, package.numpy.load(data), {str(path): str(text) for path, text in exact.items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, package.SafetensorError) as error:
        raise SavedFileError(f"{name} cannot be read: {type(error).__name__}, {error}") from None
    if version != _VERSION:
        raise SavedFileError(f"{name} has version {version} of the format; this structgrad reads {_VERSION}")
    return saved


def _header(data: bytes, name: str) -> bytes:
    """The header of a file whose checksum is right."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 + size or size == 0:
        raise SavedFileError(
            f"{name} is cut short or no safetensors file: of {len(data):,} bytes its header alone takes {8 + size:,}"
        )
    start = data.find(_MARK, 8, 8 + size) + len(_MARK)
    if start < len(_MARK):
        raise SavedFileError(
            f"{name} has no record of a struct: it was not written by structgrad.save, or its header is damaged. "
            f"safetensors.numpy.load_file reads the arrays of such files."
        )
    view, end = memoryview(data), start + len(_BLANK)
    digest = hashlib.sha256(view[:start])
    digest.update(_BLANK)
    digest.update(view[end:])
    if digest.hexdigest().encode() != data[start:end]:
        raise SavedFileError(
            f"{name} is damaged: its {len(data):,} bytes are not those that were saved (SHA-256). It was cut short or "
            f"changed; nothing was loaded."
        )
    return data[8 : 8 + size]


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise ImportError('saving needs the package safetensors: pip install "structgrad[saving]"') from None
    return safetensors
