// SPDX-License-Identifier: GPL-2.0-only
// scripts/boards-agree.mjs says where it has nothing to ask; what it finds takes minutes.
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { scratch } from '../cli/fake.ts';

test('where there are no boards nothing is covered', async () => {
  const argv = [path.resolve('scripts/boards-agree.mjs'), '--boards', await scratch()];
  const ran = await execa(process.execPath, argv, { reject: false });
  expect([ran.exitCode, ran.stdout.slice(0, 11)]).toEqual([3, 'NOT COVERED']);
});
