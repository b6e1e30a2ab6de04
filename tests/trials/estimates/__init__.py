"""How often the interval of an estimate holds the truth: many short projects on kept features."""
