// SPDX-License-Identifier: GPL-2.0-only
// Which boot options avoid a window: held against checks that are made under these options.
import { describe, expect, test } from 'vitest';
import type { Prevention } from '#finding/diagnosis';
import type { CheckOptions } from '#finding/report';
import { avoidedBy } from '#questions/avoid';
import { checkPlatform, defaultCheck } from '#questions/check';
import { threadsOf } from '#run/hands';
import { specOf } from '#run/kernel-spec';
import { openWorlds } from '#run/world-pool';
import { bootOptions } from '#worlds/command-line';
import type { World } from '#worlds/world';
import { board, kernel } from '../support/boards.ts';
import { rowsOf } from '../support/sweep.ts';

const revision = kernel('7.2');

function checked(windows: readonly string[], more: Partial<CheckOptions>) {
  const strategy = { kind: 'bound', preemptions: 1 } as const;
  const about = { devices: ['b000000.client'], windows, strategy };
  const options = { ...defaultCheck, ...about, ...more };
  const toExplain: CheckOptions['toExplain'] = (all) => all.slice(0, 1);
  return checkPlatform(
    board('qemu-virt'),
    { revision, userFixes: [] },
    { toExplain, ...options },
    '0',
  );
}

/** Scenes of @windows in a check of its own, as far as it keeps one run of each. */
async function scenesOf(windows: readonly string[], more: Partial<CheckOptions>) {
  const { findings } = await checked(windows, more);
  return findings.map(({ world }) => (world as World).name.split('/')[0]!);
}

function row(rows: readonly Prevention[] | undefined, what: string): Prevention | undefined {
  return rows?.find((r) => r.what === what);
}

const windows = [
  { window: 'C10', sweep: true },
  { window: 'C14', sweep: true },
  { window: 'C22', sweep: false },
];

describe.each(rowsOf(windows))('$window', ({ window }) => {
  test('is avoided by what a check under the option says, and by nothing else', async () => {
    const { findings } = await checked([window], { avoid: true });
    const [first, ...others] = findings;
    // What nobody looks at is not asked.
    expect(others.some(({ avoided }) => avoided !== undefined)).toBe(false);
    const rows = first!.avoided!;
    const strict = await scenesOf([window], { strictDevlink: true });
    const plain = await scenesOf([window], {});
    // The timeout is in a world of its own, which a finding names where no other shows it.
    expect(strict.every((scene) => scene === 'walk+bind+timeout')).toBe(true);
    expect(row(rows, bootOptions.strict)!.prevents).toBe(strict.length > 0 ? 'no' : 'yes');
    const untimed = plain.every((scene) => scene === 'walk+bind+timeout');
    expect(row(rows, bootOptions.untimed)!.prevents).toBe(untimed ? 'yes' : 'no');
    const both = row(rows, `${bootOptions.strict} ${bootOptions.untimed}`);
    expect(both?.prevents).toBe(untimed ? undefined : 'yes');
    expect(row(rows, bootOptions.early)!.prevents).toBe('yes');
    for (const { prevents, because } of rows) expect(because === '').toBe(prevents === 'yes');
  });
});

test('a check with strict links that probes asynchronously asks what is left', async () => {
  const asked = { strictDevlink: true, asyncProbe: true, avoid: true };
  const [first] = (await checked(['C22'], asked)).findings;
  expect(first!.avoided!.map(({ what }) => what)).toEqual([
    bootOptions.untimed,
    `without ${bootOptions.async}`,
    bootOptions.early,
  ]);
  expect(row(first!.avoided, `without ${bootOptions.async}`)!.prevents).toBe('no');
});

test('where no world is left to ask, nothing is said to avoid the window', async () => {
  const pool = openWorlds(threadsOf(1), 1);
  const options = { ...defaultCheck, asyncProbe: true };
  const asked = { platform: board('qemu-virt'), kernel: specOf(revision, []), options };
  const rows = await avoidedBy(pool, asked, 'C10', 'a class that the board has not');
  await pool.close();
  expect(rows.map(({ what }) => what)).toEqual([
    bootOptions.strict,
    `without ${bootOptions.async}`,
    bootOptions.early,
  ]);
  for (const { prevents, because } of rows) {
    expect([prevents, because]).toEqual(['can not tell', expect.stringMatching(/no world/)]);
  }
});

test('nothing is asked unless it is asked for', async () => {
  const { findings } = await checked(['C22'], {});
  expect(findings.some(({ avoided }) => avoided !== undefined)).toBe(false);
});
