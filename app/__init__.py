"""The page in the browser. Uses `vaegmm`; never imports torch."""
