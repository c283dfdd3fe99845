"""Check what an ONNX file holds before anything loads it: tensors outside the file, custom operators, code of its own.

ONNX Runtime would open outside files, and once did so anywhere on the disk (CVE-2022-25882 and its successors are of
that kind). A model here is one file, made of the standard's operators in a straight line: nothing else is accepted.
The file is read as protobuf, of which ONNX uses three kinds of field; the numbers are those of `onnx.proto`.
"""

from __future__ import annotations

from collections.abc import Iterator

from pawsight.errors import BadModel

Field = tuple[int, int | memoryview]

STANDARD = (b"", b"ai.onnx")
_VARINT, _EIGHT_BYTES, _BYTES, _FOUR_BYTES = 0, 1, 2, 5
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_LONGEST_VARINT = 10
_EXTERNAL = 1

# Where tensors may stand: of a graph, sparse in a graph, in a node's attribute, sparse in it, and inside a sparse one.
_GRAPH, _TRAINING, _FUNCTION = 7, 20, 25
_NODE, _INITIALIZER, _SPARSE_INITIALIZER = 1, 5, 15
_ATTRIBUTE, _DOMAIN = 5, 7
_TENSOR, _SUBGRAPH, _TENSORS, _SUBGRAPHS, _SPARSE, _SPARSES = 5, 6, 10, 11, 22, 23
_EXTERNAL_DATA, _LOCATION = 13, 14
_SPARSE_PARTS = (1, 2)


def check_contents(graph: bytes) -> None:
    """Refuse a graph that is more than weights and standard operators in one file.

    Args:
        graph: the content of a `.onnx` file.

    Raises:
        BadModel: no ONNX file; tensors kept outside it; operators of other domains; functions, loops or branches.
    """
    for number, value in _messages(memoryview(graph)):
        if number in (_TRAINING, _FUNCTION):
            raise _refused("functions or training steps of its own")
        if number == _GRAPH:
            _check_graph(value)


def _check_graph(graph: memoryview) -> None:
    for number, value in _messages(graph):
        if number == _NODE:
            _check_node(value)
        elif number == _INITIALIZER:
            _check_tensor(value)
        elif number == _SPARSE_INITIALIZER:
            _check_sparse(value)


def _check_node(node: memoryview) -> None:
    for number, value in _messages(node):
        if number == _DOMAIN and bytes(value) not in STANDARD:
            raise _refused("operators that are not of the ONNX standard")
        if number == _ATTRIBUTE:
            _check_attribute(value)


def _check_attribute(attribute: memoryview) -> None:
    for number, value in _messages(attribute):
        if number in (_SUBGRAPH, _SUBGRAPHS):
            raise _refused("loops or branches, which need not end")
        if number in (_TENSOR, _TENSORS):
            _check_tensor(value)
        elif number in (_SPARSE, _SPARSES):
            _check_sparse(value)


def _check_sparse(tensor: memoryview) -> None:
    for number, value in _messages(tensor):
        if number in _SPARSE_PARTS:
            _check_tensor(value)


def _check_tensor(tensor: memoryview) -> None:
    for number, value in _fields(tensor):
        if number == _EXTERNAL_DATA or (number == _LOCATION and value == _EXTERNAL):
            raise _refused("weights in another file")


def _refused(what: str) -> BadModel:
    return BadModel(
        f"Expected a graph of standard operators with its weights inside, but this one has {what}.",
        "Export it with `pawsight train` or `pawsight export`.",
    )


def _messages(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """The fields that are bytes: messages and texts."""
    for number, value in _fields(message):
        if isinstance(value, memoryview):
            yield number, value


def _fields(message: memoryview) -> Iterator[Field]:
    """Return all fields of a message: number, and a number or bytes.

    Raises:
        BadModel: it is no message, or ends too early.
    """
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, place = _varint(message, place)
            yield number, value
            continue
        size, place = _varint(message, place) if kind == _BYTES else (_FIXED.get(kind, -1), place)
        if size < 0 or place + size > len(message):
            raise BadModel("Expected an ONNX graph, but it does not load (broken off, or something else).")
        yield number, message[place : place + size]
        place += size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """A number of up to ten bytes, seven bits in each, and the place behind it."""
    value = 0
    for shift, byte in enumerate(message[place : place + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return value, place + shift + 1
    raise BadModel("Expected an ONNX graph, but it does not load (broken off, or something else).")
