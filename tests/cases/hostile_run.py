"""Examines every file of the corpus in this process, under limits of its own, and prints what became of each as JSON.

``python -m tests.cases.hostile_run``: seconds of CPU, and bytes of memory above what the process held before.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import re
import resource
import sys
import time
from pathlib import Path
from typing import Any

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MOST_SECONDS = 5  # of CPU: here the process is ended, while the test asks for one
SPARE = 250 * 1024 * 1024  # of addresses: more fails with MemoryError, while the test asks for 100 MB


def memory(kind: str) -> int:
    """This process's memory in bytes: VmSize, VmRSS or, at its highest, VmHWM."""
    match = re.search(rf"^{kind}:\s+(\d+) kB", STATUS.read_text(), re.MULTILINE)
    assert match is not None
    return int(match[1]) * 1024


def limited(seconds: int, spare: int | None) -> None:
    """Let this process have so many more seconds and addresses; None takes the limit of addresses away."""
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2]))
    addresses = resource.RLIM_INFINITY if spare is None else memory("VmSize") + spare
    for kind, soft in ((resource.RLIMIT_CPU, used + seconds), (resource.RLIMIT_AS, addresses)):
        _soft, hard = resource.getrlimit(kind)
        resource.setrlimit(kind, (hard if soft == resource.RLIM_INFINITY else soft, hard))


def examined(hostile: Any) -> dict[str, Any]:
    from cases.errors import Invalid
    from cases.uploads import examine
    from tests.cases.test_hostile_files import upload

    content = hostile.make()
    sent = upload(hostile.name, content)
    on_linux, code, message = sys.platform == "linux", "", ""
    if on_linux:
        gc.collect()
        ctypes.CDLL(None).malloc_trim(0)
        CLEAR.write_text("5")
        before = memory("VmRSS")
        limited(MOST_SECONDS, SPARE)
    begun = time.process_time()
    try:
        examine(sent, max_mb=20)
    except Invalid as refusal:
        code, message = refusal.code, str(refusal.message) if refusal.faults["evidence"] else ""
    taken = time.process_time() - begun
    most = memory("VmHWM") - before if on_linux else 0
    if on_linux:
        limited(60, None)
    return {"code": code, "message": message, "seconds": taken, "bytes": most}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from tests.cases.hostile_files import CORPUS

    sys.stdout.write(json.dumps({hostile.what: examined(hostile) for hostile in CORPUS}))
