"""Networks: the variational autoencoder, its halves, its losses."""
