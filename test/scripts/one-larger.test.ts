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
  const kept = ['--keep', path.join(dir, 'kept.jsonl')];
  const late = sweep('--argued', none, ...kept, '--minutes', '0');
  expect(late.stdout).toMatch(/^[1-9]\d* worlds were left when the time was over/m);
  expect(late.status).toBe(4);

  const bare = sweep('--argued', none, ...kept);
  expect(bare.stdout).toContain('NEW C40/P2');
  expect(bare.status).toBe(1);

  const pairs = [...bare.stdout.matchAll(/^ {2}NEW (\S+):/gm)].map(([, pair]) => pair!);
  const reasons = Object.fromEntries(pairs.map((pair) => [pair, 'hand:walk+walk beside']));
  const some = path.join(dir, 'some.json');
  writeFileSync(some, JSON.stringify({ peer: reasons }));
  const argued = sweep('--argued', some, ...kept);
  expect(argued.stdout).toContain('argued C40/P2');
  expect(argued.stdout).toContain('0 new and not argued, 0 open');
  expect(argued.status).toBe(0);
});
