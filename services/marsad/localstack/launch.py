"""Become a server: `python -I -S launch.py UID GID PARENT COMMAND...`, run as a script by `processes.spawn`.

A process of its own because Python code between fork and exec (preexec_fn) may deadlock where threads are about, and
because the order matters: a change of user clears PR_SET_PDEATHSIG, an exec keeps it (prctl(2)). Imports nothing of
ours: it runs without site-packages.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(uid: int, gid: int, parent: int, command: list[str]) -> None:
    """Drop root's rights, ask the kernel to end this process together with its parent, and exec the command.

    The signal is SIGTERM, so that the servers close their data in order. Raises OSError.
    """
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.umask(0o022)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("The parent ended before its server began.")
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted, and the command is ours


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
