"""A file that is damaged in any way is an error, and nothing is read from it."""

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from structgrad.errors import StructMismatchError
from structgrad.saving import SavedFileError, format, load, save

STRUCT = {"w": np.array([1.0, -2.0]), "n": 3, "act": "relu"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    save(tmp_path / "x.safetensors", STRUCT)
    return tmp_path / "x.safetensors"


@pytest.mark.feature(170)
def test_a_file_cut_short_anywhere_is_an_error_that_names_it(file: Path) -> None:
    data = file.read_bytes()

    for size in range(len(data)):
        file.write_bytes(data[:size])
        with pytest.raises(SavedFileError, match=r"x\.safetensors is (cut short|damaged)"):
            load(file, STRUCT)


@pytest.mark.feature(170)
@pytest.mark.parametrize("flip", [1, 2, 0x20, 0x80, 0xFF])
def test_a_byte_changed_anywhere_is_an_error_that_names_the_file(file: Path, flip: int) -> None:
    data = bytearray(file.read_bytes())

    for i in range(len(data)):
        data[i] ^= flip
        file.write_bytes(data)
        with pytest.raises(SavedFileError, match=r"x\.safetensors"):
            load(file, STRUCT)
        data[i] ^= flip
    file.write_bytes(data)
    assert load(file, STRUCT)["n"] == 3


@pytest.mark.parametrize("more", [b"\0", b"x" * 8, b"\0" * 1000])
def test_bytes_behind_the_end_or_before_the_start_are_an_error(file: Path, more: bytes) -> None:
    data = file.read_bytes()

    for damaged in (data + more, more + data, data + data):
        file.write_bytes(damaged)
        with pytest.raises(SavedFileError, match=r"x\.safetensors"):
            load(file, STRUCT)


def test_two_bytes_that_changed_places_are_an_error(file: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[:-16] + data[-8:] + data[-16:-8])  # w, its two numbers

    with pytest.raises(SavedFileError, match=r"is damaged: its .* bytes are not those that were saved"):
        load(file, STRUCT)


@pytest.mark.parametrize("data", [b"", b"{}", b"\0" * 8, b"\xff" * 100, pickle.dumps([1.0]), b"\2\0\0\0\0\0\0\0{}"])
def test_what_is_no_such_file_is_an_error(file: Path, data: bytes) -> None:
    file.write_bytes(data)

    with pytest.raises(SavedFileError, match=r"x\.safetensors (is cut short or no safetensors file|has no record)"):
        load(file, STRUCT)


def test_a_file_of_another_program_is_an_error_that_says_how_it_is_read(file: Path) -> None:
    safetensors.numpy.save_file({"w": np.zeros(2)}, file)

    with pytest.raises(SavedFileError, match=r"not written by structgrad\.save.*safetensors\.numpy\.load_file"):
        load(file, STRUCT)


def forge(data: bytes, change: Callable[[dict[str, Any], dict[str, Any]], Any]) -> bytes:
    """A file with another header or record, and the checksum that belongs to it."""
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + size])
    record = json.loads(header["__metadata__"]["structgrad"][64:])
    record = change(header, record) or record
    header["__metadata__"]["structgrad"] = "0" * 64 + (record if isinstance(record, str) else json.dumps(record))
    text = json.dumps(header, separators=(",", ":")).encode()
    forged = len(text).to_bytes(8, "little") + text + data[8 + size :]
    return forged.replace(
        b'"structgrad":"' + b"0" * 64, b'"structgrad":"' + hashlib.sha256(forged).hexdigest().encode()
    )


FORGERIES: list[tuple[Callable[[dict[str, Any], dict[str, Any]], Any], str]] = [
    (lambda h, r: "[" * 100_000, "cannot be read: RecursionError"),
    (lambda h, r: "[]", "cannot be read: TypeError"),
    (lambda h, r: "nothing", "cannot be read: JSONDecodeError"),
    (lambda h, r: r.pop("rows") and None, "cannot be read: KeyError"),
    (lambda h, r: r.update(rows=[["a"]]), "cannot be read: ValueError"),
    (lambda h, r: r.update(exact=[]), "cannot be read: AttributeError"),
    (lambda h, r: r.update(version=2), "has version 2 of the format; this structgrad reads 1"),
    (lambda h, r: r.update(exact={}), r"does not hold what its record says: KeyError, \"\['n'\]\""),
    (lambda h, r: r.update(exact={"['n']": "three"}), "does not hold what its record says: ValueError"),
    (lambda h, r: h["['w']"].update(dtype="I64"), r"ValueError, int64 tensor of shape \(2,\)"),
    (lambda h, r: h["['w']"].update(shape=[2, 1]), r"ValueError, float64 tensor of shape \(2, 1\)"),
    (lambda h, r: h["['w']"].update(shape=[3]), "cannot be read: SafetensorError"),
    (lambda h, r: h["['w']"].update(dtype="F32"), "cannot be read: SafetensorError"),
    (lambda h, r: h["['w']"].update(dtype="BF16", shape=[8]), "cannot be read: "),
    (lambda h, r: h["['w']"].update(data_offsets=[8, 24]), "cannot be read: SafetensorError"),
    (lambda h, r: h["['w']"].update(data_offsets=[0, 10**18]), "cannot be read: SafetensorError"),
    (lambda h, r: h.update(v=h.pop("['w']")), r"KeyError, \"\['w'\]\""),
]


@pytest.mark.parametrize(("change", "message"), FORGERIES)
def test_a_header_that_lies_is_an_error(file: Path, change: Callable[..., Any], message: str) -> None:
    file.write_bytes(forge(file.read_bytes(), change))

    with pytest.raises(SavedFileError, match=message):
        load(file, STRUCT)


def test_a_forged_file_that_tells_the_truth_is_read(file: Path) -> None:
    file.write_bytes(forge(file.read_bytes(), lambda header, record: None))

    assert load(file, STRUCT)["w"].tolist() == [1.0, -2.0]  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # its item is of that class


def test_a_record_that_lies_is_no_match(file: Path) -> None:
    file.write_bytes(forge(file.read_bytes(), lambda header, record: record["rows"].pop() and None))

    with pytest.raises(StructMismatchError, match="nothing more"):
        load(file, STRUCT)


def test_a_key_that_looks_like_the_checksum_is_no_trap(tmp_path: Path) -> None:
    mark = format._MARK.decode()
    struct = {mark + "0" * 64: 1.0, "structgrad": "0" * 64, f'x"{mark}': mark + "0" * 64}

    save(tmp_path / "x", struct)

    assert load(tmp_path / "x", struct) == struct


def test_a_header_that_safetensors_would_not_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(format, "_LIMIT", 1000)
    save(tmp_path / "x", [1.0])

    with pytest.raises(SavedFileError, match=r"the header would be .* bytes, and safetensors reads 1,000: 101 nodes"):
        save(tmp_path / "x", [1.0] * 100)
    assert load(tmp_path / "x", [0.0]) == [1.0]
