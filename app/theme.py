"""How the page looks: colours for light and dark, system fonts, and the page's own style sheet."""

from pathlib import Path

import gradio as gr

CSS = Path(__file__).with_name("theme.css").read_text(encoding="utf-8")

# Fonts of the visitor's own system: nothing is fetched from elsewhere, and text is there at once.
SANS = ("system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "Menlo", "Consolas", "monospace")


def build_theme() -> gr.themes.Base:
    """The theme of every tab. Components take their colours from its variables, never their own."""
    theme = gr.themes.Base(
        primary_hue="indigo", neutral_hue="slate", radius_size="lg", font=SANS, font_mono=MONO
    )
    return theme.set(
        body_background_fill="#fafafa",
        body_background_fill_dark="#0f1218",
        body_text_color="#1b2130",
        body_text_color_dark="#e8ebf2",
        body_text_color_subdued="#5a6478",
        body_text_color_subdued_dark="#9aa5ba",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#171b24",
        background_fill_secondary="#e9ebf1",
        background_fill_secondary_dark="#232937",
        border_color_primary="#d5d9e3",
        border_color_primary_dark="#343c4e",
        color_accent="#4f46e5",
        button_primary_background_fill="#4f46e5",
        button_primary_background_fill_dark="#5b5ff0",
        button_primary_text_color="#ffffff",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#1c212c",
        button_secondary_background_fill_hover="#eef0f5",
        button_secondary_background_fill_hover_dark="#272e3d",
        error_text_color="#b42318",
        error_text_color_dark="#ff9b8f",
        shadow_drop_lg="0 1px 2px rgb(16 24 40 / 0.08), 0 8px 24px rgb(16 24 40 / 0.12)",
    )
