// SPDX-License-Identifier: GPL-2.0-only
// A finding of the kernel's own C replays from its JSON and its tree, and says what does not fit.

import { beforeAll, describe, expect, it } from 'vitest';
import type { UserError } from '#base/errors';
import type { Result } from '#base/result';
import { replayOne } from '#cli/commands/replay';
import { realPipeline } from '#cli/wiring';
import type { Finding } from '#finding/finding';
import type { CheckOptions } from '#finding/report';
import type { PatchInput } from '#realc/build/patch';
import { checkSource } from '#realc/check';
import { findingJson } from '#report/json';
import { parseDocument } from '#report/validate';
import { replayDuringRegister } from '../report/example.ts';
import { cc, edit, NO_LIMIT_MS, treeOrSkip } from './helpers.ts';

const tree = treeOrSkip('7.2', 'replay of what was found in the C of 7.2');

const LAYERS = { strategy: { kind: 'bound', preemptions: 1 }, statesMax: null } as const;

const found = async (
  world: string,
  patches: PatchInput[],
  how: Pick<CheckOptions, 'strategy' | 'statesMax'> = LAYERS,
): Promise<Finding[]> => {
  const { findings } = await checkSource(tree!, null, {
    cc,
    patches,
    world,
    version: '0.0.0',
    check: {
      ...how,
      timeMaxMs: NO_LIMIT_MS,
      properties: null,
      windows: null,
      devices: null,
      asyncProbe: false,
      strictDevlink: false,
      jobs: 1,
    },
  });
  return findings.map((f) => {
    const document = parseDocument(findingJson(f), f.id);
    if (!document.ok || document.value.kind !== 'finding') throw new Error(`${f.id} is invalid`);
    return document.value.finding;
  });
};

const again = (f: Finding, how: { tree: string } | null = { tree: tree! }) =>
  replayOne(f, realPipeline(), how && { ...how, cc });

const codeOf = (r: Result<unknown, UserError>) => (r.ok ? 'replayed' : r.error.code);

const source = { files: {}, compiler: 'some', image: '', reverts: 0, points: [] };

it('asks for the tree where a finding was made from one', async () => {
  const result = await again({ ...replayDuringRegister, source }, null);
  expect(codeOf(result)).toBe('RW311');
  expect(result.ok || result.error.hint).toContain('--tree');
});

it('refuses a tree for a finding of the model', async () => {
  expect(codeOf(await again(replayDuringRegister, { tree: '/nowhere' }))).toBe('RW073');
});

it('refuses a directory that is no tree, and a patch that was edited', async () => {
  const finding = { ...replayDuringRegister, source };
  expect(codeOf(await again(finding, { tree: '/nowhere' }))).toMatch(/^RW30[02]$/);
  const userFixes = [{ name: 'a.diff', sha256: '0'.repeat(64), source: 'x' }];
  const edited = { ...finding, revision: { ...finding.revision, userFixes } };
  expect(codeOf(await again(edited, { tree: '/nowhere' }))).toBe('RW073');
});

describe.skipIf(!tree)('a finding of 7.2', () => {
  let findings: Finding[];
  let patched: Finding;
  beforeAll(async () => {
    findings = [...(await found('two-drivers', [])), ...(await found('two-specifiers', []))];
    const marker = '!dev->iommu && !READ_ONCE(iommu->ready)';
    const patch = edit(tree!, 'drivers/iommu/iommu.c', marker, [], 2);
    patched = (await found('two-drivers', [patch])).find((f) => f.window === 'C09')!;
  });

  it('replays to the same witness, with switch points that only the search has found', async () => {
    expect(findings.length).toBeGreaterThan(6);
    expect(findings.some((f) => f.source!.points.length > 0)).toBe(true);
    for (const f of findings) expect(`${f.id} ${codeOf(await again(f))}`).toBe(`${f.id} replayed`);
  });

  it('replays where all classes of runs were wanted, whichever search has found it', async () => {
    const how = { strategy: { kind: 'source-dpor' }, statesMax: 10_000 } as const;
    const all = await found('acpi-device-add', [], how);
    // The layers have tried all with fewer preemptions, the search of classes has not.
    expect(new Set(all.map((f) => f.minimal))).toEqual(new Set([true, false]));
    for (const f of all) expect(`${f.id} ${codeOf(await again(f))}`).toBe(`${f.id} replayed`);
  });

  it('replays with the patch that it carries', async () => {
    expect(patched.revision.userFixes.length).toBe(1);
    expect(codeOf(await again(patched))).toBe('replayed');
  });

  it('is refused where a file that it passed through is another one', async () => {
    const { source, revision } = patched;
    const files = { ...source!.files, 'drivers/iommu/iommu.c': '0'.repeat(64) };
    const result = await again({ ...patched, source: { ...source!, files } });
    expect(codeOf(result)).toBe('RW312');
    expect(result.ok || result.error.message).toContain('drivers/iommu/iommu.c');
    const bare = { ...patched, revision: { ...revision, userFixes: [] } };
    expect(codeOf(await again(bare))).toBe('RW312');
  });

  it('is refused where it comes to another witness', async () => {
    const f = findings[0]!;
    expect(codeOf(await again({ ...f, preemptions: 7 }))).toBe('RW074');
    expect(codeOf(await again({ ...f, schedule: 'rw1:nobody' }))).toBe('RW076');
  });
});
