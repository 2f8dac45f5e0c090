"""The command `kmeans-teach`: one module for each of its commands, and what they share."""
