"""Training: the only folder that imports Keras."""

import os

# TensorFlow's remarks about this machine's processor are not for our users; errors still show.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
