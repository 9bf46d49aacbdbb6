"""What an isolation yielded and how pure it is: derived results with their uncertainty, or why there are none."""

from evqc.isolation.of_batch import Scored, derive

__all__ = ["Scored", "derive"]
