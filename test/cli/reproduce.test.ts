// SPDX-License-Identifier: GPL-2.0-only
// Which kernel `reproduce` is asked to boot: what is refused before anything is read or built.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from './fake.ts';

let tree: string;
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'racewindow-on-'));
  writeFileSync(join(tree, 'Makefile'), 'VERSION = 7\nPATCHLEVEL = 2\nSUBLEVEL = 12\n');
  mkdirSync(join(tree, 'drivers/iommu'), { recursive: true });
  writeFileSync(join(tree, 'drivers/iommu/iommu.c'), 'int a;\n');
  writeFileSync(
    join(tree, 'a.diff'),
    '--- a/drivers/iommu/iommu.c\n+++ b/drivers/iommu/iommu.c\n@@ -1 +1 @@\n-int b;\n+int c;\n',
  );
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

const ask = (...args: string[]) => run(['reproduce', 'nowhere.json', ...args]);

test.each([
  [['--patch', 'fix.diff'], 'RW060'],
  [['--with', 'da33e87bd2bf'], 'RW060'],
  [['--kernel', '7.2', '--on', 'TREE'], 'RW060'],
  [['--on', 'TREE/drivers'], 'RW504'],
  [['--on', 'TREE', '--patch', 'TREE/a.diff'], 'RW305'],
  [['--on', 'TREE', '--with', 'TREE/a.diff'], 'RW064'],
])('%j is refused as %s', async (args, code) => {
  const { code: exit, err } = await ask(...args.map((a) => a.replace('TREE', tree)));
  expect(err).toContain(code);
  expect(exit).toBe(2);
});
