"""The tab Performance: how good the last model is, how that came about, and where it is used.

`PerformancePanel` puts the cards together; each shows one thing and knows no other.
"""
