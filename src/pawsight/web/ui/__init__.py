"""What pages are made of: phrases, charts, languages, and a model's figures in words.

Here: text and drawing for templates. Not here: routes.
"""
