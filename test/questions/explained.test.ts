// SPDX-License-Identifier: GPL-2.0-only
// What findings of the kernel's worlds say of why they fail, computed again by brute force; npm run
// explained does so for hundreds.
import { describe, expect, test } from 'vitest';
import type { Finding } from '#finding/finding';
import { checkPlatform, defaultCheck } from '#questions/check';
import { decidingSteps } from '#report/select';
import { kernel, laptop } from '../support/boards.ts';
import { recheckFindings } from '../support/findings.ts';

const all = ['P1', 'P2', 'P3'];
const known = new Map<string, Promise<readonly Finding[]>>();

/** Findings, computed once for each question. */
function findingsOf(...question: Parameters<typeof find>): ReturnType<typeof find> {
  const key = JSON.stringify(question);
  const findings = known.get(key) ?? find(...question);
  known.set(key, findings);
  return findings;
}

async function find(name: string, device: string, properties = all): Promise<readonly Finding[]> {
  const { findings } = await checkPlatform(
    laptop(),
    { revision: kernel(name), userFixes: [] },
    {
      ...defaultCheck,
      devices: [device],
      properties,
      windows: ['C09', 'C10', 'C11', 'C14'],
    },
    '0',
  );
  return findings;
}

describe.each([
  // The graph of one finding is made again; those of the others are left to the sweep.
  ['6.15.0', '3d00000.gpu', 130_000],
  ['7.2', '0000:00:00.0', 0],
])('findings under %s of %s', async (name, device, statesMax) => {
  const findings = await findingsOf(name, device);

  test('are there', () => expect(findings.length).toBeGreaterThan(2));

  test('say what brute force says', () => {
    const [first, ...others] = findings;
    for (const { finding, faults } of [
      ...recheckFindings([first!], statesMax),
      ...recheckFindings(others, 0),
    ]) {
      expect(faults, finding.id).toEqual([]);
    }
  });

  test('mark the two accesses of the pair, of which the later decides', () => {
    for (const finding of findings) {
      const { pair } = finding.why!;
      const marked = decidingSteps(finding);
      if (pair === null) expect(marked).toEqual([]);
      else expect(marked).toEqual([pair.victim, pair.intruder].sort((a, b) => a - b));
      expect(finding.deciding).toBe(marked.at(-1) ?? null);
    }
  });

  test('have the locks of each step in the order taken', () => {
    for (const { trace } of findings) {
      const held = new Map<string, string[]>();
      for (const { thread, op, object, locks } of trace) {
        const mine = held.get(thread) ?? [];
        if (/^(read_|write_)?lock$/.test(op)) mine.push(object);
        if (/unlock$/.test(op)) mine.splice(mine.lastIndexOf(object), 1);
        held.set(thread, mine);
        expect(locks).toEqual(mine);
      }
    }
  });
});

test('the pair is of accesses to what matters, whichever rules were asked for', async () => {
  const device = '0000:00:00.0';
  const alone = await findingsOf('7.2', device, ['P2']);
  const among = await findingsOf('7.2', device);
  const skips = (f: Finding): boolean => f.property === 'P2' && f.window === 'C10';
  const told = [alone, among].map((findings) => {
    const { trace, why, deciding } = findings.find(skips)!;
    expect(trace[deciding!]).toMatchObject({ op: 'load', field: 'driver', object: device });
    expect(why!.pair!.breaks.map((r) => r.property)).toContain('P1');
    return decidingSteps(findings.find(skips)!).map((i) => [trace[i]!.op, trace[i]!.function]);
  });
  expect(told[0]).toEqual([
    ['store', 'device_set_driver'],
    ['load', 'iommu_init_device'],
  ]);
  expect(told[1]).toEqual(told[0]);
});
