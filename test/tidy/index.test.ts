// SPDX-License-Identifier: GPL-2.0-only
// A folder that has an index has all its files in it: what the index does not know is never run.
import path from 'node:path';
import { expect, test } from 'vitest';
import { programs } from './sources.ts';

/** The files whose path matches have to be imported by the index; `but` for a reason. */
interface Indexed {
  readonly index: string;
  readonly files: RegExp;
  /** Files that go another way, which has to be true of each. */
  readonly but?: readonly string[];
}

const indexed: readonly Indexed[] = [
  { index: 'src/properties/index.ts', files: /^src\/properties\/p\d+-.*\.ts$/ },
  { index: 'src/windows/index.ts', files: /^src\/windows\/c\d+-.*\.ts$/ },
  {
    index: 'src/kernel/functions.ts',
    files: /^src\/kernel\/\w+\/.*\.ts$/,
    // The callbacks of struct iommu_ops, and the worker that is no function of k.
    but: ['src/kernel/base/deferred-work.ts', 'src/kernel/iommu/drivers.ts'],
  },
];

type Files = ReadonlyMap<string, string>;

/** What is wrong with one index: files that it lacks, exceptions that are none. */
function faults({ index, files, but = [] }: Indexed, all: Files): string[] {
  const text = all.get(index);
  if (text === undefined) return [`${index}: not there`];
  const known = [...text.matchAll(/from '(\.[^']*)'/g)].map(([, to]) =>
    path.posix.join(path.posix.dirname(index), to!),
  );
  const members = [...all.keys()].filter((name) => files.test(name));
  if (members.length === 0) return [`${index}: has no files`];
  return [
    ...members
      .filter((name) => !known.includes(name) && !but.includes(name))
      .map((name) => `${index}: does not know ${name}`),
    ...but
      .filter((name) => known.includes(name) || !members.includes(name))
      .map((name) => `${index}: ${name} is no exception`),
  ];
}

const here: Files = new Map(programs.map((file) => [file.name, file.text]));

test.each(indexed)('$index knows every file of its folder', (row) => {
  expect(faults(row, here)).toEqual([]);
});

test('a file that is in no index is found, and an exception that is none', () => {
  const [properties, , functions] = indexed;
  const more = new Map([...here, ['src/properties/p15-new.ts', ''], ['src/kernel/of/new.ts', '']]);
  expect(faults(properties!, more)).toEqual([
    'src/properties/index.ts: does not know src/properties/p15-new.ts',
  ]);
  expect(faults(functions!, more)).toEqual([
    'src/kernel/functions.ts: does not know src/kernel/of/new.ts',
  ]);
  const but = ['src/properties/p1-late-warn.ts', 'src/properties/p99-gone.ts'];
  expect(faults({ ...properties!, but }, here)).toEqual(
    but.map((name) => `src/properties/index.ts: ${name} is no exception`),
  );
  expect(faults(properties!, new Map())).toEqual(['src/properties/index.ts: not there']);
});
