"""What several readers say: agreement, double reading, use of suggestions, the audit trail."""
