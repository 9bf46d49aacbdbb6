"""Templates of specifications, in TOML beside this module; ``making`` makes specifications of them."""
