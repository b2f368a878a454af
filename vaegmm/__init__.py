"""A convolutional VAE and a Gaussian mixture that read, blend and draw digits."""

__version__ = "0.1.0"
