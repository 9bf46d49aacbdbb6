"""How a specification is written down: as TOML and as a workbook, with the same content in both."""
