"""Train on several devices and machines: each device computes an equal part of every batch.

Keras' `DataParallel` does the work, on JAX only: what Keras has for TensorFlow says "DO NOT USE" in its own source.
Losses, gradients and the statistics of batch normalization are those of the whole batch, so that the numbers are one
device's, but for the order in which they are summed.

Variables are on all devices only while epochs run (`on_all_devices`). Before and after, each process has a copy of its
own, and saving, exporting and calibrating need to know nothing of the others.
"""

from __future__ import annotations

import atexit
import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras

from pawsight.errors import BadData, BadSettings, TrainingStopped
from pawsight.library_log import remarks_left_out
from pawsight.train.options import ProcessGroup

_START = 300  # seconds that processes wait for each other at the start
_END = 30  # seconds that they wait for each other at the end
_SILENCE = 60  # seconds without a sign of life after which a process counts as gone
_WORK = 24 * 3600 * 1000  # milliseconds that one process may work alone while others wait; those that are gone end it
_KEYS = (f"pawsight-{number}" for number in itertools.count())


def _jax() -> Any:
    """Return JAX; None where Keras runs on another backend."""
    if keras.backend.backend() != "jax":
        return None
    import jax

    return jax


def device_count() -> int:
    """Return how many devices share a batch: all that JAX sees, on all machines; 1 with another backend."""
    jax = _jax()
    return int(jax.device_count()) if jax else 1


def process_place() -> tuple[int, int]:
    """Return the number of this process, from 0, and how many train together."""
    jax = _jax()
    return (jax.process_index(), jax.process_count()) if jax else (0, 1)


def check_batch(batch: int) -> None:
    """Refuse batches that the devices cannot share equally.

    Raises:
        BadSettings: their number does not divide the batch, or machines have different numbers of them.
    """
    jax, devices = _jax(), device_count()
    if jax and jax.local_device_count() * jax.process_count() != devices:
        raise BadSettings(
            f"Of {devices} devices, {jax.local_device_count()} belong to this process: not as many as to the others.",
            "Let JAX see equally many on each machine, for instance with CUDA_VISIBLE_DEVICES=0,1.",
        )
    if batch % devices:
        raise BadSettings(
            f"A batch of {batch} photos cannot be shared equally by {devices} devices.",
            "Let JAX see fewer of them, for instance with CUDA_VISIBLE_DEVICES=0,1.",
        )


@contextmanager
def joined(group: ProcessGroup | None, run: bytes) -> Iterator[None]:
    """Train together with the other processes of a group inside the block.

    Args:
        group: which process this is of how many; None where it is alone.
        run: what is trained on which photos; the same in every process.

    Raises:
        BadSettings: Keras runs on another backend than JAX.
        TrainingStopped: the others do not come, or one of them has ended.
        BadData: they train something else.
    """
    if group is None:
        yield
        return
    if keras.backend.backend() != "jax":
        raise BadSettings("Several processes train together on JAX only.", "Set KERAS_BACKEND=jax.")
    try:
        _connect(group)
        if len(set(gather(run))) > 1:
            _jax().distributed.shutdown()  # all of them know, and end together
            raise BadData(
                "The processes do not train the same recipe on the same photos.",
                "Give the same command on each machine, and copy the folder of prepared photos.",
            )
        yield
        _jax().distributed.shutdown()
    except BaseException as error:
        atexit.register(_leave)
        if _is_of_jax(error):
            raise TrainingStopped(
                f"A step together with the other processes failed ({str(error).splitlines()[0]}).",
                "See what they printed. The same commands on all machines go on after the last finished epoch.",
            ) from error
        raise


def _connect(group: ProcessGroup) -> None:
    import jax
    from jax.experimental.multihost_utils import sync_global_devices

    # On a processor, two steps under way at a time would mix up their messages, and wait for each other forever.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(
        group.coordinator,
        group.processes,
        group.process,
        cluster_detection_method="deactivate",
        initialization_timeout=_START,
        heartbeat_timeout_seconds=_SILENCE,
        shutdown_timeout_seconds=_END,
    )
    with remarks_left_out(1):  # the first message between devices makes Gloo say that it is connected
        sync_global_devices("pawsight")


def _is_of_jax(error: BaseException) -> bool:
    """Return whether JAX raised an error; Gloo's come as ValueError."""
    return isinstance(error, _jax().errors.JaxRuntimeError) or (isinstance(error, ValueError) and "Gloo" in str(error))


def _leave() -> None:
    """End a process that failed: JAX would wait for the others first, and they may be waiting for this one."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(2)


def gather(value: bytes = b"") -> list[bytes]:
    """Wait until all processes are here, and return what each of them passed, in their order."""
    number, count = process_place()
    if count == 1:
        return [value]
    from jax._src.distributed import global_state  # JAX has no public name for it; Orbax uses it, too

    client, key = global_state.client, next(_KEYS)
    client.key_value_set_bytes(f"{key}/{number}", value)
    client.wait_at_barrier(key, _WORK)
    return [client.blocking_key_value_get_bytes(f"{key}/{other}", _WORK) for other in range(count)]


def take_over(variables: Sequence[Any]) -> None:
    """Set variables of every process to the values that they have in process 0."""
    if process_place()[1] == 1:
        return
    for variable, value in zip(variables, _values_of_first(variables), strict=True):
        variable.assign(value)


@contextmanager
def created_on_all_devices() -> Iterator[None]:
    """Let Keras create variables on all devices inside the block, and share batches among them."""
    if device_count() == 1:
        yield
        return
    with keras.distribution.DataParallel(auto_shard_dataset=False).scope():
        yield


@contextmanager
def on_all_devices(variables: Sequence[Any]) -> Iterator[None]:
    """Keep variables on all devices inside the block, beginning with their values in process 0."""
    if device_count() == 1:
        yield
        return
    import jax

    with created_on_all_devices():
        distribution = keras.distribution.distribution()
        for variable, value in zip(variables, _values_of_first(variables), strict=True):
            layout = distribution.get_variable_layout(variable).backend_layout
            variable.assign(jax.make_array_from_process_local_data(layout, value))
        yield
    for variable in variables:
        variable.assign(keras.ops.convert_to_numpy(variable.value))


def _values_of_first(variables: Sequence[Any]) -> Any:
    values = [keras.ops.convert_to_numpy(variable.value) for variable in variables]
    if process_place()[1] == 1:
        return values
    from jax.experimental.multihost_utils import broadcast_one_to_all

    gather()  # messages between devices do not wait long for a process that is still preparing
    return broadcast_one_to_all(values)


class _Whole(keras.distribution.DataParallel):
    """Gives each device the whole batch."""

    def get_data_layout(self, data_shape: tuple[int, ...]) -> Any:
        return keras.distribution.TensorLayout([None] * len(data_shape), self.device_mesh)


@contextmanager
def whole_batches() -> Iterator[None]:
    """Let each device compute whole batches inside the block, for a few photos that cannot be shared."""
    with _Whole(auto_shard_dataset=False).scope():
        yield
