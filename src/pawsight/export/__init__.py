"""Models in the formats of other runtimes, each compared with its source before it is kept.

Here: what can be exported to what, writing, and comparing. Not here: conversions that need Keras (`train`).
"""

from pawsight.export.forms import FORMS, PRECISIONS, TARGETS, ExportFormat, choose
from pawsight.export.run import PHOTOS, Exporter, ExportResult

__all__ = ["FORMS", "PHOTOS", "PRECISIONS", "TARGETS", "ExportFormat", "ExportResult", "Exporter", "choose"]
