"""The machine: versions, processor, memory, disk."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pawsight import __version__
from pawsight.doctor import Diagnosis
from pawsight.parallel import usable_processors
from pawsight.settings import Settings

NEEDED_MEMORY, NEEDED_DISK = 500_000_000, 1_000_000_000
_CGROUP = Path("/sys/fs/cgroup/memory.max")
_PROCESSOR = Path("/proc/cpuinfo")


def check_machine(settings: Settings) -> Iterator[Diagnosis]:
    """Everything that is of the machine and not of Pawsight."""
    yield Diagnosis(
        "versions", "ok", f"Pawsight {__version__}, Python {platform.python_version()}, {platform.platform()}"
    )
    yield processor(_PROCESSOR.read_text(encoding="utf-8") if _PROCESSOR.exists() else "")
    yield cores(settings)
    yield memory()
    yield writable("temporary folder", Path(tempfile.gettempdir()))
    if settings.archive_keep != "nothing":
        yield from archive_folder(settings.archive_folder)


def processor(described: str) -> Diagnosis:
    """Check whether the processor has the instructions that make int8 models fast.

    Args:
        described: content of Linux's `/proc/cpuinfo`; empty on other systems.
    """
    words = set(described.split())
    if platform.machine() not in ("x86_64", "AMD64") or not words:
        return Diagnosis("processor", "ok", f"{platform.machine()}; its features are not reported here")
    found = [name for name in ("avx2", "avx512_vnni", "avx_vnni") if name in words]
    says = ", ".join(found) or "neither AVX2 nor VNNI"
    if "avx2" not in words:
        return Diagnosis("processor", "warning", says, "Answers will be slow: choose a machine with AVX2.")
    if len(found) == 1:
        return Diagnosis("processor", "warning", f"{says}, no VNNI", "int8 models gain little here; all else is well.")
    return Diagnosis("processor", "ok", says)


def cores(settings: Settings) -> Diagnosis:
    """Report how many requests run side by side, and on how many cores."""
    usable = usable_processors()
    says = f"{usable} usable, {settings.threads} threads answer"
    if settings.threads > 16 * usable:  # threads wait for bodies and disks, too
        return Diagnosis("cores", "warning", says, "Set threads to about the number of cores.")
    return Diagnosis("cores", "ok", says)


def memory() -> Diagnosis:
    """Report the memory that this process may use, by the machine and by its container."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return Diagnosis("memory", "ok", "this system does not report it")
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _CGROUP.read_text(encoding="ascii").strip() if _CGROUP.exists() else "max"
    allowed = min(total, int(limit)) if limit.isdigit() else total
    says = f"{allowed / 1e9:.1f} GB"
    if allowed < NEEDED_MEMORY:
        return Diagnosis("memory", "warning", says, "Give it 500 MB; a photo of 50 megapixels needs some hundred.")
    return Diagnosis("memory", "ok", says)


def writable(about: str, folder: Path) -> Diagnosis:
    """Check whether a file can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        hint = "Make the folder writable for the user that runs Pawsight."
        return Diagnosis(about, "wrong", f"{folder}: {error.strerror}", hint)
    free = shutil.disk_usage(folder).free
    says = f"{folder}, {free / 1e9:.1f} GB free"
    if free < NEEDED_DISK:
        return Diagnosis(about, "warning", says, "Free some space; a full disk is answered with 507.")
    return Diagnosis(about, "ok", says)


def archive_folder(folder: Path) -> Iterator[Diagnosis]:
    """The archive's folder, or the one that it will be made in."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    found = writable("archive folder", there)
    later = "" if there == folder else f"; {folder} is made at the first start"
    yield Diagnosis(found.about, found.state, found.says + later, found.hint)
