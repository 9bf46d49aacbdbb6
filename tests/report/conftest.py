from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.report.build import build
from evqc.report.write import renderings
from tests.report import batches

if TYPE_CHECKING:
    from evqc.report.model import Report


@pytest.fixture(scope="session")
def realistic() -> Report:
    return build(*batches.realistic())


@pytest.fixture(scope="session")
def rendered(realistic: Report) -> dict[str, bytes]:
    return renderings(realistic)
