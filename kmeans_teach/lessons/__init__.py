"""What lessons 06 and later use: many starts, charts, widgets, images, and K-means for many points."""
