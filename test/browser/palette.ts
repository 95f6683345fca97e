// SPDX-License-Identifier: GPL-2.0-only
// A screenshot with 256 colours at most, for documents: a third of the bytes, and as good to read.

import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;
/** So many are those used most; the others are what these are farthest from. */
const MOST = 128;

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel. */
  readonly rgb: Uint8Array;
}

/** @png, as a browser writes it: 8 bits a channel, not interlaced, in colours of a palette. */
export function withPalette(png: Buffer): Buffer {
  const { width, height, rgb } = read(png);
  const { palette, indexOf } = paletteOf(rgb);
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + 1 + x] = indexOf(3 * (y * width + x));
    }
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const data = deflateSync(rows, { level: 9 });
  const chunks = [chunk('IHDR', head), chunk('PLTE', palette), chunk('IDAT', data)];
  return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** The pixels of @png. */
export function read(png: Buffer): Picture {
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      data.push(png.subarray(at + 8, at + 8 + length));
    }
    at += length + 12;
  }
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const [depth, type] = [png[24], png[25]];
  if (depth !== 8 || (type !== 2 && type !== 6)) throw new Error(`a PNG of type ${type}`);
  const size = type === 6 ? 4 : 3;
  const pixels = unfiltered(inflateSync(Buffer.concat(data)), width * size, height, size);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = pixels[size * i + c]!;
  }
  return { width, height, rgb };
}

/** Rows without the filters of PNG (section 9 of its specification). */
function unfiltered(raw: Buffer, stride: number, height: number, size: number): Uint8Array {
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)]!;
    for (let x = 0; x < stride; x++) {
      const a = x < size ? 0 : out[y * stride + x - size]!;
      const b = y === 0 ? 0 : out[(y - 1) * stride + x]!;
      const c = y === 0 || x < size ? 0 : out[(y - 1) * stride + x - size]!;
      const guess = [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]!;
      out[y * stride + x] = raw[y * (stride + 1) + 1 + x]! + guess;
    }
  }
  return out;
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** How far two colours are from each other. */
function apart(a: number, b: number): number {
  const channel = (shift: number): number => (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2;
  return channel(16) + channel(8) + channel(0);
}

/** The colours that are used most, and for a pixel the one that is nearest to it. */
function paletteOf(rgb: Uint8Array): { palette: Buffer; indexOf: (at: number) => number } {
  const counts = new Map<number, number>();
  const colour = (at: number): number => (rgb[at]! << 16) | (rgb[at + 1]! << 8) | rgb[at + 2]!;
  for (let at = 0; at < rgb.length; at += 3) {
    counts.set(colour(at), (counts.get(colour(at)) ?? 0) + 1);
  }
  const used = [...counts].sort((a, b) => b[1] - a[1]).map(([c]) => c);
  const kept: number[] = [];
  const far = used.map(() => Number.POSITIVE_INFINITY);
  const nearest = used.map(() => 0);
  const keep = (at: number): void => {
    kept.push(used[at]!);
    used.forEach((c, i) => {
      const distance = apart(c, used[at]!);
      if (distance >= far[i]!) return;
      far[i] = distance;
      nearest[i] = kept.length - 1;
    });
  };
  for (let i = 0; i < Math.min(MOST, used.length); i++) keep(i);
  while (kept.length < COLOURS && Math.max(...far) > 0) keep(far.indexOf(Math.max(...far)));
  const known = new Map<number, number>(used.map((c, i) => [c, nearest[i]!]));
  const palette = Buffer.from(kept.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
  return { palette, indexOf: (at) => known.get(colour(at))! };
}
