"""The latent space as a picture that people wander in."""
