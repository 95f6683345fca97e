// SPDX-License-Identifier: GPL-2.0-only
// The sweep over worlds that are larger by one: what is new is an error unless it is argued.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-larger-'));
afterAll(() => rmSync(dir, { recursive: true }));

function sweep(...more: readonly string[]) {
  const few = ['--only', 'dt/platform/populate/arm-smmu@0.after+', '--growths', 'peer'];
  const limits = ['--kernels', '7.2', '--states-max', '3000', '--jobs', '1'];
  const args = ['--stack-size=4000', 'scripts/one-larger.mjs', ...few, ...limits, ...more];
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
}

test('what a larger world alone shows has to be argued', () => {
  const none = path.join(dir, 'none.json');
  writeFileSync(none, '{}');
  const bare = sweep('--argued', none);
  expect(bare.stdout).toContain('NEW C15/P2');
  expect(bare.status).toBe(1);
  const argued = sweep();
  expect(argued.stdout).toContain('open C15/P2');
  expect(argued.stdout).toContain('0 new and not argued');
  expect(argued.status).toBe(0);
});
