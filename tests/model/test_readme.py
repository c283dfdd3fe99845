from __future__ import annotations

from pathlib import Path

import msgspec
import yaml

from pawsight import zoo
from pawsight.model.card import read_card
from pawsight.model.readme import README, render
from pawsight.model.seal import seal


def front_matter(text: str) -> dict[str, object]:
    _, block, _ = text.split("---\n", 2)
    found: dict[str, object] = yaml.safe_load(block)
    return found


def test_a_sealed_folder_has_one_and_its_hash(tiny_model: Path) -> None:
    card = read_card(tiny_model)
    assert (tiny_model / README).read_text(encoding="utf-8") == render(card)
    assert card.files[README].bytes == (tiny_model / README).stat().st_size


def test_the_hub_can_read_it(tiny_model: Path) -> None:
    fields = front_matter(render(msgspec.structs.replace(read_card(tiny_model), licence="Apache-2.0")))
    assert fields["license"] == "apache-2.0"
    assert fields["pipeline_tag"] == "image-classification"


def test_a_name_with_quotes_and_colons_stays_valid(tiny_model: Path) -> None:
    odd = msgspec.structs.replace(read_card(tiny_model), licence='own: "terms"')
    assert front_matter(render(odd))["license"] == 'own: "terms"'


def test_the_default_model_tells_its_figures() -> None:
    card = read_card(zoo.find("default"))
    text = render(card)
    accuracy = card.metrics["accuracy"]
    assert f"| Accuracy | {accuracy.value:.4f} ({accuracy.low:.4f} to {accuracy.high:.4f}) | {accuracy.n:,} |" in text
    assert "cat and dog" in text


def test_sealing_again_renews_it(tiny_model: Path, tmp_path: Path) -> None:
    card = msgspec.structs.replace(read_card(tiny_model), version="2")
    (tmp_path / "model.onnx").write_bytes((tiny_model / "model.onnx").read_bytes())
    seal(card, tmp_path)
    assert "version 2" in (tmp_path / README).read_text(encoding="utf-8")
