// SPDX-License-Identifier: GPL-2.0-only
// The sweep over members of classes: agreement is seen, and so is a contradiction that was seeded.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { blob, type Spec } from '../firmware/blob.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-members-'));
afterAll(() => rmSync(dir, { recursive: true }));

function sweep(name: string, nodes: Spec) {
  const boards = path.join(dir, name);
  spawnSync('mkdir', [boards]);
  writeFileSync(path.join(boards, 'a.dtb'), blob({ compatible: 'a,board', ...nodes }));
  const args = ['scripts/members.mjs', '--boards', boards, '--kernels', '7.2', '--jobs', '1'];
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
}

const smmu = { compatible: 'arm,mmu-500', phandle: 1, '#iommu-cells': 1 };
const client = (id: number): Spec => ({ compatible: 'x', iommus: [1, id] });

test('members agree, and with coarse classes they do not', () => {
  const nodes = { b: client(1), c: client(2), d: client(2), e: client(1), f: client(3), s: smmu };
  const ran = sweep('groups', nodes);
  expect(ran.stdout).toContain('1 boards of 1 sets, 5 clients');
  expect(ran.stdout).toMatch(/7\.2: 0 contradictions; [1-9]\d* with coarse classes, on 1 boards/);
  expect(ran.status, ran.stderr).toBe(0);
});

test('a sweep that could show nothing is no pass', () => {
  const ran = sweep('one', { b: client(1), s: smmu });
  expect(ran.stdout).toContain('the sweep has seen nothing');
  expect(ran.status).toBe(1);
});

test('without blobs nothing is covered', () => {
  const env = { ...process.env, XDG_CACHE_HOME: path.join(dir, 'none') };
  const ran = spawnSync(process.execPath, ['scripts/members.mjs'], {
    cwd: root,
    encoding: 'utf8',
    env,
  });
  expect(ran.stdout).toContain('NOT COVERED');
  expect(ran.status).toBe(3);
});
