"""``python -m pipelines`` in a checkout is the ``retorsion`` command."""

from pipelines.cli import main

if __name__ == "__main__":
    main()
