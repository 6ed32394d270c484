"""``python -m footfall``."""

from footfall.cli.main import run

if __name__ == "__main__":
    run()
