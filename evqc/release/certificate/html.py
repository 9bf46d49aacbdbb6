"""The certificate as one HTML file that needs nothing else, in the look of the report."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evqc.release.certificate.model import Certificate


def html(of: Certificate) -> bytes:
    """The whole document in UTF-8; every text is escaped, so that none of it becomes markup."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  loads when a certificate is made
    from markupsafe import Markup  # noqa: PLC0415

    folder = files("evqc.release.certificate") / "templates"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "certificate.html.j2").read_text("utf-8"))
    styles = (files("evqc.report") / "templates" / "report.css", folder / "certificate.css")
    css = "".join(each.read_text("utf-8") for each in styles)
    return template.render(of=of, css=Markup(css)).encode("utf-8", "replace")  # noqa: S704  ours
