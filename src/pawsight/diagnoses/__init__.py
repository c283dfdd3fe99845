"""What exactly is wrong with a photo, in another language: the library says it in English, with its figures filled in.

`PHOTO` lists what it says of any photo, `LOCAL` what it says of files on one's own disk, `UNLIKE` in what a folder
differs from the photos that a promise was measured on, with a hole for each thing that varies. A text is recognized by
them, and put together again in the other language. `pawsight.web.ui.diagnoses` adds what visitors and admins of the
page may see.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pawsight.languages import Language, languages

LANGUAGES = languages(Path(__file__).parent / "translations")


def mark(text: str) -> str:
    """Leave a text as it is, and let `tools/translate.py` find it."""
    return text


PHOTO = (
    # photos
    mark("The file has {size} MB; at most {most} MB are allowed."),
    mark("The picture has {size}; at most {most} megapixels are allowed."),
    mark("The picture has {width} x {height} pixels; sides of at most {most} are allowed."),
    mark("{width} x {height} pixels ({count} megapixels)"),
    mark("{count} megapixels"),
    mark("many more pixels"),
    mark("Make the photo smaller."),
    mark("Crop or shrink it."),
    mark("The {kind} has more than {most} parts."),
    mark("The JPEG has {count} scans; at most {most} are allowed for its size."),
    mark("The photo needs more time or memory to open than is allowed."),
    mark("Save it again as an ordinary JPEG."),
    mark("The file is empty (0 bytes)."),
    mark("Copy or upload it again."),
    mark("Check the address."),
    mark("The {kind} file is damaged or cut off ({reason})."),
    mark("its header does not read"),
    mark("its parts do not fit together"),
    mark("broken data stream when reading image file"),
    mark("image file is truncated"),
    mark("image file is truncated ({count} bytes not processed)"),
    mark("The photo made the decoder crash."),
    mark("Copy or export the photo again."),
    mark("Copy or export it again."),
    mark("The file is {what}, which is not opened here."),
    mark("Save it as JPEG or PNG and try again; renaming a file does not change its format."),
    mark("Save it as JPEG and send that; on your own disk, the command line opens it."),
    mark("Send a single picture of it."),
    mark("Photos are {formats}."),
    mark("The camera RAW file holds no JPEG preview."),
    mark("Develop it to JPEG first."),
    mark("The file is a JPEG XL picture."),
    # what a file is
    mark("JPEG, PNG, WebP, GIF, AVIF, BMP and HEIC"),
    mark("text"),
    mark("a file of an unknown kind"),
    mark("an Olympus RAW file"),
    mark("a Panasonic RAW file"),
    mark("a Fujifilm RAW file"),
    mark("a Canon RAW file"),
    mark("a Sigma RAW file"),
    mark("a TIFF picture or camera RAW"),
    mark("a JPEG XL picture"),
    mark("a JPEG 2000 picture"),
    mark("a Photoshop picture"),
    mark("a GIMP picture"),
    mark("a Windows icon"),
    mark("an SVG drawing"),
    mark("a PostScript file"),
    mark("a video ({kind})"),
    mark("a PDF document"),
    mark("a ZIP archive"),
    mark("a RAR archive"),
    mark("a 7-Zip archive"),
    mark("a gzip archive"),
    mark("an Office document or Windows thumbnail file"),
    mark("an Apple property list"),
    mark("a database"),
    mark("an audio file"),
    mark("what macOS keeps about a file, not the file itself"),
    mark("an XML file"),
    mark("a web page"),
)
LOCAL = (
    mark("{path} cannot be read ({reason})."),
    mark("It cannot be read ({reason}), so it stays."),
    mark("Check the path and its permissions."),
    mark("No such file or directory"),
    mark("Permission denied"),
    mark("Input/output error"),
    mark("Too many levels of symbolic links"),
    mark("not a plain file"),
    mark("It is a link, and links stay."),
    mark("Raise the setting {setting} (variable {variable}), or make the photo smaller."),
    mark("{formats}, on your own disk also TIFF, JPEG XL (extra jxl) and camera RAW"),
    mark("Install the extra video for videos on your own disk."),
    mark("The file is a video."),
    mark("The video file holds no pictures."),
    mark("The video holds no frame that opens."),
    mark("The video does not open ({reason})."),
    mark("In the folder of Pawsight's source, type: {command}"),
    mark("Type: {command}"),
    mark("This photo met a fault in Pawsight ({fault})."),
    mark("Please report it with the photo, if you may share it."),
)
UNLIKE = (
    mark("what they show: {share} are less familiar than the median of those measured"),
    mark("brightness: {here} of 255 (median), measured on {there}"),
    mark("color: {here} of 255 (median), measured on {there}"),
    mark("size, the shorter side: {here} pixels (median), measured on {there}"),
    mark("verdicts: {share} are {verdict}, of those measured {expected}"),
)
_HOLE = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"[\d,]+(?:\.\d+)?%?")


@dataclass(frozen=True)
class Translator:
    """Translates messages of the library into one language.

    Attributes:
        texts: that are recognized.
        gettext: returns one of them in the language.
        language: how it writes numbers.
    """

    texts: tuple[str, ...]
    gettext: Callable[[str], str]
    language: Language

    def translate(self, message: str) -> str:
        """Return a message in the language; empty where it is not among the texts, all or in part."""
        for text, pattern in _patterns(self.texts):
            if found := pattern.fullmatch(message):
                values = found.groupdict()
                rest = values.pop("_rest", None)
                more = self.translate(rest) if rest else ""
                if bool(rest) == bool(more):
                    return f"{self._filled(self.gettext(text), values)} {more}".rstrip()
        return ""

    def _filled(self, text: str, values: dict[str, str]) -> str:
        return _HOLE.sub(lambda hole: self._value(values[hole[1]]), text)

    def _value(self, message: str) -> str:
        """Return what stands in a hole: a number, a text that is listed, too, or a name."""
        if _NUMBER.fullmatch(message):
            written = {",": self.language.group, ".": self.language.decimal, "%": "\N{NO-BREAK SPACE}%"}
            return message.translate({ord(sign): local for sign, local in written.items()})
        return self.translate(message) or message


def of_local_file(reason: str, code: str) -> str:
    """Return why a file on one's own disk cannot be used in a language, or as the library says it.

    Args:
        reason: as the library says it.
        code: of the language.
    """
    return _translated(reason, (*PHOTO, *LOCAL), code)


def of_folder(difference: str, code: str) -> str:
    """Return in what a folder is unlike the photos measured, in a language.

    Args:
        difference: as `pawsight.batch.budget.Promise` has it.
        code: of the language.
    """
    return _translated(difference, UNLIKE, code)


def _translated(message: str, texts: tuple[str, ...], code: str) -> str:
    language = LANGUAGES[code]
    return Translator(texts, language.words.gettext, language).translate(message) or message


@cache
def _patterns(texts: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """Every text, and what recognizes it; a sentence maybe with another one behind it."""
    return [(text, re.compile(_recognizing(text), re.DOTALL)) for text in texts]


def _recognizing(text: str) -> str:
    parts = _HOLE.split(text)
    found = "".join(f"(?P<{part}>.*?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return found + ("(?: (?P<_rest>.+))?" if text.endswith(".") else "")
