"""Models tried on years that they do not know: how well are alliances and their ends foreseen?

:func:`hindcast` fits models on years of training, lets each predict from every origin with nothing
later in sight, and scores them all on the same pairs. A model is a
:class:`~sim.study.hindcast.prediction.Predictor`; one that is put into
:data:`~sim.study.hindcast.trial.MODELS` takes part everywhere.
"""

from sim.study.hindcast.blend import Blend
from sim.study.hindcast.prediction import Maker, Prediction, Predictor
from sim.study.hindcast.result import Hindcast
from sim.study.hindcast.trial import MODELS, find_models, hindcast, model_names

__all__ = [
    "MODELS",
    "Blend",
    "Hindcast",
    "Maker",
    "Prediction",
    "Predictor",
    "find_models",
    "hindcast",
    "model_names",
]
