"""Ways to change a model folder, as somebody would who can write all of it."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pawsight.model.card import CARD, GRAPH, card_fingerprint, describe

onnx = pytest.importorskip("onnx", reason="hostile graphs are made with the package onnx")

Json = dict[str, Any]
Tamper = Callable[[Path], object]

WEIGHTS, BIAS = np.array([[20, 0], [0, 0], [0, 20]], np.float32), np.array([-10, -10], np.float32)


def load(folder: Path) -> Json:
    found: Json = json.loads((folder / CARD).read_text())
    return found


def save(folder: Path, card: Json) -> None:
    (folder / CARD).write_text(json.dumps(card))


def reseal(folder: Path, change: Callable[[Json], object] = lambda card: None) -> None:
    """Change the card, and make every hash in it fit again."""
    card = load(folder)
    if (folder / GRAPH).is_file() and (folder / GRAPH).stat().st_size < 10_000_000:
        found = describe((folder / GRAPH).read_bytes())
        card["files"][GRAPH] = {"sha256": found.sha256, "bytes": found.bytes}
    change(card)
    card["sha256"] = card_fingerprint(json.dumps(card).encode())
    save(folder, card)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every single value in a card, and how to get there."""
    if isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(below, (*path, key))
    else:
        yield path, value


def other(value: Any) -> Any:
    """Another value of the same type, within the same limits."""
    if isinstance(value, str):
        return {"squash": "crop", "bicubic": "bilinear", "float32": "int8"}.get(value, value + "x")
    return value + 1 if isinstance(value, int) else value * 0.9 + 0.01


def edit(path: tuple[Any, ...]) -> Tamper:
    def tamper(folder: Path) -> None:
        card = load(folder)
        inside = card
        for key in path[:-1]:
            inside = inside[key]
        inside[path[-1]] = other(inside[path[-1]])
        save(folder, card)

    return tamper


def flip(place: float) -> Tamper:
    def tamper(folder: Path) -> None:
        data = bytearray((folder / GRAPH).read_bytes())
        data[int(place * len(data))] ^= 0x10
        (folder / GRAPH).write_bytes(data)

    return tamper


def put(data: bytes | Callable[[bytes], bytes]) -> Tamper:
    """Another graph, and hashes that fit it."""

    def tamper(folder: Path) -> None:
        before = (folder / GRAPH).read_bytes()
        (folder / GRAPH).write_bytes(data if isinstance(data, bytes) else data(before))
        reseal(folder)

    return tamper


def graph(change: Callable[[Any], object]) -> Tamper:
    """The graph, changed by onnx's own means, and hashes that fit it."""

    def changed(data: bytes) -> bytes:
        model = onnx.load_from_string(data)
        change(model)
        return bytes(model.SerializeToString())

    return put(changed)


def weights(name: str, array: Any) -> Tamper:
    def change(model: Any) -> None:
        for tensor in model.graph.initializer:
            if tensor.name == name:
                tensor.CopyFrom(onnx.numpy_helper.from_array(np.asarray(array, np.float32), name))

    return graph(change)


def changed(array: Any, place: tuple[int, ...], value: float) -> Any:
    copy = array.copy()
    copy[place] = value
    return copy


def outside(location: str) -> Tamper:
    """Weights that are said to stand in another file."""

    def change(model: Any) -> None:
        tensor = model.graph.initializer[1]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=location)

    def tamper(folder: Path) -> None:
        (folder / "weights.bin").write_bytes(WEIGHTS.tobytes())
        graph(change)(folder)

    return tamper


def outside_in_an_attribute(model: Any) -> None:
    tensor = onnx.TensorProto(name="w", data_type=1, dims=[3, 2], data_location=onnx.TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="/etc/hostname")
    model.graph.node.append(onnx.helper.make_node("Constant", [], ["w"], value=tensor))


def outside_in_a_sparse_one(model: Any) -> None:
    values = onnx.TensorProto(name="s", data_type=1, dims=[1])
    values.external_data.add(key="location", value="/etc/hostname")
    indices = onnx.numpy_helper.from_array(np.zeros(1, np.int64))
    model.graph.sparse_initializer.append(onnx.helper.make_sparse_tensor(values, indices, [3]))


def operator(domain: str, kind: str) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        model.graph.node.append(onnx.helper.make_node(kind, ["features"], ["more"], domain=domain))
        model.opset_import.append(onnx.helper.make_opsetid(domain, 1))

    return change


def function(model: Any) -> None:
    body = [onnx.helper.make_node("Relu", ["x"], ["y"])]
    opsets = [onnx.helper.make_opsetid("", 13)]
    model.functions.append(onnx.helper.make_function("own", "Mine", ["x"], ["y"], body, opsets))


def loop(model: Any) -> None:
    value, kinds = onnx.helper.make_tensor_value_info, onnx.TensorProto
    inputs = [value("i", kinds.INT64, []), value("go", kinds.BOOL, [])]
    body = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["go"], ["on"])], "body", inputs, [value("on", kinds.BOOL, [])]
    )
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array(True), "true"))
    model.graph.node.append(onnx.helper.make_node("Loop", ["", "true"], [], body=body))


def rename(old: str, new: str) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        for node in model.graph.node:
            node.input[:] = [new if name == old else name for name in node.input]
            node.output[:] = [new if name == old else name for name in node.output]
        for one in (*model.graph.input, *model.graph.output):
            one.name = new if one.name == old else one.name

    return change


def swap_outputs(model: Any) -> None:
    rename("features", "tmp")(model)
    rename("scores", "features")(model)
    rename("tmp", "scores")(model)


def of_other_type(model: Any) -> None:
    rename("scores", "inner")(model)
    model.graph.node.append(onnx.helper.make_node("Cast", ["inner"], ["scores"], to=onnx.TensorProto.DOUBLE))
    output = next(one for one in model.graph.output if one.name == "inner")
    output.CopyFrom(onnx.helper.make_tensor_value_info("scores", onnx.TensorProto.DOUBLE, ["N", 2]))


def flat_maps(model: Any) -> None:
    """Maps that are no pictures; scores stay what they were."""
    rename("maps", "inner")(model)
    model.graph.node.append(onnx.helper.make_node("Flatten", ["inner"], ["maps"]))
    output = next(one for one in model.graph.output if one.name == "inner")
    output.CopyFrom(onnx.helper.make_tensor_value_info("maps", onnx.TensorProto.FLOAT, ["N", 32]))


def maps_that_are_no_numbers(model: Any) -> None:
    rename("maps", "inner")(model)
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.float32("nan"), "nan"))
    model.graph.node.append(onnx.helper.make_node("Add", ["inner", "nan"], ["maps"]))
    next(one for one in model.graph.output if one.name == "inner").name = "maps"


class Bomb:
    """What unpickling would run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(Path(os.environ["PAWSIGHT_TEST_BOMB"])),)


def pickled(folder: Path) -> None:
    put(pickle.dumps(Bomb()))(folder)


def replaced(name: str, by: Callable[[Path], object]) -> Tamper:
    """Something else than a file under the name of one."""

    def tamper(folder: Path) -> None:
        (folder / name).rename(folder.parent / name)
        by(folder / name)

    return tamper


def huge(folder: Path) -> None:
    """Three gigabytes that take no room on the disk, and a card that lists them."""
    with (folder / GRAPH).open("r+b") as file:
        file.truncate(3 * 2**30)
    reseal(folder, lambda card: card["files"][GRAPH].update(bytes=3 * 2**30))


def put_together(*parts: dict[str, Tamper]) -> dict[str, Tamper]:
    return {name: tamper for part in parts for name, tamper in part.items()}


def cut(share: int) -> Tamper:
    return lambda folder: os.truncate(folder / GRAPH, (folder / GRAPH).stat().st_size * share // 100)


def cut_and_sealed(share: int) -> Tamper:
    return put(lambda data: data[: len(data) * share // 100])


def resealed(change: Callable[[Json], object]) -> Tamper:
    return lambda folder: reseal(folder, change)


def listing(name: str) -> Tamper:
    return resealed(lambda card: card["files"].update({name: card["files"][GRAPH]}))
