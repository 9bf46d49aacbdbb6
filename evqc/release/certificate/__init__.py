"""The certificate of analysis: one model of what is printed, and three renderings that show the same numbers."""
