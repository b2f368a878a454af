"""Fitting the variational autoencoder and the mixture."""
