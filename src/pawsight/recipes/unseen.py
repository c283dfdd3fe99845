"""Kinds of neither that no shipped network is fine-tuned on, some of each group.

What a model says of these kinds is what it will say of kinds that nobody thought of. Only the gate, which is fitted in
seconds and can be fitted again without a kind, learns from them.
"""

from __future__ import annotations

UNSEEN = (
    "creatures/butterfly",
    "creatures/dolphin",
    "creatures/giraffe",
    "creatures/horse",
    "creatures/kangaroo",
    "creatures/leopard",
    "creatures/sheep",
    "creatures/snake",
    "creatures/turkey",
    "creatures/turtle",
    "drawn/elephant",
    "drawn/house",
    "near/wolf",
    "other/church",
    "other/gas-pump",
)
