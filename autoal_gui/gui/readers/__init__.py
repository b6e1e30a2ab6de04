"""Pages for more than one reader: a second reading, agreement, and where readers differ.

`ReadingDialog` begins a second reading, `ReadingPage` is its desk, `AgreementPage` tells what
came of it, `AdjudicationPage` settles the rest; `ImagePage` is what the two desks share.
"""
