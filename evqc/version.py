"""The version of evqc, which stands in every document it writes."""

__version__ = "0.1.0"
