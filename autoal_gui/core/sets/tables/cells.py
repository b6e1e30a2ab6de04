"""Cells of tables that are text: a spreadsheet computes what begins like a formula.

Such a text gets an apostrophe in front (OWASP, "CSV injection"), and so does one that begins with
an apostrophe: whoever reads the table takes one leading apostrophe away and has the exact text.
"""

FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n'")


def plain(text: str) -> str:
    """Return a cell that shows a text and is never computed; distinct texts stay distinct."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def meant(cell: str) -> str:
    """Return the text of a cell, the inverse of `plain`; another's cell stays as it is."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell
