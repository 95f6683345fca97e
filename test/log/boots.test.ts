// SPDX-License-Identifier: GPL-2.0-only
// Several boots in one log: none is told with the kernel or the groups of another.

import { expect, test } from 'vitest';
import { bootsOf, readLog, storyOf } from '#log/index';
import { run, scratchFile } from '../cli/fake.ts';
import { faultOf, joins, log, smmu, version } from './suite/build.ts';
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

/** Lines whose stamps are of microseconds, from @start on. */
const timed = (start: number, ...lines: string[]): string =>
  lines.map((l, i) => `[${(start + i * 0.050_021).toFixed(6).padStart(12)}] ${l}\n`).join('');
const commandLine = 'Kernel command line: quiet';
const head = (release: string): string => timed(0, version(release)) + timed(0, commandLine);
const main = (start = 1.000_123): string =>
  timed(start, smmu, joins('platform', gpu, 0), joins('platform', 'a600000.usb', 1));

test('of two kernels the first may die before its clock runs', () => {
  const text = head('6.15.0') + head('7.2.0') + main();
  expect(linesOf(text)).toEqual([1, 3]);
});

test('clocks of CPUs that differ begin no boot, nor do those of a suspended machine', () => {
  const asked = timed(5.000_004, version('6.15.0'));
  const text = head('6.15.0') + main() + timed(5.000_011, `adreno ${gpu}: hello`) + asked;
  expect(linesOf(text + timed(6.000_007, `adreno ${gpu}: hello`))).toEqual([1]);
  const resumed = timed(90.1, 'PM: suspend entry (deep)', 'PM: suspend exit', smmu);
  expect(linesOf(head('6.15.0') + main() + resumed)).toEqual([1]);
});

test('what is told twice is of one boot, and there once', () => {
  const boot = head('6.15.0') + main();
  const kinds = (text: string): string[] => {
    const read = readLog(new TextEncoder().encode(text), 'a log');
    if (!read.ok) throw new Error(read.error.message);
    expect(bootsOf(read.value).length).toBe(1);
    return bootsOf(read.value)[0]!.events.map((e) => e.kind);
  };
  const whole = ['version', 'command-line', 'instance', 'group', 'group'];
  expect(kinds(boot + boot)).toEqual(whole);
  expect(kinds(boot + main())).toEqual(whole);
  expect(kinds(boot.replace(/^.*\n/gm, '$&$&')).slice(-3)).toEqual(whole.slice(-3));
  // A console has fewer lines than dmesg; a mail quotes one of them first.
  const console = head('6.15.0') + timed(1.000_123, smmu);
  expect(kinds(console + boot)).toEqual(whole);
  expect(kinds(console + main())).toEqual(whole);
  expect(kinds(timed(1.000_123, smmu) + boot)).toEqual(whole);
  expect(kinds(boot + main() + timed(9.000_007, joins('pci', '0000:00:01.0', 2)))).toEqual([
    ...whole,
    'group',
  ]);
  // Each has what the other lacks: where that belongs is not told.
  const usb = timed(1.200_001, joins('platform', 'a800000.usb', 2));
  const gone = head('6.15.0') + timed(1.000_123, smmu, joins('platform', gpu, 0)) + usb;
  expect(kinds(gone + main())).toContain('gap');
  // The same kernel again, with times of its own or with those of a clock that counts ticks.
  expect(linesOf(boot + head('6.15.0') + main(1.000_217))).toEqual([1, 6]);
  const coarse = head('6.15.0') + timed(1, smmu).replace('.000000', '.010000');
  expect(linesOf(coarse + coarse)).toEqual([1, 4]);
});

test('an IOMMU that registers earlier than it has is one of another boot', () => {
  expect(linesOf(main(2.000_123) + main())).toEqual([1, 4]);
  expect(linesOf(main() + main(2.000_123))).toEqual([1]);
});

test('a journal says itself where a boot begins', () => {
  const bare = (text: string): string => text.replace(/^\[[^\]]*\] /gm, 'host kernel: ');
  const tail = bare(timed(9, `adreno ${gpu}: hello`));
  for (const line of [`-- Boot ${'0123456789abcdef'.repeat(2)} --\n`, '-- Reboot --\n']) {
    expect(linesOf(bare(main()) + line + bare(main()))).toEqual([1, 5]);
    expect(linesOf(bare(main()) + line + bare(head('6.15.0') + main()))).toEqual([1, 5]);
    expect(linesOf(line + bare(main()))).toEqual([2]);
    expect(linesOf(bare(main()) + line + tail + line + bare(main()))).toEqual([1, 7]);
  }
  // Without such a line, a start is told by what follows it, whatever came before.
  const waits = bare(timed(9, 'platform 1.x: deferred probe pending: (reason unknown)'));
  const start = bare(head('6.15.0'));
  expect(linesOf(start + waits + start + bare(main()))).toEqual([1, 4]);
  // What another machine says between lines that have prefixes is not of this log.
  const other = 'Linux version 5.10.0-lab (a@b)\n';
  expect(linesOf(start + other + bare(main()))).toEqual([1]);
});

test.each(['Thu 2025-04-10 10:00:00 CEST host kernel: ', '1712743200.123456 host kernel: '])(
  'a journal that prefixes lines with %s is read',
  (prefix) => {
    const text = (head('6.15.0') + main()).replace(/^\[[^\]]*\] /gm, prefix);
    expect(linesOf(text + text.replace('6.15.0', '7.2.0'))).toEqual([1, 6]);
  },
);

test('what a driver says in one boot is not counted in the next', () => {
  const hello = Array.from({ length: 9 }, (_, i) => `adreno ${gpu}: hello ${i}`);
  const text =
    head('6.15.0') + timed(5.000_3, ...hello) + head('7.2.0') + timed(6.000_1, hello[0]!);
  const read = readLog(new TextEncoder().encode(text), 'a log');
  const boots = read.ok ? bootsOf(read.value) : [];
  expect(boots.map((b) => b.events.some((e) => e.kind === 'spoke'))).toEqual([true, true]);
});

test('what a journal has missed, and a fault in a log that is cut, prove nothing', async () => {
  const missed = 'host systemd-journald[241]: Missed 12 kernel messages\n';
  const read = readLog(new TextEncoder().encode(head('6.15.0') + missed + main()), 'a log');
  expect(read.ok && storyOf(bootsOf(read.value)[0]!).isWhole).toBe(false);
  const fault = timed(90.000_3, `adreno ${gpu}: hello`, faultOf(gpu));
  expect(await explained(fault)).toMatchObject({ verdict: 'can not tell', cause: 'unknown' });
});

async function explained(text: string): Promise<{
  cause: string;
  verdict: string;
  kernel: { release: string; because: string };
}> {
  const { out } = await run(['explain', await scratchFile('boot.log', text), '--format', 'json']);
  return JSON.parse(out);
}

test('a call trace of another release, where the clock goes back, is of another boot', () => {
  const cut = quiet('6.15.0').split('\n').slice(2).join('\n');
  const traceOf = (release: string): string =>
    `[    0.000000] CPU: 1 UID: 0 PID: 13 Comm: udevd Not tainted ${release} #315\n`;
  expect(linesOf(quiet('7.2.0') + traceOf('6.15.0') + cut)).toEqual([1, 5]);
  expect(linesOf(quiet('7.2.0') + traceOf('7.2.0') + cut)).toEqual([1]);
});
