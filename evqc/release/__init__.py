"""Release of a batch: specification, checklist, signatures, audit trail, certificate and the bundle anyone can verify.

evqc recommends; a person decides. Nothing here releases by itself.
"""
