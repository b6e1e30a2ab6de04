"""`autoal-gui benchmark`: what a round, the pool, a start and a key press cost, as ratios."""
