"""Runs one command in a guest's root shell on a serial port, or in QEMU's monitor.

Usage: guest_shell.py SOCKET COMMAND
       guest_shell.py --monitor SOCKET COMMAND...
Prints what the command printed and exits with its status.
"""

import os
import re
import socket
import sys

TIMEOUT_S = int(os.environ.get("GUEST_TIMEOUT_S", "60"))


def read_until(connection: socket.socket, pattern: bytes) -> bytes:
    received = b""
    while not re.search(pattern, received):
        piece = connection.recv(65536)
        if not piece:
            raise OSError("the other end is gone")
        received += piece
    return received


def ask_monitor(connection: socket.socket, commands: list[str]) -> int:
    read_until(connection, rb"\(qemu\) ")
    for command in commands:
        connection.sendall(command.encode() + b"\n")
        answer = read_until(connection, rb"\(qemu\) ")
        # The echo of the command is a line of its own, with cursor movements.
        print(answer.decode(errors="replace").split("\r\n", 1)[-1].replace("(qemu) ", ""), end="")
    return 0


def ask_shell(connection: socket.socket, command: str) -> int:
    # The words of begin and end are written in two halves, so that the echo of the line, which the
    # shell folds as it likes, is not taken for them.
    connection.sendall(f"echo BEG''IN; {command}; echo EN''D-$?\n".encode())
    answer = read_until(connection, rb"END-\d+").decode(errors="replace").replace("\r", "")
    found = re.search(r"^BEGIN\n(.*)END-(\d+)", answer, re.DOTALL | re.MULTILINE)
    print(found.group(1), end="")
    return int(found.group(2))


def main() -> int:
    is_monitor = sys.argv[1] == "--monitor"
    path, *commands = sys.argv[2 if is_monitor else 1:]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(TIMEOUT_S)
        connection.connect(path)
        return ask_monitor(connection, commands) if is_monitor else ask_shell(connection, *commands)


sys.exit(main())
