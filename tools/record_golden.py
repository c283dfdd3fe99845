"""Record the golden pictures of model folders again, after the format of what a card says of them has changed.

    python tools/record_golden.py src/pawsight/zoo/*/

What a card says must still hold: a model that is not what its card describes is refused.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from pawsight.model.card import read_card, read_file
from pawsight.model.seal import seal
from pawsight.runtime import golden, open_session


def record(folder: Path) -> None:
    """Write what the model predicts for its golden pictures into its card."""
    card = read_card(folder)
    session = open_session(read_file(folder, card.graph, card))
    golden.replay(card, session)
    seal(msgspec.structs.replace(card, golden=golden.record(card, session)), folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    for folder in parser.parse_args().folders:
        record(folder)


if __name__ == "__main__":
    main()
