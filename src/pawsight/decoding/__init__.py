"""Photos of strangers, opened in processes that may die.

A file can hold a decoder for minutes, eat the memory, or crash it. So whatever comes over the network is opened by
`worker`, in a process of its own with limits on time, memory, files and network; `pool` keeps some of them ready and
replaces those that end. What opens a photo there is the same `images.decode` and `images.fit` as everywhere.
"""

from pawsight.decoding.pool import Decoders
from pawsight.decoding.wire import Opened

__all__ = ["Decoders", "Opened"]
