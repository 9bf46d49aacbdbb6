"""What an isolation yielded and how pure it is: derived results with their uncertainty, or why there are none."""

from evqc.isolation.fractions import FractionSeries, fraction_series
from evqc.isolation.of_batch import Scored, derive
from evqc.isolation.process import Fate, Process, process_of
from evqc.isolation.spike import spike_recovery

__all__ = ["Fate", "FractionSeries", "Process", "Scored", "derive", "fraction_series", "process_of", "spike_recovery"]
