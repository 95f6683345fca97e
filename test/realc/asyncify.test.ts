// SPDX-License-Identifier: GPL-2.0-only
// Binaryen runs as a process: its module comes back whole, and what it says when it fails is told.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { asyncify, SUSPENDING } from '#realc/build/link';

const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-asyncify-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** A stand-in for binaryen that records what it is told into the module that it gives back. */
const standIn = `
const calls = [];
const module = (bytes) => ({
  setFeatures: (set) => calls.push(['features', set]),
  runPasses: (names) => calls.push(['passes', names]),
  emitBinary() {
    console.log('what it prints is not what it makes');
    const said = Buffer.from(JSON.stringify(calls));
    return Buffer.concat([Buffer.from([said.length >> 8, said.length & 255]), said, bytes]);
  },
});
export default {
  Features: { MutableGlobals: 1, SignExt: 4 },
  setPassArgument: (name, value) => calls.push([name, value]),
  setDebugInfo() {},
  setOptimizeLevel() {},
  setShrinkLevel() {},
  readBinary: module,
};
`;

function entry(name: string, text: string): { readonly binaryenEntry: string } {
  const file = path.join(dir, name);
  writeFileSync(file, text);
  return { binaryenEntry: file };
}

test('a module of some megabytes comes back, rewritten as was asked', async () => {
  const bytes = new Uint8Array(3_000_000).map((_, i) => (i * 7) & 255);
  const out = await asyncify(bytes, entry('stand-in.mjs', standIn));
  const length = out[0]! * 256 + out[1]!;
  const calls = JSON.parse(Buffer.from(out.subarray(2, 2 + length)).toString()) as unknown[][];
  expect(calls[0]).toEqual(['asyncify-imports', SUSPENDING.map((n) => `env.${n}`).join(',')]);
  expect(calls[1]).toEqual(['features', 5]);
  expect(calls[2]![1]).toContain('asyncify');
  expect(Buffer.compare(out.subarray(2 + length), bytes)).toBe(0);
});

test('a failure is a coded error with its first sentence', async () => {
  const text = standIn.replace('readBinary: module', "readBinary() { throw Error('no magic'); }");
  const failing = asyncify(new Uint8Array(1_000_000), entry('failing.mjs', text));
  await expect(failing).rejects.toMatchObject({
    code: 'RW304',
    message: 'binaryen cannot rewrite the image: no magic',
  });
});

test('a binaryen that is not there is a coded error, too', async () => {
  const missing = asyncify(new Uint8Array(8), { binaryenEntry: path.join(dir, 'none.mjs') });
  await expect(missing).rejects.toMatchObject({ code: 'RW304' });
});
