#!/usr/bin/env python3
"""Carries frames between a network device and a machine in QEMU.

  ethernet_plug.py DEVICE PEER PATH

PEER is the other end of the veth DEVICE. QEMU sends its frames to the Unix socket PATH.plug and takes
those that are sent to PATH.qemu. Says when the first frame went each way, and what the first was
that did not.
"""

import ctypes
import fcntl
import os
import select
import socket
import struct
import sys
import time

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


class Lane:
    """One way. What has come is sent on; a frame that nobody takes is lost."""

    def __init__(self, name, source, send):
        self.name, self.source, self.send, self.said = name, source, send, set()

    def say(self, what):
        if what not in self.said:
            print(f"{time.strftime('%H:%M:%S')} {self.name}: {what}", flush=True)
        self.said.add(what)

    def carry(self):
        for _ in range(FRAMES_AT_ONCE):
            try:
                frame = self.source.recv(FRAME_MAX_BYTES)
            except BlockingIOError:
                return
            try:
                self.send(frame)
                self.say("the first frame")
            except OSError as error:
                self.say(f"the first frame lost: {error}")


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
    lanes = [Lane("to the machine", ether, lambda frame: machine.sendto(frame, path + ".qemu")),
             Lane("from the machine", machine, ether.send)]
    while True:
        ready, _, _ = select.select([ether, machine], [], [])
        for lane in lanes:
            if lane.source in ready:
                lane.carry()
        if os.getppid() == 1:
            return  # the test has ended


main()
