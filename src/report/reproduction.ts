// SPDX-License-Identifier: GPL-2.0-only
// What came of booting a kernel under the order of a finding, as text and as JSON.

import { plural, printable, wrap } from '#base/text';
import type { BootSeen, Reproduction } from '#finding/reproduction';

const EXPECTED = {
  breaks: 'every order that these leave breaks it so, too',
  'may break': 'some of the orders that these leave break it so, not all',
  'several windows': 'orders that these leave break it so, others as another window',
  'another window': 'no order that these leave breaks it so, some do as another window',
  keeps: 'no order that these leave breaks it',
  'not decided': 'not explored whole',
} as const;

/** The text, ending in a line feed; the last line is the word alone, if something was booted. */
export function reproductionText(r: Reproduction): string {
  const as = r.window === null ? r.property : `${r.property} as ${r.window}`;
  const rows: [string, string][] = [
    ['finding', `${as} on ${r.device}, found under ${r.found}`],
    ...r.waits.map((wait): [string, string] => {
      const [tell = '', at = ''] = wait.split('<');
      return ['wait', `at ${at} for ${tell}`];
    }),
    [
      'proof',
      `in the model, every order that these leave breaks ${as} (${plural(r.states, 'state')})`,
    ],
    [`model of ${r.model}`, EXPECTED[r.expected]],
  ];
  if (r.machine !== null) {
    const { firmware, device, iommu } = r.machine;
    const by = firmware === 'acpi' ? 'ACPI' : 'device tree';
    rows.push(['machine', `${device} behind ${iommu}, told by ${by}`]);
  }
  if (r.boot !== null) {
    const { control, forced, kernel, because, logs } = r.boot;
    rows.push([
      'kernel',
      `${forced.release || kernel}, unmodified, build id ${forced.buildId || 'unknown'}`,
    ]);
    rows.push(['hooks alone', boundText(control)]);
    rows.push(['in order', `${boundText(forced)}, ${plural(forced.met, 'wait')} met`]);
    const maps = forced.maps.map((map): [string, string] => ['buffer in order', map]);
    rows.push(...maps);
    rows.push(['logs', `control.log, forced.log and build.log in ${logs}`]);
    rows.push(['because', because]);
  }
  const lines = rows.flatMap(([name, text]) => wrap(printable(`${name}: ${text}`), { rest: '  ' }));
  const word = r.boot === null ? [] : [r.boot.word];
  return `${[...lines, ...word].join('\n')}\n`;
}

function boundText({ broken, isDone }: BootSeen): string {
  if (broken !== null) return 'the rule is broken';
  return isDone ? 'the rule is kept' : 'the machine did not come to its end';
}

/** The JSON text. */
export function reproductionJson(r: Reproduction): string {
  return `${JSON.stringify({ format: 'racewindow/reproduction@2', ...r }, null, 2)}\n`;
}
