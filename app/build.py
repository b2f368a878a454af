"""The page: a title and the tabs. What a tab holds and does stands in `app/tabs`."""

import gradio as gr
from PIL import Image

from app.tabs.classify import build_classify_tab
from vaegmm.data.datasets import LabelledImages, load_dataset
from vaegmm.model import VAEGMM
from vaegmm.operations.classify import classify

TITLE = "vaegmm: digits, read as you draw"
MASTHEAD = """
<header class="masthead">
  <h1>Digits, read as you draw</h1>
  <p>A variational autoencoder and a Gaussian mixture read your handwriting, stroke by stroke.</p>
</header>
"""
UPLOAD_LIFE_S = 3600  # files sent to the API are deleted after this long


def load_app(weights: str | None = None) -> gr.Blocks:
    """Build the page for the model in a folder, or for the embedded one.

    Raises:
        ValueError: there is no such model.
    """
    model = VAEGMM.from_pretrained(weights)
    examples = load_dataset("sample", train=False, digits=model.labels)
    # The first call is slow (torch chooses its kernels): no visitor should be the one to wait.
    classify(model, Image.fromarray(examples.images[0].numpy()))
    return build_app(model, examples)


def build_app(model: VAEGMM, examples: LabelledImages) -> gr.Blocks:
    """Arrange the page for a model.

    Args:
        model: loaded once, shared by every visitor.
        examples: real digits of the model's labels, for the visitor to try.
    """
    page = gr.Blocks(
        title=TITLE, analytics_enabled=False, delete_cache=(UPLOAD_LIFE_S, UPLOAD_LIFE_S)
    )
    with page:
        gr.HTML(MASTHEAD, apply_default_css=False)
        with gr.Tabs(), gr.Tab("Classify"):
            build_classify_tab(model, examples)
    return page
