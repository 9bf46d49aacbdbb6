"""The comparison of isolation methods as HTML, XLSX, JSON and text for the terminal; computes nothing."""
