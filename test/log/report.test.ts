// SPDX-License-Identifier: GPL-2.0-only
// A diagnosis as text and as JSON: widths, plain letters, and the published schema.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { diagnose } from '#diagnosis/diagnose';
import { kernelOfLog } from '#diagnosis/kernel-of';
import type { Diagnosis } from '#finding/diagnosis';
import { readLog, storyOf } from '#log/index';
import { diagnosisJson, diagnosisText } from '#report/diagnosis';
import { windows } from '#windows/index';
import { joins, late, log, smmu3, version } from './suite/build.ts';
import { crashes } from './suite/crashes.ts';
import { excerpts } from './suite/excerpts.ts';
import { inTheWild } from './suite/in-the-wild.ts';
import { healthy, lookAlikes } from './suite/lookalikes.ts';
import { lateProbes } from './suite/windows.ts';

const titles = new Map(windows.map((w) => [w.id, w.title]));
const schema: object = JSON.parse(
  readFileSync(new URL('../../schema/diagnosis-1.schema.json', import.meta.url), 'utf8'),
);
const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

function diagnosed(text: string): Diagnosis {
  const read = readLog(new TextEncoder().encode(text), 'a log');
  if (!read.ok) throw new Error(read.error.message);
  const story = storyOf(read.value);
  return diagnose(story, kernelOfLog(story), null);
}

describe.each([...lateProbes, ...crashes, ...lookAlikes, ...healthy, ...inTheWild, ...excerpts])(
  '$name',
  ({ log: text }) => {
    const d = diagnosed(text);

    test('as text is at most 75 columns wide, of plain letters', () => {
      const lines = diagnosisText(d, { name: 'boot.log', titles }).split('\n');
      expect(lines.filter((l) => l.length > 75 && l.trim().includes(' '))).toEqual([]);
      expect(lines.filter((l) => !/^[\x20-\x7e]*$/.test(l))).toEqual([]);
    });

    test('as JSON is what the schema says', () => {
      expect(validate(JSON.parse(diagnosisJson(d))), JSON.stringify(validate.errors)).toBe(true);
    });
  },
);

test('the text tells verdict, groups, story, windows and what to do', () => {
  const d = diagnosed(
    log(
      version('7.2.12'),
      smmu3,
      late('rwc', 'b000000.rwc', 'walk'),
      joins('rwc', 'b000000.rwc', 0),
      joins('pci', '0000:00:01.0', 1),
    ),
  );
  // How many windows there are, is not the matter.
  const text = diagnosisText(d, { name: 'boot.log', titles }).replace(
    /\d+ (other )?windows?/g,
    'N windows',
  );
  expect(text).toMatchInlineSnapshot(`
    "boot.log: 7.2.12, taken as 7.2.y
      7.2.12 is of that stable tree

    race: C14
      A driver binds without a group while the probe is in flight: late probe
      of b000000.rwc, in the walk of a registering IOMMU; the log has one
      IOMMU, 9050000.smmuv3 (line 2); it joins a group then (line 16) (lines 4,
      2, 16)

    group  device        named by  line
    0      b000000.rwc   rwc       16
    1      0000:00:01.0  pci       17

    b000000.rwc:
           4  is probed late by its IOMMU: warning
          16  joins group 0 (rwc)

    C08 no: The device was probed by somebody else while the lock was dropped
         the log has one IOMMU, 9050000.smmuv3 (line 2) (lines 2, 4)
    C09 no: A client replays the probe that the walk has not reached
         7.2.y has what closes it, da33e87bd2bf ("iommu: Handle yet another
         race around registration") (lines 1, 4)
    C13 no: The second IOMMU of a client is accepted before it is ready
         the log has one IOMMU, 9050000.smmuv3 (line 2) (lines 2, 4)
    C14 certain: A driver binds without a group while the probe is in flight
         late probe of b000000.rwc, in the walk of a registering IOMMU; the log
         has one IOMMU, 9050000.smmuv3 (line 2); it joins a group then (line
         16) (lines 2, 4, 16)
    N windows: no; N windows that the log cannot tell; --format json has
    why

    to do:
      racewindow windows C14 tells which commits open and close it
    "
  `);
});
