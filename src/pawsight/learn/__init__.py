"""Train your own classes in seconds and without Keras: a linear head on the default model's features.

    from pathlib import Path
    from pawsight.learn import forecast, learn

    print(forecast(Path("flowers")).accuracy)
    learned = learn(Path("flowers"), Path("flowers-model"))
    print(learned.metrics.accuracy, learned.measured)

Here: cross-validation, choice of the head, the forecast, and the model folder. Not here: networks and Keras (`train`).
Needs the extra `learn` (`pip install --constraint constraints.txt ".[learn]"`).
"""

from pawsight.learn.run import Learned, forecast, learn
from pawsight.model.forecast import Forecast

__all__ = ["Forecast", "Learned", "forecast", "learn"]
