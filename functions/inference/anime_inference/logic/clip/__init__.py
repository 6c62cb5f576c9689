"""Animated pictures: GIF, APNG and animated WebP, frame by frame."""
