"""``retorsion --help`` answers at once, because it imports nothing heavy."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
HEAVY = {"dataframely", "great_expectations", "narwhals", "numpy", "pandas", "polars", "pyarrow"}

SHOW_HELP = """
import json, sys
from pipelines.cli import main

sys.argv = ["retorsion", "--help"]
try:
    main()
except SystemExit as end:
    code = end.code
else:
    code = 0
print(json.dumps({"code": code, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def test_help_imports_nothing_heavy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW_HELP],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stderr.splitlines()[-1])
    assert seen["code"] in (0, None)
    assert "Usage: retorsion" in done.stdout
    assert HEAVY & {name.split(".")[0] for name in seen["modules"]} == set()
