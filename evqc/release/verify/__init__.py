"""Verifies a bundle without database or network: an own checklist, from the archive to the findings worked out anew."""

from evqc.release.verify.verify import verify

__all__ = ["verify"]
