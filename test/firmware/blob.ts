// SPDX-License-Identifier: GPL-2.0-only
// A small writer of flattened device trees, for tests that need one of a certain shape.

/** A property: cells, text, or bytes as they are; true for an empty one. */
export type Value = number | readonly number[] | string | readonly string[] | Uint8Array | true;

/** A node: properties by name; a value that is a node is a child of that name. */
export interface Spec {
  readonly [name: string]: Value | Spec;
}

export interface BlobOptions {
  readonly version?: 16 | 17;
  /** Bytes put behind the blob, counted in totalsize or not. */
  readonly padInside?: number;
  readonly padOutside?: number;
  readonly nops?: boolean;
  readonly reservations?: readonly (readonly [bigint, bigint])[];
}

function isSpec(value: Value | Spec): value is Spec {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function textBytes(text: string): number[] {
  return [...text].map((c) => c.charCodeAt(0)).concat(0);
}

function wordBytes(word: number): number[] {
  return [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff);
}

function valueBytes(value: Value): number[] {
  if (value === true) return [];
  if (value instanceof Uint8Array) return [...value];
  if (typeof value === 'number') return wordBytes(value);
  if (typeof value === 'string') return textBytes(value);
  return value.flatMap((v: number | string) =>
    typeof v === 'number' ? wordBytes(v) : textBytes(v),
  );
}

/** Write @root as a blob. */
export function blob(root: Spec, options: BlobOptions = {}): Uint8Array {
  const strings: number[] = [];
  const offsets = new Map<string, number>();
  const struct: number[] = [];
  const word = (w: number): void => {
    struct.push(...wordBytes(w));
  };
  const padded = (bytes: readonly number[]): void => {
    for (const byte of bytes) struct.push(byte);
    while (struct.length % 4 !== 0) struct.push(0);
  };
  const node = (name: string, spec: Spec): void => {
    if (options.nops) word(4);
    word(1);
    padded(textBytes(name));
    for (const [key, value] of Object.entries(spec)) {
      if (isSpec(value)) continue;
      if (!offsets.has(key)) {
        offsets.set(key, strings.length);
        strings.push(...textBytes(key));
      }
      const bytes = valueBytes(value);
      word(3);
      word(bytes.length);
      word(offsets.get(key) ?? 0);
      padded(bytes);
      if (options.nops) word(4);
    }
    for (const [key, value] of Object.entries(spec)) if (isSpec(value)) node(key, value);
    word(2);
  };
  node('', root);
  word(9);
  const version = options.version ?? 17;
  const reserve = [...(options.reservations ?? []), [0n, 0n] as const].flatMap((pair) =>
    pair.flatMap((n) => [...wordBytes(Number(n >> 32n)), ...wordBytes(Number(n & 0xffffffffn))]),
  );
  const structAt = 40 + reserve.length;
  const stringsAt = structAt + struct.length;
  const inside = new Array<number>(options.padInside ?? 0).fill(0);
  const outside = new Array<number>(options.padOutside ?? 0).fill(0xff);
  const total = stringsAt + strings.length + inside.length;
  const sizes = [strings.length, version === 17 ? struct.length : 0];
  const header = [0xd00dfeed, total, structAt, stringsAt, 40, version, 16, 0, ...sizes];
  const words = header.flatMap(wordBytes);
  return Uint8Array.from([...words, ...reserve, ...struct, ...strings, ...inside, ...outside]);
}
