"""``python -m anime_local`` is the command ``animegan``."""

from anime_local.cli import main

main()
