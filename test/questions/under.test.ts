// SPDX-License-Identifier: GPL-2.0-only
// A kernel that does not read a table knows none of the IOMMUs that it names.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findRevision, revisionNames } from '#kernel/index';
import { clientsOf, nothingToCheck } from '#platform/index';
import { checkPlatform, defaultCheck } from '#questions/check';
import { sweepBoards } from '#questions/sweep';
import { platformUnder } from '#questions/under';
import { OutcomeStore } from '#run/store';
import { scratch } from '../cli/fake.ts';
import { iort, rimt, rootComplex, smmu3 } from '../firmware/tables.ts';
import { lspci, platform } from '../platform/acpi-support.ts';
import { treeOf } from '../realc/helpers.ts';

const riscv = platform([rimt()], lspci('00:01.0 rciep'));

test('a RIMT is read from 6.18 on, and no kernel before has clients by it', () => {
  const reading = revisionNames().filter(
    (name) => clientsOf(platformUnder(riscv, { name })).length,
  );
  expect(reading[0]).toBe('6.18');
  const all = revisionNames();
  expect(reading).toEqual(all.slice(all.indexOf('6.18')));
  expect(clientsOf(platformUnder(riscv, { name: '6.12.y without b46064a18810' }))).toEqual([]);
  const arm = platform([iort([smmu3(1), rootComplex(0, [{ count: 0xffff, output: 0, to: 0 }])])]);
  expect(platformUnder(arm, { name: '6.0' })).toEqual(arm);
});

test.each(['6.1', '6.12', '7.2'] as const)('the source of %s says the same', (series) => {
  const tree = treeOf(series);
  if (tree === null || !existsSync(path.join(tree, 'drivers/acpi'))) {
    process.stderr.write(`NOT COVERED: who reads a RIMT: no tree of Linux ${series}\n`);
    return;
  }
  const reads = clientsOf(platformUnder(riscv, { name: `${series}.y` })).length > 0;
  expect(existsSync(path.join(tree, 'drivers/acpi/riscv/rimt.c'))).toBe(reads);
});

test('a check and a sweep say that there is nothing, and why', async () => {
  const revision = findRevision('6.12.y');
  if (!revision.ok) throw new Error('no such kernel');
  const kernel = { revision: revision.value, userFixes: [] };
  const report = await checkPlatform(riscv, kernel, defaultCheck, '0');
  expect(report.nothing?.because.join()).toContain('6.12 does not read a RIMT');
  expect([report.coverage.worlds, report.findings]).toEqual([0, []]);
  const asked = { properties: null, windows: null, strategy: defaultCheck.strategy };
  const store = new OutcomeStore(path.join(await scratch(), 'store'), 'program');
  const options = { ...asked, statesMax: null, jobs: 1 };
  const swept = await sweepBoards([{ name: 'a', platform: riscv }], [kernel], options, store);
  expect(swept.boards[0]?.answers[0]?.nothing).toBe(true);
  expect(nothingToCheck(riscv)).toBeNull();
});
