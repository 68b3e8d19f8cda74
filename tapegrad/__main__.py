"""``python -m tapegrad`` is the command ``tapegrad``."""

from tapegrad.cli import main

if __name__ == "__main__":
    main(prog_name="tapegrad")
