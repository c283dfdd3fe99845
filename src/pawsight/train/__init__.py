"""Training: the only folder that imports Keras and TensorFlow.

Here: networks, phases of training, distillation, calibration, int8, and export to ONNX. Not here: recipes (`recipes`),
measuring on test photos (`evaluate`), and training without Keras (`learn`).
"""

import warnings

from pawsight.train.tensorflow_log import quiet_tensorflow

quiet_tensorflow()
warnings.filterwarnings("ignore", ".*np.object", FutureWarning)  # Keras asks NumPy for a name that is to come
