// SPDX-License-Identifier: GPL-2.0-only
// Traces of runs with store buffers: told as late stores, without the buffers.
import { describe, expect, test } from 'vitest';
import { check } from '#checker/check';
import type { MemoryModel } from '#checker/program/store-buffers';
import type { Finding } from '#finding/finding';
import { withoutBuffers } from '#report/buffers';
import { raceTable, stackTable } from '#report/table';
import { whyLines } from '#report/why';
import { storesText } from '#report/words';
import { litmusScene, litmusTests } from '../support/checker/litmus/shapes.ts';
import { replayDuringRegister } from './example.ts';

/** The first finding of the litmus test with this @name, as a finding of a report. */
function shown(name: string, model: 'tso' | 'pso'): Finding {
  const litmus = litmusTests.find((l) => l.name === name)!;
  const { findings } = check(litmusScene(litmus, model satisfies MemoryModel));
  const { trace, deciding, why } = findings[0]!;
  return {
    ...replayDuringRegister,
    world: null,
    memory: { model, fields: [] },
    trace,
    deciding,
    ...(why === null ? {} : { why }),
  };
}

describe('under store buffers', () => {
  test.each([
    ['MP', 'pso'],
    ['SB', 'tso'],
    ['2+2W', 'pso'],
  ] as const)('the table of %s under %s', async (name, model) => {
    const told = withoutBuffers(shown(name, model));
    expect(storesText(told)).toMatch(/^stores reach memory late/);
    const sections = [raceTable(told), stackTable(told), whyLines(told)];
    const text = sections.map((lines) => `${lines.join('\n')}\n`).join('\n');
    await expect(text).toMatchFileSnapshot(`golden/${name}.${model}.txt`);
  });

  test('no buffer is named, and each index names the same step', () => {
    for (const { name, allowed } of litmusTests) {
      for (const model of allowed) {
        if (model === 'sc') continue;
        const given = shown(name, model);
        const told = withoutBuffers(given);
        expect(JSON.stringify(told.trace)).not.toMatch(/:buffer| (tso|pso)"/);
        const before = given.trace[given.deciding!]!;
        const after = told.trace[told.deciding!]!;
        if (!JSON.stringify(before).includes(':buffer')) {
          expect([after.thread, after.op, after.object, after.field]).toEqual([
            before.thread,
            before.op,
            before.object,
            before.field,
          ]);
        }
      }
    }
  });

  test('a finding without buffers is left as it is', () => {
    expect(withoutBuffers(replayDuringRegister)).toBe(replayDuringRegister);
  });
});
