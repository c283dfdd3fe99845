"""Files made to do harm, over HTTP: the exact refusal, or an answer with nothing in it of what the file hides."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import ExifTags, Image

MOST_MEMORY = 1_000_000  # kB, of the server and its decoders together
LINUX = pytest.mark.skipif(not os.path.isdir("/proc"), reason="needs /proc")


def most_memory() -> int:
    """The most memory, in kB, that the servers we started and their decoders ever had, all together."""
    parents, peaks = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            lines = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        except (OSError, ValueError):
            continue
        parents[int(folder.name)] = int(lines["PPid"])
        peaks[int(folder.name)] = int(lines.get("VmHWM", "0 kB").split()[0])
    servers = {pid for pid, parent in parents.items() if parent == os.getpid()}
    return sum(peaks[pid] for pid, parent in parents.items() if pid in servers or parent in servers)


@pytest.mark.long
def test_each_file_of_the_set(shared: Path, asker: Any) -> None:
    lines = (shared / "hostile" / "expected.csv").read_text().splitlines()
    wrong, rows = [], list(csv.DictReader(lines))
    for row in rows:
        status, code = asker.ask((shared / "hostile" / row["file"]).read_bytes())
        if str(status).replace("201", "200") not in row["status"].split("|") or row["code"] not in ("", code):
            wrong.append(f"{row['file']}: expected {row['status']} {row['code']}, received {status} {code}")
    assert len(rows) == 131
    assert not wrong, "\n".join(wrong)
    assert most_memory() < MOST_MEMORY


def png_of_16_bits(side: int) -> bytes:
    """Red, green, blue and alpha of 16 bits each: eight bytes a pixel, and next to nothing when packed."""
    packer, row = zlib.compressobj(1), bytes(1 + 8 * side)
    packed = b"".join([*(packer.compress(row) for _ in range(side)), packer.flush()])

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", side, side, 16, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def gif_of(frames: int) -> bytes:
    images = [Image.new("P", (60, 40), number % 250) for number in range(50)]
    buffer = io.BytesIO()
    images[0].save(buffer, "GIF", save_all=True, append_images=images[1:], duration=20)
    data = buffer.getvalue()
    first = data.index(b"\x21\xf9")  # the frames begin behind the header
    return data[:first] + data[first:-1] * (frames // 50) + b";"


def declared(data: bytes, before: bytes, offset: int, size: bytes) -> bytes:
    at = data.index(before) + offset
    return data[:at] + size + data[at + len(size) :]


MADE: dict[str, tuple[Callable[[Any, Any], bytes], int, str]] = {
    "2,000 scans": (lambda picture, bomb: bomb(2000, 1500, 2000), 422, "image_too_complex"),
    "as many scans as a large picture may not have": (
        lambda picture, bomb: bomb(4000, 4000, 99),
        422,
        "image_too_complex",
    ),
    "49 megapixels of 16 bits": (lambda picture, bomb: png_of_16_bits(7000), 201, ""),
    "a GIF that says it is huge": (
        lambda picture, bomb: declared(picture(format="GIF"), b"GIF8", 6, b"\x40\x1f\x40\x1f"),
        422,
        "image_too_large",
    ),
    "5,000 frames": (lambda picture, bomb: gif_of(5000), 201, ""),
    "a WebP that says it is huge": (
        lambda picture, bomb: declared(picture(format="WEBP"), b"\x9d\x01\x2a", 3, b"\xff\x3f\xff\x3f"),
        422,
        "image_too_large",
    ),
    "an AVIF that says it is huge": (
        lambda picture, bomb: declared(picture(format="AVIF"), b"ispe", 8, b"\0\0\xff\xff\0\0\xff\xff"),
        422,
        "broken_image",
    ),
    "a GIF that is a web page too": (
        lambda picture, bomb: picture(format="GIF") + b"<html><script>alert(1)</script>",
        201,
        "",
    ),
    "a web page that says it is a GIF": (lambda picture, bomb: b"GIF89a/*<script>*/=1;alert(1)", 422, "broken_image"),
    "a JPEG that is a ZIP too": (lambda picture, bomb: picture() + b"PK\3\4" + bytes(100), 201, ""),
}


@pytest.mark.long
@pytest.mark.parametrize("case", MADE)
def test_what_is_made_here(asker: Any, picture: Any, scan_bomb: Any, case: str) -> None:
    make, status, code = MADE[case]
    data = make(picture, scan_bomb)
    assert len(data) < 10_000_000
    assert asker.ask(data) == (status, code)


@LINUX
def test_all_of_that_took_little_memory(asker: Any, picture: Any) -> None:
    assert asker.ask(picture())[0] == 201
    assert most_memory() < MOST_MEMORY


MARKER = "<script>spy-marker</script>"


def marked(format: str) -> bytes:
    """A photo that says where it was taken and by whom, in every place that its format has for it."""
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = exif[ExifTags.Base.Artist] = exif[ExifTags.Base.Copyright] = MARKER
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = MARKER
    buffer = io.BytesIO()
    image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8))
    more = {"comment": MARKER.encode()} if format in ("JPEG", "GIF") else {}
    if format == "PNG":
        from PIL.PngImagePlugin import PngInfo

        more["pnginfo"] = PngInfo()  # type: ignore[assignment]
        more["pnginfo"].add_text("Comment", MARKER)  # type: ignore[attr-defined]
    image.save(buffer, format, exif=exif, **more)
    return buffer.getvalue() + (MARKER.encode() if format in ("JPEG", "PNG") else b"")


@pytest.mark.long
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
def test_what_a_photo_tells_of_its_owner_comes_out_nowhere(
    client: FlaskClient, send: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture, format: str
) -> None:
    data = marked(format)
    caplog.set_level(logging.DEBUG)
    assert b"spy-marker" in data
    entry = send(data, name=f"{MARKER}.jpg").json["predictions"][0]
    page = f"/predictions/{entry['id']}"
    outputs = [client.get(address).data for address in (f"/api/v1{page}", entry["photo"], entry["heatmap"], page)]
    outputs += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(outputs) > 5
    for output in [*outputs, caplog.text.encode(), json.dumps(entry).encode()]:
        assert b"spy-marker" not in output
        assert data not in output
    assert b"<script>spy" not in send(data, b"x", to="/predict", name=f"{MARKER}.jpg").data


def encodings() -> dict[str, dict[str, Any]]:
    """One photo, stored in 25 ways."""
    jpeg: dict[str, Any] = {"format": "JPEG", "quality": 92}
    turns = {f"turned {turn}": jpeg | {"orientation": turn} for turn in range(2, 9)}
    return turns | {
        "baseline": jpeg,
        "quality 60": jpeg | {"quality": 60},
        "4:4:4": jpeg | {"subsampling": 0},
        "4:2:0": jpeg | {"subsampling": 2},
        "progressive": jpeg | {"progressive": True},
        "optimised": jpeg | {"optimize": True},
        "restart markers": jpeg | {"restart_marker_rows": 1},
        "CMYK": jpeg | {"mode": "CMYK"},
        "PNG": {"format": "PNG"},
        "PNG with alpha": {"format": "PNG", "mode": "RGBA"},
        "PNG palette": {"format": "PNG", "mode": "P"},
        "PNG turned": {"format": "PNG", "orientation": 6},
        "WebP": {"format": "WEBP", "quality": 90},
        "WebP lossless": {"format": "WEBP", "lossless": True},
        "WebP with alpha": {"format": "WEBP", "mode": "RGBA"},
        "GIF": {"format": "GIF"},
        "AVIF": {"format": "AVIF", "quality": 90},
        "BMP": {"format": "BMP"},
    }


UPRIGHT = {2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}  # the turn that undoes a turn
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@pytest.mark.long
def test_a_photo_is_the_same_however_it_was_stored(shared: Path, send: Any, picture: Any, client: FlaskClient) -> None:
    with Image.open(shared / "hostile" / "image-rs__images__jpg__progressive__cat.jpg") as photo:
        photo = photo.convert("RGB")  # type: ignore[assignment]
    answers = {}
    for name, options in encodings().items():
        turn = options.get("orientation")
        stored = photo.transpose(TURNS[UPRIGHT[turn]]) if turn else photo
        data = picture(pixels=np.asarray(stored), **options)
        entry = send(data).json["predictions"][0]
        answers[name] = entry["verdict"]
        assert client.get(entry["photo"]).data != data
    assert len(answers) == 25
    assert set(answers.values()) == {"cat"}, answers
