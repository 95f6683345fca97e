// SPDX-License-Identifier: GPL-2.0-only
// Scripts read their command lines by the one helper; test/scripts/arguments.test.ts runs them.

import { expect, test } from 'vitest';
import { programs } from './sources.ts';

const all = programs.filter(({ name }) => /^(scripts|bench)\/[\w-]+\.mjs$/.test(name));

test('every script that reads its command line does so by scripts/options.mjs', () => {
  const reading = all.filter(({ text }) => /process\.argv(?!\[1\])|parseArgs\(/.test(text));
  const names = reading.map(({ name }) => name);
  // The first has a program in a string, which it runs.
  expect(names).toEqual(['bench/main.mjs', 'scripts/options.mjs']);
});

test('what does not read it is there for others', () => {
  const silent = all.filter(({ text }) => !/\bcommandLine\(/.test(text));
  const modules = silent.filter(({ text }) => /^export /m.test(text));
  expect(silent.map(({ name }) => name)).toEqual(modules.map(({ name }) => name));
});
