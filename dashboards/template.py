"""The templates of whole HTML files: every value is escaped, and one that is not given is an error."""

from __future__ import annotations

from pathlib import Path

import jinja2

PAGES = Path(__file__).parent / "pages"


def template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGES / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
