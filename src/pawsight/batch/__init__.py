"""Many photos: find them, and answer for each."""
