"""The pages on which answers are looked at again, and on which sure ones are given in bulk.

`ReviewPage` shows `ReviewFilters`, a grid with `ModelCaptions`, and `ReviewDetail`; `ConfirmPage`
a `SureGrid`.
"""
