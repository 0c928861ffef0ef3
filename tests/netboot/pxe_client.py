#!/usr/bin/env python3
"""A machine that boots over the network, as far as DHCP goes (RFC 2131, RFC 4578).

pxe_client.py ADAPTER MAC CLASS ARCH [ipxe]
  CLASS is PXEClient or HTTPClient, ARCH the number of its client arch.
Prints "SERVER ADDRESS CLASS NEXT-SERVER BOOT-FILE" for each offer that comes within 3 s, and, when an
offer of a PXE server names no boot file, what that server says on port 4011.
"""
import os
import socket
import struct
import sys
import time

COOKIE = b"\x63\x82\x53\x63"
DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5


def option(number, value):
    return bytes([number, len(value)]) + value


def packet(kind, mac, transaction, vendor_class, arch, is_ipxe):
    head = struct.pack("!BBBBIHH", 1, 1, 6, 0, transaction, 0, 0x8000)
    options = option(53, bytes([kind])) + option(55, bytes([1, 3, 6, 42, 43, 60, 66, 67]))
    options += option(60, b"%s:Arch:%05d:UNDI:003016" % (vendor_class, arch))
    options += option(93, struct.pack("!H", arch)) + option(94, bytes([1, 3, 16]))
    options += option(97, bytes(11) + mac)
    if is_ipxe:
        options += option(77, b"iPXE") + option(175, bytes([19, 1, 1]))
    body = head + bytes(16) + mac.ljust(16, b"\0") + bytes(192) + COOKIE + options + b"\xff"
    return body.ljust(300, b"\0")


def parse(data):
    options, at = {}, 240
    while at < len(data) and data[at] != 255:
        if data[at] == 0:
            at += 1
            continue
        options[data[at]] = data[at + 2:at + 2 + data[at + 1]]
        at += 2 + data[at + 1]
    return options


def told(data, options):
    def address(raw):
        return socket.inet_ntoa(raw)

    boot_file = options.get(67, data[108:236]).split(b"\0")[0].decode()
    return (address(options.get(54, bytes(4))), address(data[16:20]),
            options.get(60, b"-").decode(), address(data[20:24]), boot_file or "-")


def main():
    adapter, mac, vendor_class, arch = sys.argv[1:5]
    is_ipxe = sys.argv[5:] == ["ipxe"]
    mac = bytes.fromhex(mac.replace(":", ""))
    transaction = int.from_bytes(os.urandom(4), "big")
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, adapter.encode())
    client.bind(("0.0.0.0", 68))

    def send(kind, to):
        client.sendto(packet(kind, mac, transaction, vendor_class.encode(), int(arch), is_ipxe), to)

    send(DISCOVER, ("255.255.255.255", 67))
    end = time.monotonic() + 3
    while (left := end - time.monotonic()) > 0:
        client.settimeout(left)
        try:
            data = client.recv(2000)
        except TimeoutError:
            break
        if data[0] != 2 or data[4:8] != transaction.to_bytes(4, "big"):
            continue
        options = parse(data)
        line = told(data, options)
        print(*line, flush=True)
        is_proxy = line[1] == "0.0.0.0" and line[2] == "PXEClient"
        if options.get(53) == bytes([OFFER]) and is_proxy and line[4] == "-":
            send(REQUEST, (line[0], 4011))


main()
