"""Predictions for more photos than one machine can hold, written by the machines of a cluster, partition by partition.

    OUTPUT/manifest.json                         what was asked for; once all is done, how many photos and partitions
    OUTPUT/plan/part-0000012-9f31c2d4a7e0b655    the names of its photos, with a NUL byte between them
    OUTPUT/part-0000012-9f31c2d4a7e0b655.jsonl   their predictions

Here: cutting, writing, and going on where a run was stopped. Not here: how a photo is classified (`batch.run`).
"""
