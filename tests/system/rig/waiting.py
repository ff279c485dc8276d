# SPDX-License-Identifier: ISC
"""Waiting with a deadline. Nothing in the rig sleeps for a guessed time: it waits for a condition."""

import errno
import socket
import threading
import time

STEP = 0.02  # seconds between two looks at a condition


class Late(Exception):
    """A condition did not come true in time."""


def until(condition, seconds, what="the condition"):
    """Returns the first true value of condition(); raises Late after so many seconds. An exception of condition() passes."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= deadline:
            raise Late(f"waited {seconds} s for {what}")
        pause.wait(STEP)


def free_ports(n):
    """n TCP ports of 127.0.0.1 that were free a moment ago, all different: who starts a server must be ready to try again."""
    held = []
    try:
        for _ in range(n):
            s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            s.bind(("127.0.0.1", 0))
            held.append(s)
        return [s.getsockname()[1] for s in held]
    finally:
        for s in held:
            s.close()


def answers(port):
    """Whether something accepts connections on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.settimeout(2)
        return s.connect_ex(("127.0.0.1", port)) == 0


def greets(port, start):
    """Whether the server on this port opens the conversation with these bytes."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as s:
            s.settimeout(2)
            return s.recv(512).startswith(start)
    except OSError as e:
        if e.errno in (errno.ECONNREFUSED, errno.ECONNRESET, errno.EPIPE) or isinstance(e, TimeoutError):
            return False
        raise
