"""Pages for more than one reader: a second reading, agreement, and where readers differ.

`SecondReadingDialog` begins a second reading, `SecondReadingPage` is its desk, `AgreementPage`
shows what came of it, `AdjudicationPage` settles the rest; `ImagePage` is what the two desks
share.
"""
