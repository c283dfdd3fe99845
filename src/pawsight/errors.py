"""Everything Pawsight refuses, as one family of exceptions.

The library raises these; the edges translate them once: the command line into one line and an exit code
(`pawsight.cli.main`), the web into a status and a JSON problem (`pawsight.web.problems`). Each class has a stable
`code`, which users may rely on, and each instance says what was expected, what came, and (in `hint`) what to do.
"""

from __future__ import annotations


class PawsightError(Exception):
    """Base of the family.

    Args:
        message: what was expected and what came, in one line.
        hint: what the user can do about it; may be empty.
    """

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class ImageError(PawsightError):
    """A photo that cannot be answered for; the other photos of a run are not affected."""

    code = "broken_image"


class EmptyFile(ImageError):
    """There are no bytes."""

    code = "empty_file"


class UnsupportedFormat(ImageError):
    """The first bytes are of no allowed format."""

    code = "unsupported_format"


class BrokenImage(ImageError):
    """An allowed format that does not decode, or is cut off."""

    code = "broken_image"


class ImageTooLarge(ImageError):
    """More pixels than the limit, told from the header."""

    code = "image_too_large"


class ImageTooComplex(ImageError):
    """Few bytes and pixels, but too costly to decode."""

    code = "image_too_complex"


def too_costly() -> ImageTooComplex:
    """What is said of a photo of which only decoding showed that it is too much."""
    return ImageTooComplex(
        "Expected a photo that opens within the time and memory allowed, but this one needs more.",
        "Save it again as an ordinary JPEG.",
    )


class PayloadTooLarge(ImageError):
    """More bytes than the limit."""

    code = "payload_too_large"


class UnreadableFile(ImageError):
    """The file system does not hand the file over: missing, no permission, not a file."""

    code = "unreadable_file"


class DecodersUnavailable(PawsightError):
    """No process can be started that opens photos; trying again may help."""

    code = "decoders_unavailable"


class NoPhotos(PawsightError):
    """A run was asked for, but there is nothing to run on."""

    code = "no_photos"


class ModelNotFound(PawsightError):
    """No shipped model has this name, and no folder this path."""

    code = "model_not_found"


class BadModel(PawsightError):
    """A model folder that must not be trusted: hash, card, graph or golden answers do not fit."""

    code = "bad_model"


class BadData(PawsightError):
    """A data set that cannot be prepared, read or trained on."""

    code = "bad_data"


class DownloadFailed(PawsightError):
    """A download that did not arrive whole; what arrived is kept and resumed."""

    code = "download_failed"


class BadSettings(PawsightError):
    """A setting with an unknown name or an impossible value."""

    code = "bad_settings"


class BadSort(PawsightError):
    """A sort that cannot be planned, begun, gone on with or taken back."""

    code = "bad_sort"


class MissingExtra(PawsightError):
    """A command needs a library that the small install does not hold."""

    code = "missing_extra"


class PortInUse(PawsightError):
    """Another program listens where the server should."""

    code = "port_in_use"


class TrainingStopped(PawsightError):
    """Training cannot go on: a loss that is not finite, or a checkpoint of another run."""

    code = "training_stopped"


class ExportDiffers(PawsightError):
    """An exported graph does not answer like its source."""

    code = "export_differs"


class StorageFull(PawsightError):
    """The disk, or what is left of it for the archive, is full; nothing half-written stays."""

    code = "storage_full"


class ArchiveUnavailable(PawsightError):
    """The archive's disk or database does not answer now; trying again may help."""

    code = "archive_unavailable"


class BadArchive(PawsightError):
    """An archive that must not be used: damaged, or written by a newer Pawsight."""

    code = "bad_archive"


class EntryNotFound(PawsightError):
    """The archive holds nothing of this id: never given, forgotten, or past its time."""

    code = "prediction_not_found"


class UnknownLabel(PawsightError):
    """A correction to something that the model does not know."""

    code = "unknown_class"


class BreaksCorrections(PawsightError):
    """A new model is wrong about photos that people corrected, where the model before is right."""

    code = "breaks_corrections"
