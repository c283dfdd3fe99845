"""Every error that Pawsight raises on purpose, as one family of exceptions.

The library raises them. The command line turns each into one line and an exit code (`pawsight.cli.main`), the web into
a status and a JSON problem (`pawsight.web.api.problems`). Each class has a stable `code`, which programs may rely on,
and a general `remedy`; each instance says what is wrong, what was expected, and (in `hint`) what to do. The docs' page
"Troubleshooting" is made from the docstrings and remedies here.
"""

from __future__ import annotations


class PawsightError(Exception):
    """Base of the family.

    Args:
        message: what is wrong and what was expected, in one line.
        hint: what the user can do about it; may be empty.

    Attributes:
        code: stable name of the kind of error, for programs.
        remedy: what usually helps, for the docs.
    """

    code = "error"
    remedy = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class ImageError(PawsightError):
    """A photo that cannot be classified; the other photos of a run are not affected."""

    code = "broken_image"


class EmptyFile(ImageError):
    """The file holds no bytes."""

    code = "empty_file"
    remedy = "Copy the file again from where it came from."


class UnsupportedFormat(ImageError):
    """The first bytes belong to no format that is supported; the name of the file does not matter."""

    code = "unsupported_format"
    remedy = "Save the photo as JPEG or PNG."


class BrokenImage(ImageError):
    """The format is supported, but the file is damaged or cut off."""

    code = "broken_image"
    remedy = "Copy or export the photo again."


class ImageTooLarge(ImageError):
    """The photo has more pixels than allowed, according to its header."""

    code = "image_too_large"
    remedy = "Send a smaller copy, or raise the setting `max_pixels`; for photos on your own disk, `max_local_pixels`."


class ImageTooComplex(ImageError):
    """The file is small, but decoding it would take too much time or memory."""

    code = "image_too_complex"
    remedy = "Save the photo again as an ordinary JPEG."


def too_costly() -> ImageTooComplex:
    """Return the refusal of a photo of which only decoding showed that it costs too much."""
    return ImageTooComplex(
        "The photo needs more time or memory to open than is allowed.",
        "Save it again as an ordinary JPEG.",
    )


class PayloadTooLarge(ImageError):
    """The file has more bytes than allowed."""

    code = "payload_too_large"
    remedy = "Send a smaller copy, or raise the setting `max_bytes`; for photos on your own disk, `max_local_bytes`."


class UnreadableFile(ImageError):
    """The file cannot be read: it is missing, it is not a regular file, or permission is denied."""

    code = "unreadable_file"
    remedy = "Check the path, and that this user may read the file."


# Code -> class, to make an error again that another process found.
IMAGE_ERRORS: dict[str, type[ImageError]] = {
    kind.code: kind
    for kind in (
        EmptyFile,
        UnsupportedFormat,
        BrokenImage,
        ImageTooLarge,
        ImageTooComplex,
        PayloadTooLarge,
        UnreadableFile,
    )
}


class DecodersUnavailable(PawsightError):
    """No process that decodes photos can be started, usually because memory or processes have run out."""

    code = "decoders_unavailable"
    remedy = "Try again. If it stays, look at the log, and at the limits of this machine or container."


class BadPhotoInput(PawsightError):
    """An object that Python code passed as a photo, but that is none: an unknown type, an array of an odd shape."""

    code = "bad_photo_input"
    remedy = "Pass a path, bytes, a Pillow image, or an array of shape (height, width, 3) and type uint8."


class NoPhotos(PawsightError):
    """There is nothing to work on: the folder or the input holds no photos."""

    code = "no_photos"
    remedy = "Check the path. Photos are found by their content, not by their names."


class ModelNotFound(PawsightError):
    """No shipped model has this name, and no folder has this path."""

    code = "model_not_found"
    remedy = "Run `pawsight models` for the names, or pass the path of a model folder."


class BadModel(PawsightError):
    """The model folder cannot be trusted: a hash, the card, the graph, or the golden scores do not match."""

    code = "bad_model"
    remedy = "Copy or export the model again; the message names the check that failed."


class BadData(PawsightError):
    """The data set cannot be prepared, read, or trained on."""

    code = "bad_data"
    remedy = "The message names the file or class. Run `pawsight data prepare` again after correcting it."


class DownloadFailed(PawsightError):
    """The download did not arrive completely; what arrived is kept."""

    code = "download_failed"
    remedy = "Run the same command again: it resumes. Or download the file in a browser."


class BadSettings(PawsightError):
    """A setting or an option has an unknown name or an impossible value."""

    code = "bad_settings"
    remedy = "Compare it with [the settings](settings.md). `pawsight doctor` shows which are set, and where."


class BadSort(PawsightError):
    """A sort cannot be planned, started, resumed, or undone."""

    code = "bad_sort"
    remedy = "The message says why. Nothing was moved unless it says so; `pawsight undo DIR` restores what was."


class MissingExtra(PawsightError):
    """The command needs a library that the small installation does not have."""

    code = "missing_extra"
    remedy = (
        "Type what the message says; in the folder of the source, with the environment active, that is "
        '`pip install --constraint constraints.txt ".[train]"`.'
    )


class PortInUse(PawsightError):
    """Another program listens on this port."""

    code = "port_in_use"
    remedy = "Stop it, or choose another port with `--port`."


class ClusterTaskFailed(PawsightError):
    """A machine of the Ray cluster could not do its part of the work, also when the part was repeated."""

    code = "cluster_task_failed"
    remedy = (
        "Check that every machine has this version of Pawsight with the extra `ray`, and memory enough. Then give the "
        "same command again: with `--output`, partitions that are complete stay."
    )


class TrainingStopped(PawsightError):
    """Training cannot continue: the loss is not finite, or the checkpoint belongs to another run."""

    code = "training_stopped"
    remedy = "Lower the learning rate, or train into a new folder with `--out`."


class ExportDiffers(PawsightError):
    """An exported graph does not give the same scores as its source."""

    code = "export_differs"
    remedy = "Try another `--precision`; report it with the model's card if float32 differs."


class StorageFull(PawsightError):
    """The disk, or the quota of the archive, is full; nothing half-written is left."""

    code = "storage_full"
    remedy = "Free some space, or raise `archive_max_bytes`. Nothing has to be restarted."


class ArchiveUnavailable(PawsightError):
    """The archive's disk or database does not respond; trying again may help."""

    code = "archive_unavailable"
    remedy = "Check that the disk is mounted, that this user may write to it, and that the database is running."


class BadArchive(PawsightError):
    """The archive cannot be used: it is damaged, or a newer Pawsight wrote it."""

    code = "bad_archive"
    remedy = "Run `pawsight archive check`, with `--repair` to repair it; or update Pawsight."


class EntryNotFound(PawsightError):
    """The archive has no prediction of this id: it never had one, it was deleted, or it has expired."""

    code = "prediction_not_found"
    remedy = "Send the photo again."


class UnknownLabel(PawsightError):
    """A correction names a class that the model does not know."""

    code = "unknown_class"
    remedy = "Use one of the classes that `GET /api/v1/model` lists, or `neither`."


class BreaksCorrections(PawsightError):
    """A new model is wrong about photos that people corrected and the current model gets right."""

    code = "breaks_corrections"
    remedy = "Run `pawsight archive replay MODEL` to see which. Train again with these photos, or pass `--force`."
