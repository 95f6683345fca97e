// SPDX-License-Identifier: GPL-2.0-only
// Firmware that comes through a pipe.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { acpidump, iort, its, smmu3 } from '../firmware/tables.ts';

/** What `racewindow board -` prints of @input. */
function board(input: Uint8Array): string {
  const done = spawnSync(process.execPath, ['dist/cli/main.js', 'board', '-'], {
    input,
    encoding: 'utf8',
  });
  return `${done.stdout}${done.stderr}`;
}

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
