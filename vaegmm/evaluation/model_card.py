"""The README.md that goes with a model: what it is, what it saw, how good it is."""

from __future__ import annotations

from vaegmm.evaluation.autoencoding import AutoencoderMetrics
from vaegmm.evaluation.metrics import Metrics
from vaegmm.model import VAEGMM
from vaegmm.training.start import BEGAN


def write_model_card(model: VAEGMM, validation: Metrics, network: AutoencoderMetrics) -> str:
    """Return a model card as Markdown, with the figures on the validation images."""
    config = model.config
    labels = ", ".join(map(str, model.labels))
    n_parameters = sum(parameter.numel() for parameter in model.network.parameters())
    kind = "An autoencoder" if network.elbo is None else "A variational autoencoder"
    # The weights that training began with may have been fitted to any images.
    since = " since" if BEGAN in config.label_use else ""
    return f"""# VAE + Gaussian mixture for {labels}

{kind} of kind "{config.network.kind}" ({config.network.latent_dim} latent dimensions,
{n_parameters:,} parameters) and a Gaussian mixture of {len(model.weights)} components in its
latent space.

- Trained on: {config.training_images}.
- Labels: {config.label_use}.
- On {validation.n_images:,} validation images, which the network was not fitted to{since}: accuracy
  {validation.accuracy:.4f}, macro F1 {validation.f1_macro:.4f}, reconstruction
  {network.reconstruction_bce:.2f} nats per image.

```python
from vaegmm.model import VAEGMM

model = VAEGMM.from_pretrained("this/folder")
```

The answer to an image that is none of {labels} means nothing; the outlier rule in config.json tells
such images apart, and misses some.
"""
