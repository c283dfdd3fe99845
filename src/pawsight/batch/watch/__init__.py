"""Sort photos as they arrive, and tell other programs what was seen."""
