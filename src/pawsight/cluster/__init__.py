"""Work on a Ray cluster: connect to it, share a model with its machines, and map a function over many items.

Here: all that knows Ray. Not here: what is computed (`batch`, `evaluate`, `data.check`). Every machine of the cluster
needs this version of Pawsight with the extra `ray`.
"""
