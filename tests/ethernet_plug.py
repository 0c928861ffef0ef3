#!/usr/bin/env python3
"""Carries frames between a network device and a machine in QEMU.

  ethernet_plug.py DEVICE PEER PATH

PEER is the other end of the veth DEVICE. QEMU sends its frames to the Unix socket PATH.plug and takes
those that are sent to PATH.qemu.
"""

import ctypes
import fcntl
import os
import select
import socket
import struct
import sys

SIOCETHTOOL = 0x8946
ETHTOOL_STXCSUM = 0x17
FRAME_MAX_BYTES = 65536
FRAMES_AT_ONCE = 64


def send_whole_frames(device):
    """A veth leaves checksums and the cutting into segments to whoever receives: QEMU does not."""
    setting = ctypes.create_string_buffer(struct.pack("II", ETHTOOL_STXCSUM, 0))
    request = struct.pack("16sP8x", device.encode(), ctypes.addressof(setting))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCETHTOOL, request)


def carry(source, send):
    """Sends on what has come, until nothing is left; a frame that nobody takes is lost."""
    for _ in range(FRAMES_AT_ONCE):
        try:
            frame = source.recv(FRAME_MAX_BYTES)
        except BlockingIOError:
            return
        try:
            send(frame)
        except OSError:
            pass


def main():
    device, peer, path = sys.argv[1:]
    send_whole_frames(device)
    ether = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    ether.bind((peer, 0))
    ether.setblocking(False)
    machine = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    machine.bind(path + ".plug")
    machine.setblocking(False)
    for each in (ether, machine):
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            each.setsockopt(socket.SOL_SOCKET, option, 1 << 20)
    while True:
        ready, _, _ = select.select([ether, machine], [], [])
        if ether in ready:
            carry(ether, lambda frame: machine.sendto(frame, path + ".qemu"))
        if machine in ready:
            carry(machine, ether.send)
        if os.getppid() == 1:
            return  # the test has ended


main()
