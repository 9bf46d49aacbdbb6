"""The batch record (source, isolation, samples, files, results, images) and its join with the exports."""
