"""The models that a server classifies with: registry, published models, lazy loading, readiness.

Here: which models a request may choose, and when each is in memory. Not here: which one an operator made the default
(`active_model`), and the page about models (`web.pages.model`).
"""
