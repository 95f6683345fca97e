// SPDX-License-Identifier: GPL-2.0-only
// The thread around the packaged clang: what it sends back, and that it prints nothing.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-clang-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Stands for @yowasp/clang: says things of its own, compiles 'good', and throws at 'crash'. */
const entry = path.join(dir, 'bundle.mjs');
writeFileSync(
  entry,
  `export const commands = {
    async clang([what], tree, { stderr }) {
      console.log('fetched 28%');
      if (what === 'crash') throw new Error('no memory');
      if (what !== 'good') stderr(Buffer.from(tree['a.c'] + ': error: no'));
      return what === 'good' ? { 'out.o': new Uint8Array([1, 2]) } : {};
    },
  };`,
);

const program = fileURLToPath(
  new URL('../../../src/realc/build/process/clang.mjs', import.meta.url),
);

/** What the thread sends back, and all that is printed. */
function sent(what: string): unknown {
  const task = { entry, args: [what], tree: { 'a.c': 'text' } };
  const code = `
    import compile from ${JSON.stringify(program)};
    const { ok, value: { bytes, text } } = await compile(${JSON.stringify(task)});
    process.stdout.write(JSON.stringify([ok, bytes && [...bytes], text]));`;
  const args = ['--input-type=module', '-e', code];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('an object, or what the compiler says, and nothing is printed', () => {
  expect(sent('good')).toEqual([true, [1, 2], '']);
  expect(sent('bad')).toEqual([true, null, 'text: error: no']);
  expect(sent('crash')).toEqual([true, null, 'Error: no memory']);
});
