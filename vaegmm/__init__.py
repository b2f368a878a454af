"""A convolutional VAE and a Gaussian mixture that read, blend and draw digits."""
