"""Rules in TOML, one evaluator, four verdicts."""
