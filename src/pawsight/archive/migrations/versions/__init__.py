"""The steps, each applied once and in order. A step that was released never changes."""
