"""Face detectors: CenterFace, which comes with the code, and insightface with a model pack."""
