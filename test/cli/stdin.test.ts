// SPDX-License-Identifier: GPL-2.0-only
// Firmware that comes through a pipe.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findingJson } from '#report/json';
import { acpidump, iort, its, smmu3 } from '../firmware/tables.ts';
import { besideBlob } from '../support/beside.ts';
import { laptopFindings } from '../support/laptop-findings.ts';

/** What `racewindow board -` prints of @input. */
function board(input: Uint8Array): string {
  const done = spawnSync(process.execPath, ['dist/cli/main.js', 'board', '-'], {
    input,
    encoding: 'utf8',
  });
  return `${done.stdout}${done.stderr}`;
}

test('what can be named as a file can come through a pipe to view and replay', async () => {
  const text = findingJson((await laptopFindings()).find((f) => f.property === 'P1')!);
  const out = path.join(mkdtempSync(path.join(tmpdir(), 'racewindow-stdin-')), 'page.html');
  onTestFinished(() => rmSync(path.dirname(out), { recursive: true }));
  const piped = (args: readonly string[], input: string | Uint8Array) =>
    spawnSync(process.execPath, ['dist/cli/main.js', ...args], { input, encoding: 'utf8' });
  const viewed = piped(['view', '-', '--out', out], text);
  expect([viewed.status, viewed.stderr]).toEqual([0, '']);
  expect(readFileSync(out, 'utf8')).toContain('<title>C09 on 3d00000.gpu, 6.15.0</title>');
  const brief = piped(['replay', '-', '--brief'], text);
  expect([brief.status, brief.stderr]).toEqual([0, '']);
  const narrow = ['--kernel', '6.15.0', '--device', 'b'];
  const board = piped(['view', '-', ...narrow, '--out', out], besideBlob({}));
  expect([board.status, board.stderr]).toEqual([0, '']);
  expect(readFileSync(out, 'utf8')).toContain('standard input under 6.15.0');
  const broken = piped(['view', '-', '--out', out], text.slice(0, 500));
  expect(broken.stderr).toMatch(/^RW070: standard input: not JSON/);
});

test('standard input is read to its end', () => {
  const blob = readFileSync('examples/boards/laptop.dtb');
  const file = spawnSync(
    process.execPath,
    ['dist/cli/main.js', 'board', 'examples/boards/laptop.dtb'],
    {
      encoding: 'utf8',
    },
  );
  expect(board(blob)).toBe(file.stdout);
  expect(board(Buffer.from(acpidump([iort([its(), smmu3(1)])])))).toContain('arm-smmu-v3.0.auto');
  expect(board(new Uint8Array())).toMatch(/^RW010: /);
});
