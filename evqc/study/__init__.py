"""Isolation methods compared over batches: a study, its numbers, their scores and how sure they are."""
