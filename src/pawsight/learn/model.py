"""The learned model's folder: graph, card, and the list of photos it was made of."""

from __future__ import annotations

import datetime
import hashlib
from importlib import metadata
from pathlib import Path

import msgspec

from pawsight.data.manifest import BAD, MANIFEST, Row, fingerprint
from pawsight.data.prepare import make_row
from pawsight.data.split import SplitAssignment
from pawsight.data.tables import write_table
from pawsight.evaluate.run import Evaluation
from pawsight.evaluate.write import with_headlines, write_evaluation
from pawsight.learn.cross_validation import FoldPlan
from pawsight.learn.graph import check_parity, replace_head
from pawsight.learn.head import fit_head
from pawsight.learn.model_selection import STRENGTHS, HeadSettings, HeldOutPredictions
from pawsight.learn.photos import LabeledPhotos
from pawsight.metrics import measure
from pawsight.model.card import GRAPH, ModelCard, TrainingData, read_card, read_file
from pawsight.model.metrics import Metrics
from pawsight.model.seal import seal
from pawsight.runtime import golden
from pawsight.runtime.onnx import OnnxSession
from pawsight.train.calibrate import fit_budgets
from pawsight.types import RejectedFile

# As for trained models: int8 arithmetic rounds differently from processor to processor.
GOLDEN_TOLERANCE = 0.05
LIBRARIES = ("numpy", "onnx", "onnxruntime", "pillow", "scikit-learn")


def write_model(
    folder: Path, name: str, base: Path, labeled: LabeledPhotos, plan: FoldPlan, choice: HeadSettings
) -> ModelCard:
    """Fit the head on all photos, put it on the base model's trunk, prove that, and write it with its photos' names.

    Args:
        folder: exists.
        name: of the model.
        base: folder of the model whose trunk is used.

    Returns:
        The card, which is not written yet: `write_predictions` does.

    Raises:
        BadModel: the trunk cannot be separated from the rest of the base model's graph.
        ExportDiffers: the new graph does not answer like what it was made of.
    """
    old = read_card(base)
    graph = read_file(base, GRAPH, old)
    head = choice.apply(
        fit_head(
            labeled.features,
            labeled.targets,
            choice.strength,
            exclusive=labeled.exclusive,
            outliers=labeled.outliers.features,
        )
    )
    learned = replace_head(graph, head)
    session = OnnxSession(learned)
    check_parity(OnnxSession(graph), session, head, golden.fitted(old))
    (folder / GRAPH).write_bytes(learned)
    rows = _rows(labeled, plan)
    write_table(folder / MANIFEST, Row, rows)
    write_table(folder / BAD, RejectedFile, labeled.bad)
    data = TrainingData(fingerprint=fingerprint(labeled.classes, rows), splits=plan.sizes)
    card = _card(name, old, labeled, plan, choice, data, learned)
    return msgspec.structs.replace(card, golden=golden.record(card, session))


def write_predictions(folder: Path, card: ModelCard, labeled: LabeledPhotos, answers: HeldOutPredictions) -> Metrics:
    """Measure what was answered for photos not seen, write it as `pawsight evaluate` does, and seal the folder.

    The error budgets that these answers prove go into the card, for `pawsight sort --error-budget`.
    """
    targets = labeled.targets[answers.places]
    result = Evaluation(
        model=card.id,
        split="test",
        classes=labeled.classes,
        paths=[labeled.photos[place].path for place in answers.places],
        targets=targets,
        scores=answers.scores,
        verdicts=answers.verdicts,
        metrics=measure(targets, answers.scores, answers.verdicts, labeled.classes, "test"),
    )
    write_evaluation(result, folder)
    present = min(0.99, card.thresholds.present)
    budgets = fit_budgets(
        answers.scores, targets, exclusive=labeled.exclusive, least=present, refuse=card.thresholds.absent
    )
    card = msgspec.structs.replace(card, budgets=budgets)
    seal(with_headlines(card, result.metrics), folder)
    return result.metrics


def _rows(labeled: LabeledPhotos, plan: FoldPlan) -> list[Row]:
    oldest: dict[int, str] = {}
    for digest, group in zip(labeled.digests, labeled.groups.tolist(), strict=True):  # ascending by digest
        oldest.setdefault(group, digest)
    return [
        make_row(photo, SplitAssignment(name, oldest[group]))
        for photo, name, group in zip(labeled.photos, plan.names, labeled.groups.tolist(), strict=True)
    ]


def _card(
    name: str,
    old: ModelCard,
    labeled: LabeledPhotos,
    plan: FoldPlan,
    choice: HeadSettings,
    data: TrainingData,
    learned: bytes,
) -> ModelCard:
    today = datetime.datetime.now(datetime.UTC).date()
    return ModelCard(
        name=name,
        version=f"{today:%Y.%m.%d}-{hashlib.sha256(learned).hexdigest()[:6]}",
        date=today.isoformat(),
        classes=labeled.classes,
        input=old.input,
        thresholds=choice.thresholds,
        temperature=1 / float(choice.scaling.slope.mean()),
        precision=old.precision,
        recipe={
            "name": "learn",
            "base": old.id,
            "classes": "exclusive" if labeled.exclusive else "together",
            "outliers": sorted(set(labeled.outliers.kinds.tolist())),
            "strength": choice.strength,
            "strengths": list(STRENGTHS),
            "folds": len(plan.outer),
            "seed": plan.seed,
        },
        data=data,
        libraries={library: metadata.version(library) for library in LIBRARIES},
        licence=old.licence,
        origin=f"a linear head on the trunk of {old.id}, which is {old.origin}",
        golden=golden.blank(labeled.classes, GOLDEN_TOLERANCE),
    )
