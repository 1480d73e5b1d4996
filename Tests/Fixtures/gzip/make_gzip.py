"""Makes the gzip files that Inflate is tested on, with Python's zlib as the other opinion.

Each holds squares(n): the squares of 0 to n - 1, one a line, which the test makes again. Run: python3 make_gzip.py
"""
import struct
import zlib


def squares(n):
    return "".join(f"{i * i}\n" for i in range(n)).encode()


def member(data, level=6, strategy=zlib.Z_DEFAULT_STRATEGY, flags=0, extra=b""):
    body = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    packed = body.compress(data) + body.flush()
    head = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\x03" + extra
    if flags & 2:
        head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    return head + packed + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


files = {
    "empty": member(b""),
    "stored": member(squares(2000), level=0),
    "fixed": member(squares(2000), strategy=zlib.Z_FIXED),
    "fast": member(squares(2000), level=1),
    "best": member(squares(2000), level=9),
    "huffman": member(squares(2000), strategy=zlib.Z_HUFFMAN_ONLY),
    "runs": member(squares(2000), strategy=zlib.Z_RLE),
    "header": member(squares(2000), flags=2 | 4 | 8 | 16, extra=b"\x03\x00abc" + b"name\0" + b"a comment\0"),
    "members": member(squares(1000)) + member(squares(2000)[len(squares(1000)):]),
    "padded": member(squares(2000)) + b"\0" * 100,
    "zeros": member(bytes(2_000_000), level=9),
}
for name, data in files.items():
    with open(name + ".gz", "wb") as file:
        file.write(data)
