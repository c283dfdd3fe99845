"""A graph with its card inside stays a graph, and gives the card back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from pawsight.errors import BadModel
from pawsight.model import single_file
from pawsight.model.card import GRAPH, read_card, read_file
from pawsight.model.seal import seal_file
from pawsight.runtime.onnx import OnnxSession

LITERT = b"\x1c\0\0\0TFL3" + bytes(range(256))


@pytest.mark.parametrize("length", [1, 127, 128, 20_000, 3_000_000])
def test_a_card_comes_back_from_a_file_of_either_format(length: int, tiny_model: Path) -> None:
    for graph in ((tiny_model / GRAPH).read_bytes(), LITERT):
        whole = single_file.pack(graph, b"{" + b"x" * length)
        assert whole.startswith(graph)
        assert single_file.unpack(whole) == b"{" + b"x" * length


def test_a_graph_without_a_card_has_none(tiny_model: Path) -> None:
    assert single_file.unpack((tiny_model / GRAPH).read_bytes()) is None
    assert single_file.unpack(LITERT) is None
    assert single_file.unpack(b"") is None


def test_any_program_for_onnx_reads_the_card_as_a_property(tiny_model: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(single_file.pack((tiny_model / GRAPH).read_bytes(), b'{"name": "tiny"}'))
    assert {entry.key: entry.value for entry in model.metadata_props}["pawsight.card"] == '{"name": "tiny"}'


def test_one_file_is_a_whole_model(tiny_model: Path, tmp_path: Path) -> None:
    card, graph, path = read_card(tiny_model), (tiny_model / GRAPH).read_bytes(), tmp_path / "tiny.onnx"
    path.write_bytes(seal_file(card, graph))
    assert read_card(path).golden == card.golden
    assert read_file(path, GRAPH, read_card(path)) == graph
    OnnxSession(path.read_bytes())  # the whole file is a graph as well


def test_one_changed_byte_is_noticed(tiny_model: Path, tmp_path: Path) -> None:
    graph, path = (tiny_model / GRAPH).read_bytes(), tmp_path / "tiny.onnx"
    whole = bytearray(seal_file(read_card(tiny_model), graph))
    whole[len(graph) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(BadModel, match="its SHA-256 is"):
        read_file(path, GRAPH, read_card(path))


def test_a_file_without_a_card_is_named(tiny_model: Path) -> None:
    with pytest.raises(BadModel, match="no card in it"):
        read_card(tiny_model / GRAPH)


@pytest.mark.parametrize("end", range(1, 40))
def test_a_file_that_was_cut_off_never_crashes(end: int, tiny_model: Path, tmp_path: Path) -> None:
    whole = seal_file(read_card(tiny_model), (tiny_model / GRAPH).read_bytes())
    mark = whole.rfind(single_file.PROPERTY) + len(single_file.PROPERTY)
    (tmp_path / "cut.onnx").write_bytes(whole[: mark + end])
    with pytest.raises(BadModel):
        read_card(tmp_path / "cut.onnx")


def with_member(method: int = zipfile.ZIP_STORED, change: tuple[int, bytes] = (0, b"")) -> bytes:
    """A LiteRT file whose card is packed, or whose ZIP says something odd about it."""
    buffer = io.BytesIO(LITERT)
    with zipfile.ZipFile(buffer, "a", method) as archive:
        archive.writestr(single_file.MEMBER, b"{" + b" " * 9_000_000)
    data, (place, value) = bytearray(buffer.getvalue()), change
    for header, shift in ((b"PK\1\2", 0), (b"PK\3\4", -2)):
        at = data.rindex(header) + place + shift
        data[at : at + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        with_member(zipfile.ZIP_DEFLATED),
        with_member(zipfile.ZIP_BZIP2),
        with_member(),
        with_member(change=(8, b"\1")),
        with_member(change=(6, b"\xff")),
        with_member(change=(20, b"\xff\xff\xff\x7f")),
    ],
    ids=["deflated", "bzip2", "huge", "locked", "of a later version", "longer than the file"],
)
def test_a_card_that_is_packed_or_huge_or_odd_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "bomb.tflite").write_bytes(data)
    with pytest.raises(BadModel, match=r"no card in it|more than expected"):
        read_card(tmp_path / "bomb.tflite")
