"""``python -m evqc`` is ``evqc``."""

from evqc.cli import main

main()
