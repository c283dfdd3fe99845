"""Files that last.

Here: replacing a file in one step, writing that survives a power cut, folders that appear when complete, locks between
processes, files that only their owner reads, and ZIPs written as a stream. Not here: what is stored.
"""
