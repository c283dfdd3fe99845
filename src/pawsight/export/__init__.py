"""A model in the formats of other runtimes, each proved to answer like its source before it is kept."""

from pawsight.export.forms import FORMS, PRECISIONS, TARGETS, Form, choose
from pawsight.export.run import PHOTOS, Exported, Exporter

__all__ = ["FORMS", "PHOTOS", "PRECISIONS", "TARGETS", "Exported", "Exporter", "Form", "choose"]
