"""The page on which a trained model classifies images that belong to no project.

`PredictPage` shows `PredictSetup` and `PredictFilters`; a `PredictSession` does the work.
"""
