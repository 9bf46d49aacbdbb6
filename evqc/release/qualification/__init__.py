"""Qualifies an installation of evqc on the user's machine: what is installed, known answers, tampering found."""
