// SPDX-License-Identifier: GPL-2.0-only
// What came of booting a kernel under the order of a finding, as text and as JSON.

import { listed, plural, printable, wrap } from '#base/text';
import type { BootedKernel, BootSeen, Expected, Reproduction } from '#finding/reproduction';

const EXPECTED: Readonly<Record<Expected, string>> = {
  breaks: 'every order that these leave breaks it so, too',
  'may break': 'some of the orders that these leave break it so, not all',
  'several windows': 'orders that these leave break it so, others as another window',
  'another window': 'no order that these leave breaks it so, some do as another window',
  keeps: 'no order that these leave breaks it',
  'not decided': 'not explored whole',
  'no model': 'there is none of these patches; --with and --without name it',
};

type Row = readonly [name: string, text: string];

/** The text, ending in a line feed; the last line is the word alone, if something was booted. */
export function reproductionText(r: Reproduction): string {
  const as = r.window === null ? r.property : `${r.property} as ${r.window}`;
  const rows: Row[] = [
    ['finding', `${as} on ${r.device}, found under ${r.found}`],
    ...r.waits.map((wait): Row => {
      const [tell = '', at = ''] = wait.split('<');
      return ['wait', `at ${at} for ${tell}`];
    }),
    [
      'proof',
      `in the model, every order that these leave breaks ${as} (${plural(r.states, 'state')})`,
    ],
  ];
  if (r.machine !== null) {
    const { firmware, device, subject, iommu } = r.machine;
    const by = firmware === 'acpi' ? 'ACPI' : 'device tree';
    const both = subject === device ? device : `${device} acts and ${subject} is asked about, both`;
    rows.push(['machine', `${both} behind ${iommu}, told by ${by}`]);
  }
  if (r.boot === null) rows.push(modelRow(r));
  else rows.push(...bootRows(r, r.boot));
  const lines = rows.flatMap(([name, text]) => wrap(printable(`${name}: ${text}`), { rest: '  ' }));
  const word = r.boot === null ? [] : [r.boot.word];
  return `${[...lines, ...word].join('\n')}\n`;
}

function bootRows({ patches }: Reproduction, boot: NonNullable<Reproduction['boot']>): Row[] {
  const { without, because, logs } = boot;
  const before: Row[] =
    without === null
      ? []
      : [
          ...kernelRows(without, 'built of the tree as it is'),
          ['without patches', `${without.word}: ${without.because}`],
        ];
  // Names without their folders: a line has no room for those.
  const shortened = patches.map((file) => file.replace(/^(-?).*\//, '$1'));
  const changed = patches.length === 0 ? 'as it is' : `with ${shortened.join(', ')}`;
  const how = boot.isStock ? 'unmodified' : `built of the tree ${changed}`;
  const names = ['control', 'forced', 'build'];
  const files = [...names, ...(without === null ? [] : names.map((name) => `${name}-without`))];
  const list = files.map((name) => `${name}.log`);
  return [
    ...before,
    ...kernelRows(boot, how),
    ['logs', `${listed(list, 'and')} in ${logs}`],
    ['because', because],
  ];
}

function modelRow({ model, expected }: Pick<Reproduction, 'model' | 'expected'>): Row {
  return [model === null ? 'model' : `model of ${model}`, EXPECTED[expected]];
}

/** One kernel that was booted twice; @how it came about. */
function kernelRows(booted: BootedKernel, how: string): Row[] {
  const { kernel, control, forced } = booted;
  const name = forced.release || kernel;
  return [
    ['kernel', `${name}, ${how}, build id ${forced.buildId || 'unknown'}`],
    modelRow(booted),
    ['hooks alone', boundText(control)],
    ['in order', `${boundText(forced)}, ${plural(forced.met, 'wait')} met`],
    ...forced.maps.map((map): Row => ['buffer in order', map]),
  ];
}

function boundText({ broken, isDone }: BootSeen): string {
  if (broken !== null) return 'the rule is broken';
  return isDone ? 'the rule is kept' : 'the machine did not come to its end';
}

/** The JSON text. */
export function reproductionJson(r: Reproduction): string {
  return `${JSON.stringify({ format: 'racewindow/reproduction@3', ...r }, null, 2)}\n`;
}
