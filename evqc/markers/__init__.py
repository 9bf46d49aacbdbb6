"""The marker vocabulary, how a panel is called marker by marker, and what a panel shows by category."""
