"""Making a project and changing it: classes, method, settings, the import."""
