"""Damaged files: what is changed depends on what a file is, so that changes reach its reader.

A flipped bit in a compressed part only breaks a checksum. So parts of archives, streams of a PDF
and headers are taken out, changed and put back whole.
"""

from __future__ import annotations

import io
import json
import random
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any

_NUMBERS = (
    b"0", b"-1", b"1", b"2", b"255", b"65536", b"2147483647", b"2147483648", b"-2147483649",
    b"9223372036854775807", b"99999999999999999999", b"1e9", b"1e308", b"1e999", b"-0.0", b"nan",
    b"0.000001", b"3.5", b"1000000",
)  # fmt: skip
_WORDS = (
    b"", b" ", b"\n", b"\0", b"'", b'"', b"\\", b"<", b">", b"&", b"{", b"}", b"[", b"]", b"(",
    b")", b"%s", b"../", b"/dev/zero", b"\xff\xfe", "\u202e".encode(), b"\xed\xa0\x80", b"__",
    b"true", b"null", b"None", b"inf", b"<script>", b"$(id)", b"A" * 300, b"[" * 200, b"((" * 100,
)  # fmt: skip
_INTEGERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**63)
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 7, 10**9, 2**31, 2**63, -(2**63), 10**30, 0.5, -1.5, 1e300, "",
    "x", "auto", "../x", "facebook/opt-125m", "\x1b[31m", "\ud800", "a\nb", [], {}, [1, 2], ["x"],
    [[]], {"a": 1}, float("inf"), float("nan"),
)  # fmt: skip


def damaged(content: bytes, suffix: str, others: Sequence[bytes], draw: random.Random) -> bytes:
    """``content`` with one to a few changes.

    Args:
        content: a file that is read.
        suffix: of its name.
        others: files of its kind, from which parts may come.
        draw: decides.
    """
    knows = _KNOWN.get(suffix)
    if knows and draw.random() < 0.85:
        try:
            return knows(content, draw)
        except (ValueError, KeyError, IndexError, zipfile.BadZipFile, zlib.error, struct.error):
            pass  # it was damaged before, or is of another form
    return _bytes(content, draw, others)


def _several(content: bytes, draw: random.Random, change: Callable[[bytes], bytes]) -> bytes:
    for _ in range(draw.choice((1, 1, 1, 2, 3, 8))):
        content = change(content)
    return content


def _bytes(content: bytes, draw: random.Random, others: Sequence[bytes] = ()) -> bytes:
    return _several(content, draw, lambda held: _change_bytes(held, draw, others))


def _change_bytes(content: bytes, draw: random.Random, others: Sequence[bytes]) -> bytes:
    start = draw.randrange(len(content) + 1)
    end = min(len(content), start + draw.choice((1, 1, 2, 4, 16, 200)))
    kind = draw.randrange(8)
    if kind == 0 and start < len(content):
        flipped = content[start] ^ 1 << draw.randrange(8)
        return content[:start] + bytes([flipped]) + content[start + 1 :]
    if kind == 1:
        form = draw.choice(("<B", "<H", ">H", "<I", ">I", "<Q", ">Q"))
        most = 256 ** struct.calcsize(form) - 1
        number = struct.pack(form, min(draw.choice(_INTEGERS), most))
        return content[:start] + number + content[start + len(number) :]
    if kind == 2:
        return content[:start] + content[end:]
    if kind == 3:
        return content[:end] + content[start:end] * draw.choice((1, 2, 50)) + content[end:]
    if kind == 4:
        return content[:start] + draw.choice(_WORDS) + content[end:]
    if kind == 5:
        return content[:start]
    if kind == 6 and others:
        other = draw.choice(others)
        from_ = draw.randrange(len(other) + 1)
        return content[:start] + other[from_ : from_ + draw.choice((4, 64, 4096))] + content[end:]
    return _change_number(content, draw)


def _change_number(content: bytes, draw: random.Random) -> bytes:
    """Another number in the place of one that is written out."""
    found = list(re.finditer(rb"-?\d+(\.\d+)?", content[:200_000]))
    if not found:
        return content + draw.choice(_WORDS)
    one = draw.choice(found)
    return content[: one.start()] + draw.choice(_NUMBERS) + content[one.end() :]


def _text(content: bytes, draw: random.Random) -> bytes:
    return _several(content, draw, lambda held: _change_text(held, draw))


def _change_text(content: bytes, draw: random.Random) -> bytes:
    kind = draw.randrange(6)
    if kind == 0:
        return _change_number(content, draw)
    if kind in (1, 2):  # one word for another
        words = list(re.finditer(rb"[\w.#-]+", content[:200_000]))
        if words:
            one, other = draw.choice(words), draw.choice(words)[0]
            other = draw.choice(_WORDS) if draw.random() < 0.3 else other
            return content[: one.start()] + other + content[one.end() :]
    if kind in (3, 4):  # lines, or tags where lines are long
        parts = re.split(rb"(?<=[\n>])", content)
        place, other = draw.randrange(len(parts)), draw.randrange(len(parts))
        if kind == 3:
            parts[place] = draw.choice((b"", parts[other], parts[place] * draw.choice((2, 400))))
        else:
            parts[place], parts[other] = parts[other], parts[place]
        return b"".join(parts)
    return _change_bytes(content, draw, ())


def _json(content: bytes, draw: random.Random) -> bytes:
    """The same document with values, keys or whole parts exchanged."""
    document = json.loads(content)
    for _ in range(draw.choice((1, 1, 1, 2, 3))):
        document = _change_value(document, draw)
    return json.dumps(document).encode("utf-8", "surrogatepass")


def _change_value(document: Any, draw: random.Random) -> Any:
    places = list(_places(document, 0))
    if not places:
        return draw.choice(_VALUES)
    holder, key = draw.choice(places)
    kind = draw.randrange(6)
    if kind < 3:
        holder[key] = draw.choice(_VALUES)
    elif kind == 3:
        other, of = draw.choice(places)
        # A copy: a document that holds itself cannot be written.
        holder[key] = json.loads(json.dumps(other[of]))
    elif kind == 4:
        del holder[key]
    elif isinstance(holder, dict):
        holder[draw.choice((f"{key}x", "", "__class__", str(draw.choice(places)[1])))] = holder[key]
    else:
        holder.extend([holder[key]] * draw.choice((1, 300)))
    return document


def _places(value: Any, depth: int) -> Any:
    if depth > 60 or not isinstance(value, (dict, list)):
        return
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        yield from _places(value[key], depth + 1)


def _archive(content: bytes, draw: random.Random) -> bytes:
    """A zip archive with a changed, missing, doubled or renamed part, whole in itself."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    place = draw.randrange(len(parts))
    if draw.random() < 0.8:  # values of tensors and alignment are of less interest
        said = [n for n, (name, _) in enumerate(parts) if re.search(r"\.(py|pkl|json|pt)$", name)]
        place = draw.choice(said or [place])
    name, held = parts[place]
    kind = draw.randrange(10)
    if kind == 0:
        del parts[place]
    elif kind == 1:
        parts.append((draw.choice((name, name.upper(), "../x", "/x", name + "x")), held))
    elif kind == 2:
        parts[place] = (name.replace("/", draw.choice(("//", "", "/../", "x/")), 1), held)
    else:
        knows = _KNOWN.get(name.rpartition(".")[2], _bytes)
        parts[place] = (name, knows(held, draw))
    return _zipped(parts, zipfile.ZIP_DEFLATED if draw.random() < 0.1 else zipfile.ZIP_STORED)


def _zipped(parts: Sequence[tuple[str, bytes]], compression: int) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, held in parts:
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = compression
            if name not in archive.NameToInfo:
                archive.writestr(part, held)
    return content.getvalue()


def _checkpoint(content: bytes, draw: random.Random) -> bytes:
    return (_archive if content.startswith(b"PK") else _bytes)(content, draw)


def _safetensors(content: bytes, draw: random.Random) -> bytes:
    """The header is JSON after its length."""
    (length,) = struct.unpack("<Q", content[:8])
    header = _json(content[8 : 8 + length], draw)
    length = len(header) if draw.random() < 0.9 else draw.choice(_INTEGERS)
    return struct.pack("<Q", min(length, 2**64 - 1)) + header + content[8 + length :]


def _pdf(content: bytes, draw: random.Random) -> bytes:
    """A stream unpacked, changed and packed, or the text between streams changed."""
    streams = list(re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL))
    if not streams or draw.random() < 0.3:
        return _text(content, draw)
    stream = draw.choice(streams)
    try:
        held, packs = zlib.decompress(stream[1]), True
    except zlib.error:
        held, packs = stream[1], False
    changed = (_text if draw.random() < 0.7 else _bytes)(held, draw)
    changed = zlib.compress(changed) if packs else changed
    return content[: stream.start(1)] + changed + content[stream.end(1) :]


def _font(content: bytes, draw: random.Random) -> bytes:
    """Bytes of one table, drawn by its name so that small tables change as often as large ones."""
    (count,) = struct.unpack(">H", content[4:6])
    entry = 12 + 16 * draw.randrange(count)
    offset, length = struct.unpack(">II", content[entry + 8 : entry + 16])
    if not length or draw.random() < 0.1:
        return _bytes(content, draw)
    table = bytearray(content[offset : offset + length])
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        number = draw.choice(_INTEGERS) if draw.random() < 0.5 else draw.randrange(2**16)
        place = draw.randrange(length)
        table[place : place + 2] = (number & 0xFFFF).to_bytes(2, "big")
    return content[:offset] + bytes(table[:length]) + content[offset + length :]


_KNOWN: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "pt": _checkpoint,
    "pth": _checkpoint,
    "ckpt": _checkpoint,
    "pt2": _archive,
    "safetensors": _safetensors,
    "json": _json,
    "toml": _text,
    "svg": _text,
    "tex": _text,
    "py": _text,
    "pdf": _pdf,
    "ttf": _font,
    "otf": _font,
}
