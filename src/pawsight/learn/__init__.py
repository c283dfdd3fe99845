"""Anyone's own classes, in seconds and without Keras: a linear head on the default model's features.

    from pathlib import Path
    from pawsight.learn import forecast, learn

    print(forecast(Path("flowers")).accuracy)
    learned = learn(Path("flowers"), Path("flowers-model"))
    print(learned.metrics.accuracy, learned.measured)

Needs the extra `learn` (`pip install 'pawsight[learn]'`).
"""

from pawsight.foretold import Forecast
from pawsight.learn.run import Learned, forecast, learn

__all__ = ["Forecast", "Learned", "forecast", "learn"]
