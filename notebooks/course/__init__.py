"""What the lessons share: figures, settings, made-up photos, and exercises that grade themselves.

Here: what would distract in a lesson. Not here: anything that a lesson teaches; that code stands in the lesson itself.
"""
