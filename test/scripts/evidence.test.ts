// SPDX-License-Identifier: GPL-2.0-only
// docs/evidence.md: written from its records, and what a row says of the boots of a window.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { properties } from '#properties/index';
import { windows } from '#windows/index';

interface Boot {
  readonly board: string;
  readonly finding: string;
  readonly window: string | null;
  readonly property: string;
  readonly word: string;
  readonly because: string;
  readonly release: string | null;
}
interface Search {
  readonly kernel: string;
  readonly strategy: string;
  readonly worlds: number;
  readonly bounded: number;
  readonly windows: readonly {
    readonly window: string;
    readonly outcome: string;
    readonly rules: readonly string[];
  }[];
}
interface Records {
  readonly boots: readonly Boot[];
  readonly source?: readonly Search[];
  /** By window that no boot has shown: what stands in the way. */
  readonly missing?: Readonly<Record<string, string>>;
}
const { evidenceMarkdown } = (await import('../../scripts/evidence-page.mjs' as string)) as {
  evidenceMarkdown(of: {
    readonly windows: typeof windows;
    readonly properties: typeof properties;
    readonly records: Records;
    readonly matrix: string;
    readonly kernel: string;
  }): string;
};
const matrix = readFileSync('docs/matrix.md', 'utf8');
const page = (records: Records) =>
  evidenceMarkdown({ windows, properties, records, matrix, kernel: '7.2' });
const kept = JSON.parse(readFileSync('scripts/evidence.json', 'utf8')) as Records;

test('docs/evidence.md is what its records say', async () => {
  await expect(page(kept)).toMatchFileSnapshot('../../docs/evidence.md');
  // Each boot has shown what the model says, or was none.
  expect(kept.boots.filter(({ word }) => word === 'not reproduced')).toEqual([]);
});

test('of each window that no boot has shown, and of no other, it is told why', () => {
  const section = page(kept).split('## What no boot has shown')[1]!;
  const rows = [...section.matchAll(/^\| (C\d+) \| .+ \| (.+) \|$/gm)];
  expect(rows.map(([, id]) => id)).toEqual(Object.keys(kept.missing!));
  for (const [, , why] of rows) expect(why).not.toBe('-');
});

test('a window has the rules that were seen by firmware, else the words, else a dash', () => {
  const about = { window: 'C14', because: 'seen', release: '7.2', finding: 'F' };
  const boot = (board: string, property: string, word: string): Boot => ({
    ...{ ...about, board, property, word },
  });
  const cell = (...boots: Boot[]): string => {
    const line = page({ boots }).split('\n');
    return line.find((text) => text.startsWith('| C14 |'))!.split(' | ')[4]!;
  };
  const seen = boot('qemu-virt.dtb', 'P3', 'reproduced');
  expect(cell()).toBe('-');
  expect(cell(boot('qemu-virt.dtb', 'P2', 'refused'))).toBe('refused');
  expect(cell(seen, seen, boot('qemu-virt.dtb', 'P1', 'infeasible'))).toBe('P3 dt');
  expect(cell(seen, boot('qemu-virt-acpi', 'P11', 'reproduced'))).toBe('P3 dt, P11 acpi');
});

test('a window has the rules that a search of the C broke, else what came of it', () => {
  const search = (outcome: string, ...rules: string[]): Search => ({
    ...{ kernel: 'linux-7.2.12', strategy: 'bound=1', worlds: 2, bounded: 0 },
    windows: [{ window: 'C14', outcome, rules }],
  });
  const text = (...source: Search[]): string => page({ boots: [], source });
  const cell = (...source: Search[]): string =>
    text(...source)
      .split('\n')
      .find((line) => line.startsWith('| C14 |'))!
      .split(' | ')[3]!;
  expect(cell()).toBe('-');
  expect(cell(search('absent'))).toBe('absent');
  expect(cell(search('absent'), search('found', 'P11', 'P3', 'oops'))).toBe('P3 P11 oops');
  expect(text(search('absent'))).not.toContain('for want of time');
  expect(text({ ...search('bounded'), bounded: 1 })).toContain('1 of them not to the end');
});
