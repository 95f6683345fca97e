// SPDX-License-Identifier: GPL-2.0-only
// Reading and writing WebAssembly binaries, and the includes that make cache keys exact.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SourceFiles, virtualTree } from '#realc/build/includes';
import { Bytes, Cursor, joinSections, moduleShape, sections } from '#realc/build/wasm/binary';
import { BENIGN } from '#realc/machine/stubs';

describe('LEB128', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xffffffff })), (values) => {
        const out = new Bytes();
        for (const v of values) out.u(v);
        const c = new Cursor(out.view());
        for (const v of values) expect(c.u()).toBe(v);
        expect(c.at).toBe(out.length);
      }),
    );
  });

  it('of a signed number is skipped as a whole', () => {
    fc.assert(
      fc.property(fc.integer(), (v) => {
        const out = new Bytes();
        out.s(v);
        const c = new Cursor(out.view());
        c.skipLeb();
        expect(c.at).toBe(out.length);
      }),
    );
  });
});

describe('a module', () => {
  // (module (import "env" "f" (func (param i32))) (func (export "g")))
  const bytes = new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 8, 2, 0x60, 1, 0x7f, 0, 0x60, 0, 0, 2, 9, 1, 3, 0x65, 0x6e,
    0x76, 1, 0x66, 0, 0, 3, 2, 1, 1, 7, 5, 1, 1, 0x67, 0, 1, 10, 4, 1, 2, 0, 0x0b,
  ]);
  it('is split into sections and joined again', () => {
    expect([...joinSections(sections(bytes))]).toEqual([...bytes]);
  });
  it('tells its imports, functions and exports', () => {
    const shape = moduleShape(sections(bytes));
    expect(shape.imports).toEqual([{ name: 'f', type: 0 }]);
    expect(shape.defined).toEqual([1]);
    expect(shape.exports.get('g')).toEqual({ kind: 0, index: 1 });
  });
});

describe('the include scan', () => {
  const tree = mkdtempSync(join(tmpdir(), 'racewindow-includes-'));
  for (const dir of ['include', 'lib', 'mm']) mkdirSync(join(tree, dir));
  writeFileSync(
    join(tree, 'lib/x.c'),
    '#include "../mm/in.h"\n#if 0\n#include <never.h>\n#endif\n',
  );
  writeFileSync(join(tree, 'mm/in.h'), '#include "vma.h"\n');
  writeFileSync(join(tree, 'mm/vma.h'), 'int x;\n');
  writeFileSync(join(tree, 'include/never.h'), '');
  const files = (overlay = new Map<string, Uint8Array | null>()) =>
    new SourceFiles({ tree, generated: new Map(), overlay, scene: tree });

  it('follows every include, whatever the conditions', () => {
    const paths = files().closure('k/lib/x.c');
    for (const p of ['k/lib/x.c', 'k/mm/in.h', 'k/mm/vma.h', 'k/include/never.h']) {
      expect(paths).toContain(p);
    }
  });

  it('gives another key when a header is patched or turns up', () => {
    const key = (f: SourceFiles) => f.closureHash(f.closure('k/lib/x.c'));
    const before = key(files());
    expect(key(files())).toBe(before);
    expect(key(files(new Map([['mm/vma.h', Buffer.from('int y;')]])))).not.toBe(before);
    expect(key(files(new Map([['include/vma.h', Buffer.from('')]])))).not.toBe(before);
  });

  it('puts a header that is reached through .. where the compiler looks for it', () => {
    const f = files();
    const root = virtualTree(f, f.closure('k/lib/x.c'));
    expect(root).toHaveProperty(['k', 'lib', 'mm', 'in.h']);
    expect(root).toHaveProperty(['k', 'lib', 'mm', 'vma.h']);
  });
});

describe('a stub that does nothing', () => {
  it('says why', () => {
    for (const [name, why] of Object.entries(BENIGN)) expect(`${name}: ${why}`).toMatch(/: .{10,}/);
  });
});
