"""What exactly is wrong, in the visitor's language: with photos as in `pawsight.diagnoses`, with requests, and so on.

`tests/web/ui/test_diagnoses.py` fails where the library says something that is listed neither there nor here.
"""

from __future__ import annotations

from pawsight.diagnoses import LANGUAGES, PHOTO, Translator
from pawsight.errors import PawsightError
from pawsight.languages import SOURCE
from pawsight.web.ui.i18n import current, mark
from pawsight.web.ui.i18n import gettext as _

OWN = (
    # requests
    mark("There is no photo in the file field {field} of the form."),
    mark("Send a photo as multipart/form-data, or as the body with a Content-Type such as image/jpeg."),
    mark("The body of the request is encoded ({coding}), and such bodies are not opened here."),
    mark("Send it without Content-Encoding."),
    mark("A request may hold at most {most} photos, but {count} came."),
    mark("Send them in several requests."),
    mark("More than {most} came from this network address."),
    mark("{count} photos a minute"),
    mark("{count} reports a minute"),
    mark("{count} GB of photos a day"),
    mark("Try again in {seconds} seconds."),
    mark("Requests cannot be counted, and are refused for that."),
    mark("The operator finds more in the server's log."),
    mark("Expected as {header} 16 to 200 letters, digits or any of _.:-, but {count} other characters came."),
    mark("Make a new random one for each request, such as a UUID, and send it again only with the same photos."),
    mark('Expected JSON like {"correction": "cat"} or {"correction": null}, but something else came.'),
    mark("Send one of the model's classes, both, neither or null."),
    mark("Expected one of {classes}, but another class came."),
    mark("Choose one of them."),
    mark("Expected one of the classes {classes}, but another one was asked for."),
    mark("Choose one of them, or leave the class away for the most likely one."),
    mark("Expected one of the models {names}, but another one was asked for."),
    mark("GET /api/v1/models says what each is; without a name the first answers."),
    mark("The model {name} gave this answer and is not here any more; here now: {names}."),
    mark("Ask again with the photo, or have the operator offer that model again (the setting models)."),
    mark("There is no entry with this id. It was deleted, has expired, or never existed."),
    mark("Upload the photo again."),
    mark("Only the visitor who uploaded this photo can change it, and this request is not theirs."),
    mark("Use the browser that the photo was uploaded with."),
    mark("This request comes from a page of another site, which may change nothing here."),
    mark("Open this server's own page and try again."),
    mark("This server does not answer to the host name of this request."),
    mark("Its operator lists the names in the setting hosts."),
    # the server
    mark("Expected a process that opens photos, but it does not start ({reason})."),
    mark("it ended at once"),
    mark("Try again in a moment."),
    mark("The disk of the archive's index is full."),
    mark("Expected room in {place}, but its disk is full ({reason})."),
    mark("Free some space; nothing has to be restarted."),
    mark("The stored photo cannot be opened."),
    mark("Its file is damaged, or the limits are lower than at its upload."),
    mark("The archive's index cannot be opened for writing."),
    mark("Check its disk, and the rights of file and folder."),
    mark("The archive's index is damaged."),
    mark("Restore a backup, or move the file away and run `pawsight archive check --repair`."),
    mark("The archive's index does not answer ({reason})."),
    mark("it is read-only"),
    mark("another program holds its lock"),
    mark("Try again soon."),
    mark("Expected {place} to work, but it does not ({reason})."),
    mark("Check the disk and its rights."),
    # learning on the admin page
    mark("Expected at most {most} photos of one class."),
    mark("They are plenty."),
    mark("Expected at most {most} GB of photos in all."),
    mark("Add fewer or smaller photos."),
    mark("Expected the name of a class, of at most 100 bytes."),
    mark("Give a short name."),
    mark("Expected at most {most} classes."),
    mark("Expected at most {most} models here."),
    mark("Delete one first."),
    mark(
        "Expected a name of at most 40 letters (a to z), digits, dots and hyphens, that begins with a letter or digit."
    ),
    mark("It becomes the name of a folder."),
    mark("No photos of this id are here: never uploaded, or deleted."),
    mark("No photo of this name is here."),
    mark("No class of this name is here."),
    mark("The class name '{name}' cannot be used: {reason}."),
    mark("it cannot be the name of a folder on every system"),
    mark("it holds characters that cannot be seen, or bytes that are not UTF-8"),
    mark("spreadsheets take it for a formula, and programs for an option, because it begins with '{sign}'"),
    mark("Windows reserves it for a device"),
    mark("it is {verdict}"),
    mark("the verdict on a photo that shows several classes"),
    mark("the verdict on a photo that shows no class"),
    mark("the verdict on a photo that a person should look at"),
    mark("the folder of photos that a person should look at"),
    mark("it has more than {most} bytes"),
    mark("Rename the folder or the class."),
    mark("The class names '{one}' and '{other}' are one folder on Windows and macOS."),
    mark("Rename one of them, or put their photos together."),
)
TEXTS = (*PHOTO, *OWN)


def translate(message: str) -> str:
    """Return what the library said in the visitor's language; empty where it is not listed, all or in part."""
    return Translator(TEXTS, _translated, current()).translate(message)


def exactly(error: PawsightError) -> str:
    """Return what is wrong, in the visitor's language, or as the library says it."""
    return translate(str(error)) or str(error)


def for_scripts() -> dict[str, str]:
    """Return all texts with their translations, for what the API says to the page; nothing in English."""
    return {} if current().code == SOURCE else {text: _translated(text) for text in TEXTS}


def _translated(text: str) -> str:
    return LANGUAGES[current().code].words.gettext(text) if text in PHOTO else _(text)
