"""The page on which answers are looked at again, searched for errors, and changed.

`ReviewPage` shows `ReviewFilters`, a grid with `ModelCaptions`, and `ReviewDetail`.
"""
