"""Training: the only folder that imports Keras and TensorFlow.

Here: networks, phases of training, distillation, calibration, int8, and export to ONNX. Not here: recipes (`recipes`),
measuring on test photos (`evaluate`), and training without Keras (`learn`).
"""

import os
import warnings

# TensorFlow's remarks about this machine's processor are not for our users; errors still show.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
warnings.filterwarnings("ignore", ".*np.object", FutureWarning)  # Keras asks NumPy for a name that is to come
