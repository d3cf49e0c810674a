"""A picture of at most 256 colours: a third of the size, and no eye sees the difference on a page of text.

The browser decodes the PNG and picks the colours; Python writes it as an indexed PNG, so that no image library is
needed.
"""

import base64
import struct
import zlib
from typing import Any

from playwright.sync_api import Page

REDUCE = """
async (png) => {
  const image = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
  const {width, height} = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const parts = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];
  const far = ([r, g, b], [kr, kg, kb]) => 2 * (kr - r) ** 2 + 4 * (kg - g) ** 2 + 3 * (kb - b) ** 2;
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  // First colours that are far from one another, so that a rare hue stays itself; then what is frequent.
  const palette = [];
  const known = [];
  const take = (colour) => { palette.push(colour); known.push(parts(colour)); };
  for (const colour of frequent)
    if (palette.length < 192 && known.every((one) => far(parts(colour), one) > 9 * 24 ** 2)) take(colour);
  const chosen = new Set(palette);
  for (const colour of frequent) if (palette.length < 256 && !chosen.has(colour)) take(colour);
  const place = new Map(palette.map((colour, index) => [colour, index]));
  for (const colour of counts.keys()) {
    if (place.has(colour)) continue;
    let best = 0, least = Infinity;
    known.forEach((one, index) => {
      const distance = far(parts(colour), one);
      if (distance < least) [best, least] = [index, distance];
    });
    place.set(colour, best);
  }
  let indices = '';
  for (let at = 0; at < pixels.length; at += 8192)
    indices += String.fromCharCode(...pixels.subarray(at, at + 8192).values().map((colour) => place.get(colour)));
  return {width, height, palette: known.flat(), indices: btoa(indices)};
}
"""


def small_png(png: bytes, page: Page) -> bytes:
    """The same picture in 256 of its colours, each other one as its nearest. `page` is any page of the browser."""
    found: dict[str, Any] = page.evaluate(REDUCE, base64.b64encode(png).decode())
    width, height, indices = found["width"], found["height"], base64.b64decode(found["indices"])
    rows = b"".join(b"\0" + indices[row * width : (row + 1) * width] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)  # 8 bits, indexed
    chunks = ((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
