#!/usr/bin/env python3
"""ask_dns.py SERVER NAME: prints the IPv4 addresses of NAME; fails when SERVER knows none."""
import socket
import struct
import sys

server, name = sys.argv[1:]
question = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
query = struct.pack("!HHHHHH", 7, 0x0100, 1, 0, 0, 0) + question + struct.pack("!HH", 1, 1)
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(3)
client.sendto(query, (server, 53))
answer = client.recv(512)
count = struct.unpack("!H", answer[6:8])[0]
at = len(query)
for _ in range(count):
    # A name that points to the question's, then type, class, time to live and length.
    kind, _, _, size = struct.unpack("!HHIH", answer[at + 2:at + 12])
    if kind == 1:
        print(socket.inet_ntoa(answer[at + 12:at + 12 + size]))
    at += 12 + size
sys.exit(0 if count else 1)
