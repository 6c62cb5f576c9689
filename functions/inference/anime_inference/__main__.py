"""``python -m anime_inference`` is the command ``animegan``."""

from anime_inference.entry.cli import main

main()
