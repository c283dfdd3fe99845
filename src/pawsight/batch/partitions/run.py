"""Photos to an output folder: planned here, partition by partition, predicted and written by the machines of a cluster.

A partition's photos are written down before it goes to the cluster, so that a second run does what the first one left,
and input that has changed is noticed. In the memory of this machine are the photos of one partition, and the names of
the partitions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import msgspec

from pawsight.batch.graph_batches import classify_in_batches
from pawsight.batch.partitions.formats import encode_rows
from pawsight.batch.partitions.output_folder import Manifest, OutputFolder
from pawsight.batch.partitions.partition import Partition, PlannedPartition, cut
from pawsight.batch.ray_engine import SharedClassifier
from pawsight.batch.summary import Summary
from pawsight.cluster.connection import Cluster
from pawsight.errors import BadSettings, ClusterTaskFailed
from pawsight.model.card import ModelCard, encode


@dataclass(frozen=True)
class _Job:
    """What every machine needs to know."""

    classifier: SharedClassifier
    output: str
    form: str


class PartitionedRun:
    """One run into an output folder.

    Args:
        folder: to write to.
        manifest: what is asked for.
        classes: of the model.

    Attributes:
        summary: of the photos that this run classified.
        written: partitions that this run completed.
        found: partitions that were complete before.
        lost: partitions that the cluster could not complete.

    Raises:
        BadSettings: the folder holds something else, or predictions that were asked for in another way.
    """

    def __init__(self, folder: OutputFolder, manifest: Manifest, classes: list[str]) -> None:
        self.summary, self.lost = Summary(classes), list[Partition]()
        self.written = self.found = self._photos = 0
        self._folder, self._manifest = folder, _agree(manifest, folder.read_manifest(), folder.address)
        folder.make()
        folder.write_manifest(self._manifest)
        self._planned, self._complete = folder.planned(), folder.complete()

    def run(
        self, cluster: Cluster, classifier: SharedClassifier, paths: Iterable[str], watch: Callable[[], None]
    ) -> None:
        """Do what is left to do.

        Args:
            cluster: to compute on.
            classifier: for the machines.
            paths: all photos, in the same order as in an earlier run; taken as they are needed.
            watch: called after each partition.

        Raises:
            BadSettings: the photos are not those of an earlier run, or a machine cannot write.
            StorageFull: the output's storage is full.
            ClusterTaskFailed: a machine met a fault.
        """
        job = _Job(classifier, self._folder.address, self._manifest.form)
        for partition, summary in cluster.as_completed(_predict_partition, job, self._left(paths)):
            if isinstance(summary, ClusterTaskFailed):
                self.lost.append(partition)
            else:
                self.summary.merge(summary)
                self.written += 1
            watch()
        self._finish()

    def _left(self, paths: Iterable[str]) -> Iterator[Partition]:
        """Yield the partitions that are not complete, each with its photos written down."""
        count = 0
        for planned in cut(paths, self._manifest.partition_size):
            partition = planned.partition
            self._check_same(planned)
            self._photos, count = self._photos + len(planned.names), count + 1
            if partition in self._complete:
                self.found += 1
                continue
            if partition.number not in self._planned:
                self._folder.write_plan(planned)
            yield partition
        if any(number >= count for number in self._planned):
            raise self._changed(f"there are no photos any more for partition {count}")

    def _check_same(self, planned: PlannedPartition) -> None:
        partition, known = planned.partition, self._planned.get(planned.partition.number)
        grown = self._manifest.partitions is not None and partition.number >= self._manifest.partitions
        if grown or (known is not None and known != partition):
            first, last = (repr(name.decode(errors="replace")) for name in (planned.names[0], planned.names[-1]))
            raise self._changed(f"partition {partition.number} would now be {first} to {last}")

    def _changed(self, what: str) -> BadSettings:
        return BadSettings(
            f"The photos are not those that {self._folder.address} was begun with: {what}.",
            "Nothing there was changed. Choose another --output for them, or remove the folder to begin again.",
        )

    def _finish(self) -> None:
        """Say in the manifest that all is there."""
        count = self.found + self.written
        if self.lost:
            return
        if (seen := len(self._folder.complete())) != count:
            raise BadSettings(
                f"{count:,} partitions were written to {self._folder.address}, but only {seen:,} are seen from here.",
                "Choose an --output that all machines share.",
            )
        self._folder.write_manifest(msgspec.structs.replace(self._manifest, partitions=count, photos=self._photos))


def make_manifest(card: ModelCard, inputs: list[str], form: str, size: int) -> Manifest:
    """Return the manifest of a new request.

    Args:
        card: of the model.
        inputs: paths and addresses of photos.
        form: `jsonl` or `parquet`.
        size: photos in a partition.
    """
    digest = hashlib.sha256(encode(card)).hexdigest()
    return Manifest(model=card.id, card=digest, form=form, partition_size=size, inputs=inputs)


def _agree(wanted: Manifest, known: Manifest | None, address: str) -> Manifest:
    """Return the manifest to go on with.

    Raises:
        BadSettings: the known one is of another request.
    """
    if known is None:
        return wanted
    for what in ("format", "model", "card", "form", "partition_size"):
        if (old := getattr(known, what)) != getattr(wanted, what):
            raise BadSettings(
                f"{address} was begun with another {what.replace('_', ' ')} ({old}).",
                "Give the same options again, or choose another --output.",
            )
    return msgspec.structs.replace(known, inputs=wanted.inputs)


def _predict_partition(job: _Job, partition: Partition) -> Summary:
    """Classify the photos of a partition and write it, in a process of the cluster."""
    classifier, folder = job.classifier.open(), OutputFolder(job.output)
    classes, rows = classifier.card.classes, []
    summary = Summary(classes)
    for result in classify_in_batches(classifier, folder.read_plan(partition)):
        summary.add(result)
        rows.append(result.to_dict())
    folder.write_predictions(partition, job.form, encode_rows(rows, job.form, classes))
    return summary
