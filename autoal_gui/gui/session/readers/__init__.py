"""What several readers do with one project: second readings, merges and adjudication."""
