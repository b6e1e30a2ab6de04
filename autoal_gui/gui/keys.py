"""Which key gives which class: printed on the buttons, listed on the shortcut sheet."""

LETTERS = "abcdehjklmopqrvy"
"""Letters for classes beyond the ninth: those that no other command uses."""


def class_keys(classes: int) -> tuple[str, ...]:
    """Return the key of each class; "" where there are more classes than keys.

    Two classes have 0 and 1, as binary tasks are coded. 2 then does nothing: a reader who counts
    from one would otherwise give the second class with 1 and never notice.
    """
    if classes == 2:
        return ("0", "1")
    keys = ("123456789" + LETTERS)[:classes]
    return (*keys, *[""] * (classes - len(keys)))


def keys_sentence(classes: int) -> str:
    """Say which keys are in use, for when they have changed."""
    keys = [key for key in class_keys(classes) if key]
    return f"The class keys are now {keys[0]} to {keys[-1]}, as printed on the buttons."
