"""The learnt model's folder: graph, card, and which photos it was made of."""

from __future__ import annotations

import datetime
import hashlib
from importlib import metadata
from pathlib import Path

import msgspec

from pawsight.card import GRAPH, Data, ModelCard, read_card, read_file, seal
from pawsight.data.manifest import BAD, MANIFEST, Row, fingerprint, write_table
from pawsight.data.prepare import make_row
from pawsight.data.split import Place
from pawsight.evaluate import Evaluation, with_headlines, write_evaluation
from pawsight.learn.album import Album
from pawsight.learn.choose import STRENGTHS, Answers, Choice
from pawsight.learn.folds import Plan
from pawsight.learn.graph import check_parity, replace_head
from pawsight.learn.head import fit_head
from pawsight.metrics import Metrics, measure
from pawsight.runtime import golden
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.calibrate import fit_budgets
from pawsight.types import Bad

# As for trained models: int8 arithmetic rounds differently from processor to processor.
GOLDEN_TOLERANCE = 0.05
LIBRARIES = ("numpy", "onnx", "onnxruntime", "pillow", "scikit-learn")


def write_model(folder: Path, name: str, base: Path, album: Album, plan: Plan, choice: Choice) -> ModelCard:
    """Fit the head on all photos, put it on the base model's trunk, prove that, and write it with its photos' names.

    Args:
        folder: exists.
        name: of the model.
        base: folder of the model whose trunk is used.

    Returns:
        The card, which is not written yet: `write_answers` does.

    Raises:
        BadModel: the trunk cannot be told from the rest of the base model's graph.
        ExportDiffers: the new graph does not answer like what it was made of.
    """
    old = read_card(base)
    graph = read_file(base, GRAPH, old)
    head = fit_head(album.features, album.targets, choice.strength).cooled(choice.temperature)
    learnt = replace_head(graph, head)
    session = OnnxSession(learnt)
    check_parity(OnnxSession(graph), session, head, golden.fitted(old))
    (folder / GRAPH).write_bytes(learnt)
    rows = _rows(album, plan)
    write_table(folder / MANIFEST, Row, rows)
    write_table(folder / BAD, Bad, album.bad)
    data = Data(fingerprint=fingerprint(album.classes, rows), splits=plan.sizes)
    card = _card(name, old, album, plan, choice, data, learnt)
    return msgspec.structs.replace(card, golden=golden.record(card, session))


def write_answers(folder: Path, card: ModelCard, album: Album, answers: Answers) -> Metrics:
    """Measure what was answered for photos not seen, write it as `pawsight evaluate` does, and seal the folder.

    The error budgets that these answers prove go into the card, for `pawsight sort --error-budget`.
    """
    targets = album.targets[answers.places]
    result = Evaluation(
        model=card.id,
        split="test",
        classes=album.classes,
        paths=[album.photos[place].path for place in answers.places],
        targets=targets,
        scores=answers.scores,
        verdicts=answers.verdicts,
        metrics=measure(targets, answers.scores, answers.verdicts, album.classes),
    )
    write_evaluation(result, folder)
    card = msgspec.structs.replace(card, budgets=fit_budgets(answers.scores, targets))
    seal(with_headlines(card, result.metrics), folder)
    return result.metrics


def _rows(album: Album, plan: Plan) -> list[Row]:
    oldest: dict[int, str] = {}
    for digest, group in zip(album.digests, album.groups.tolist(), strict=True):  # ascending by digest
        oldest.setdefault(group, digest)
    return [
        make_row(photo, Place(name, oldest[group]))
        for photo, name, group in zip(album.photos, plan.names, album.groups.tolist(), strict=True)
    ]


def _card(name: str, old: ModelCard, album: Album, plan: Plan, choice: Choice, data: Data, learnt: bytes) -> ModelCard:
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return ModelCard(
        name=name,
        version=f"{today:%Y.%m.%d}-{hashlib.sha256(learnt).hexdigest()[:6]}",
        date=today.isoformat(),
        classes=album.classes,
        input=old.input,
        thresholds=choice.thresholds,
        temperature=choice.temperature,
        precision=old.precision,
        recipe={
            "name": "learn",
            "base": old.id,
            "strength": choice.strength,
            "strengths": list(STRENGTHS),
            "folds": len(plan.outer),
            "seed": plan.seed,
        },
        data=data,
        libraries={library: metadata.version(library) for library in LIBRARIES},
        licence=old.licence,
        origin=f"a linear head on the trunk of {old.id}, which is {old.origin}",
        golden=golden.blank(album.classes, GOLDEN_TOLERANCE),
    )
