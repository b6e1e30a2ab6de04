"""How the files of pictures are decoded, format by format; `decode` opens any of them."""
