"""Building blocks of every page: actions, inputs, cards, the theme."""
