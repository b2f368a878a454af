"""Colours that every picture and every chart shares. Nothing else, so that it costs nothing."""

# Okabe & Ito 2008: ten hues (the last two added) that colour-blind readers tell apart.
PALETTE = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7",
    "#56B4E9", "#B8A900", "#000000", "#8C510A", "#999999",
)  # fmt: skip
# The same on dark paper, where black would not be seen and brown hardly.
PALETTE_ON_DARK = (*PALETTE[:7], "#FFFFFF", "#B06F28", PALETTE[9])
