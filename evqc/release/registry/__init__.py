"""The registry: people, records, signatures and the audit trail in SQLite or PostgreSQL.

Every write goes through ``writing.Act.put``: a row and its entry of the trail, in one transaction.
"""

from __future__ import annotations

from evqc.release.registry.copies import backup, restore
from evqc.release.registry.opening import (
    authenticate_before_upgrade,
    create_registry,
    open_registry,
    upgrade_registry,
)
from evqc.release.registry.passwords import Cost
from evqc.release.registry.registry import Registry

__all__ = [
    "Cost",
    "Registry",
    "authenticate_before_upgrade",
    "backup",
    "create_registry",
    "open_registry",
    "restore",
    "upgrade_registry",
]
