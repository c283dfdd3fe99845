"""Whether everybody says the same of a photo: command line, API, LiteRT, and the script for small computers.

    python benchmarks/same_answers.py PHOTOS
    python benchmarks/same_answers.py PHOTOS --litert pets.tflite --onnx pets.onnx    # as `pawsight export` wrote them

Each is asked about the same 50 photos, and its JSON is compared with that of `pawsight predict` on the model folder:
label and verdict must be the same, and each score as near as the card allows. Ends with 1 where they are not. The
browser is asked about 50 photos by `pytest tests/examples/test_browser.py`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from load import EDGE, PHOTOS, form, serving

from pawsight import zoo
from pawsight.batch.find import walk
from pawsight.model.card import read_card

SAID = ("label", "verdict", "scores", "model")
Answers = list[dict[str, Any]]


def main() -> None:
    """Ask all, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", help="of photos")
    parser.add_argument("--photos", type=int, default=50)
    parser.add_argument("--model", default="default", help="name or folder of a model")
    parser.add_argument("--litert", help="the same model as a .tflite file")
    parser.add_argument("--onnx", help="the same model as an .onnx file")
    given = parser.parse_args()
    photos = list(islice(walk([given.folder]), given.photos))
    expected = predict(photos, given.model)
    others: dict[str, Callable[[], Answers]] = {"API": lambda: ask(photos, given.model)}
    if given.onnx:
        others["predict, .onnx"] = lambda: predict(photos, given.onnx)
    if given.litert:
        others["predict, .tflite"] = lambda: predict(photos, given.litert)
        script = str(Path(__file__).parents[1] / "examples" / "raspberry.py")
        others["raspberry.py"] = lambda: lines([sys.executable, script, given.litert, *photos])
    tolerance = read_card(zoo.find(given.model)).golden.tolerance
    ok = [compare(name, expected, answers(), tolerance) for name, answers in others.items()]
    sys.exit(0 if all(ok) else 1)


def predict(photos: list[str], model: str) -> Answers:
    """The command line's answers."""
    return lines([sys.executable, "-m", "pawsight", "predict", *photos, "--model", model, "--format", "jsonl"])


def lines(command: list[str]) -> Answers:
    """What a program says, one JSON object a line."""
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)  # noqa: S603
    return [json.loads(line) for line in said.stdout.splitlines()]


def ask(photos: list[str], model: str) -> Answers:
    """The answers of a server, one photo a request."""
    kind = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}
    answers: Answers = []
    with serving(PAWSIGHT_MODEL=model) as port:
        for photo in photos:
            address = f"http://127.0.0.1:{port}{PHOTOS}"
            request = urllib.request.Request(address, form(Path(photo).read_bytes()), kind)
            with urllib.request.urlopen(request) as response:  # noqa: S310
                answers += json.load(response)["predictions"]
    return answers


def compare(name: str, expected: Answers, answers: Answers, tolerance: float) -> bool:
    """Print how many answers are the same, and how far scores are apart; whether that is good enough."""
    pairs = list(zip(expected, answers, strict=True))
    same = sum(all(one[key] == other[key] for key in ("label", "verdict", "model")) for one, other in pairs)
    whole = sum(all(one[key] == other[key] for key in SAID) for one, other in pairs)
    worst = max(abs(one["scores"][key] - other["scores"][key]) for one, other in pairs for key in one["scores"])
    print(f"{name:18}{same} of {len(pairs)} have the same label, verdict and model; ", end="")
    print(f"{whole} are the same to the last digit; scores differ by {worst:.6f} at most")
    return same == len(pairs) and worst <= tolerance


if __name__ == "__main__":
    main()
