#!/usr/bin/env python3
"""Machines that boot over the network, all at once, as far as a server sees them.

usage: bench_pxe_machines.py ADAPTER COUNT

Each sends DHCP's DISCOVER and REQUEST with a MAC address of its own, again and later each time when
nothing comes, as firmware does; fetches the boot file over TFTP block by block; asks for its script;
and gets kernel and initramfs over HTTP, whole. Prints the seconds from the first DISCOVER until the
last has everything, and the bytes of all files.
"""

import os
import queue
import re
import socket
import struct
import sys
import threading
import time
import urllib.request

COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
BACKOFF_S = (4, 8, 16, 32)
BLOCK_BYTES = 1468


def option(number, value):
    return bytes([number, len(value)]) + value


def option_of(packet, number):
    at = 240
    while at < len(packet) and packet[at] != 255:
        if packet[at] == number:
            return packet[at + 2:at + 2 + packet[at + 1]]
        at += 2 + packet[at + 1] if packet[at] else 1
    return b""


class Dhcp:
    """One port 68 for all machines, who know their answers by the transaction."""

    def __init__(self, adapter):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, adapter.encode())
        self.socket.bind(("0.0.0.0", 68))
        self.answers = {}
        threading.Thread(target=self.receive, daemon=True).start()

    def receive(self):
        while True:
            data = self.socket.recv(2000)
            found = self.answers.get(data[4:8])
            if found:
                found.put(data)

    def ask(self, kind, wanted, mac, transaction, more=b""):
        head = struct.pack("!BBBB", 1, 1, 6, 0) + transaction + struct.pack("!HH", 0, 0x8000)
        options = option(53, bytes([kind])) + option(55, bytes([1, 3, 6, 43, 60, 66, 67]))
        options += option(60, b"PXEClient:Arch:00007:UNDI:003016") + option(93, b"\0\7")
        options += option(94, bytes([1, 3, 16])) + option(97, bytes(11) + mac) + more
        packet = head + bytes(16) + mac.ljust(16, b"\0") + bytes(192) + COOKIE + options + b"\xff"
        for patience in BACKOFF_S:
            self.socket.sendto(packet.ljust(300, b"\0"), ("255.255.255.255", 67))
            end = time.monotonic() + patience
            while (left := end - time.monotonic()) > 0:
                try:
                    data = self.answers[transaction].get(timeout=left)
                except queue.Empty:
                    break
                if option(53, bytes([wanted])) in data[240:]:
                    return data
        raise RuntimeError("no answer to DHCP")

    def lease(self, mac):
        """Server and boot file."""
        transaction = os.urandom(4)
        self.answers[transaction] = queue.Queue()
        offer = self.ask(DISCOVER, OFFER, mac, transaction)
        server = offer[20:24]
        more = option(50, offer[16:20]) + option(54, server)
        ack = self.ask(REQUEST, ACK, mac, transaction, more)
        boot_file = option_of(ack, 67) or ack[108:236]
        return socket.inet_ntoa(server), boot_file.split(b"\0")[0].decode()


def by_tftp(server, name):
    """Bytes of a file; each block is asked for again when it does not come."""
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(1)
    request = b"\0\1" + name.encode() + b"\0octet\0blksize\0%d\0" % BLOCK_BYTES
    packet, peer, size, block = request, (server, 69), 0, 0
    for _ in range(1_000_000):
        client.sendto(packet, peer)
        try:
            data, sender = client.recvfrom(2000)
        except TimeoutError:
            continue
        if data[1] == 6:
            peer, packet = sender, b"\0\4\0\0"
        elif data[1] == 3 and data[2:4] == struct.pack("!H", (block + 1) & 0xffff):
            block, size = block + 1, size + len(data) - 4
            peer, packet = sender, b"\0\4" + data[2:4]
            if len(data) - 4 < BLOCK_BYTES:
                client.sendto(packet, peer)
                return size
        elif data[1] == 5:
            break
    raise RuntimeError(f"{name} did not come over TFTP")


def by_http(url):
    with urllib.request.urlopen(url, timeout=600) as response:
        size = 0
        while piece := response.read(1 << 18):
            size += len(piece)
        if size != int(response.headers["Content-Length"]):
            raise RuntimeError(f"{url} did not come whole")
        return size


def boot(dhcp, number, sizes):
    mac = bytes([0x52, 0x54, 0, 0x77, number >> 8, number & 255])
    server, boot_file = dhcp.lease(mac)
    size = by_tftp(server, boot_file)
    query = "mac=" + "-".join(f"{byte:02x}" for byte in mac)
    with urllib.request.urlopen(f"http://{server}/ipxe?{query}", timeout=600) as response:
        script = response.read().decode()
    for path in re.findall(r"^(?:kernel|initrd --name \S+) (/\S+)", script, re.MULTILINE):
        size += by_http(f"http://{server}{path}")
    sizes[number] = size


def main():
    adapter, count = sys.argv[1], int(sys.argv[2])
    dhcp, sizes = Dhcp(adapter), {}
    begin = time.monotonic()
    threads = [threading.Thread(target=boot, args=(dhcp, number, sizes)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begin
    if len(sizes) != count or len(set(sizes.values())) != 1:
        sys.exit(f"only {len(sizes)} of {count} machines got everything")
    print(f"{seconds:.2f} {sum(sizes.values())}")


main()
