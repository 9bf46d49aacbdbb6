"""Statistics on arrays: sizing, replicates, counting, ratios and limits. Values in, values out; no clock, no files."""
