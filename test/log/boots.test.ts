// SPDX-License-Identifier: GPL-2.0-only
// Several boots in one log: none is told with the kernel or the groups of another.

import { expect, test } from 'vitest';
import { bootsOf, readLog } from '#log/index';
import { run, scratchFile } from '../cli/fake.ts';
import { joins, log, smmu, version } from './suite/build.ts';
import { lateProbes } from './suite/windows.ts';

const gpu = '3d00000.gpu';
const quiet = (release: string): string =>
  log(version(release), smmu, joins('platform', gpu, 0), joins('platform', 'a600000.usb', 1));

function linesOf(text: string): number[] {
  const read = readLog(new TextEncoder().encode(text), 'a log');
  if (!read.ok) throw new Error(read.error.message);
  return bootsOf(read.value).map((b) => b.events[0]!.line);
}

test('a kernel that starts when the clock goes back, or after a walk, begins a boot', () => {
  expect(linesOf(quiet('6.15.0'))).toEqual([1]);
  expect(linesOf(quiet('6.15.0') + quiet('7.2.0'))).toEqual([1, 5]);
  const journal = (quiet('6.15.0') + quiet('7.2.0')).replace(
    /^\[[^\]]*\]/gm,
    'Apr 10 10:00:00 host kernel:',
  );
  expect(linesOf(journal)).toEqual([1, 5]);
  const bare = (quiet('6.15.0') + quiet('7.2.0')).replace(/^\[[^\]]*\]\s?/gm, '');
  expect(linesOf(bare)).toEqual([1, 5]);
  // The same kernel again, without clocks: it says again what kernels say first.
  const start = [version('7.2.0'), '[    0.000000] Kernel command line: quiet\n'].join('\n');
  const again = (start + quiet('7.2.0').split('\n').slice(1).join('\n')).repeat(2);
  expect(linesOf(again.replace(/^\[[^\]]*\]\s?/gm, ''))).toEqual([1, 6]);
  // What stands before the first version that is told is the end of a boot.
  const cut = quiet('6.15.0').split('\n').slice(1).join('\n');
  expect(linesOf(cut + quiet('7.2.0'))).toEqual([1, 4]);
});

test('what /proc/version says in a boot, or a line told twice, begins none', () => {
  const [first = '', ...rest] = quiet('6.15.0').split('\n');
  expect(linesOf([first, first, ...rest].join('\n'))).toEqual([1]);
  expect(linesOf([first, ...rest, version('6.15.0')].join('\n'))).toEqual([1]);
  const middle = [first, ...rest.slice(0, 2), first, ...rest.slice(2)].join('\n');
  // As `cat /proc/version` leaves it on a console: without a clock, in a log with clocks or none.
  const asked = middle.replace(/^\[[^\]]*\]\s?(?=Linux)/gm, '');
  expect(linesOf(asked)).toEqual([1]);
  expect(linesOf(middle.replace(/^\[[^\]]*\]\s?/gm, ''))).toEqual([1]);
  // What the machine of a lab says of itself is no boot.
  const own = 'Linux version 5.10.0-lab (a@b)\n';
  const lab = `${own}${quiet('6.15.0')}${own}`;
  expect(linesOf(lab).length).toBe(1);
});

test('explain tells the boot of a race under its own kernel; admits takes one', async () => {
  const late = lateProbes.find((c) => c.verdict === 'race')!;
  const alone = await explained(late.log);
  for (const text of [quiet('6.1.0') + late.log, late.log + quiet('6.1.0')]) {
    const { cause, verdict, kernel } = await explained(text);
    expect({ cause, verdict, release: kernel.release }).toEqual({
      ...{ cause: alone.cause, verdict: alone.verdict, release: alone.kernel.release },
    });
    expect(kernel.because).toMatch(/; this is boot [12] of 2 in the log, from line \d+$/);
  }
  const file = await scratchFile('boot.log', quiet('6.1.0') + quiet('7.2.0'));
  const { code, err } = await run(['admits', file, 'examples/boards/laptop.dtb']);
  expect(code).toBe(2);
  expect(err).toMatch(/^RW111: \S*boot.log has 2 boots, from lines 1, 5\n/);
});

async function explained(text: string): Promise<{
  cause: string;
  verdict: string;
  kernel: { release: string; because: string };
}> {
  const { out } = await run(['explain', await scratchFile('boot.log', text), '--format', 'json']);
  return JSON.parse(out);
}
