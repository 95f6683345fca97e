// SPDX-License-Identifier: GPL-2.0-only
// Waits in the model: what they leave of a world, and those that are found for a finding.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { check } from '#checker/index';
import type { Finding } from '#finding/finding';
import type { BrokenAt } from '#finding/why';
import { findRevision, type Revision, withCommits } from '#kernel/index';
import { readPlatform } from '#platform/index';
import { boardFile, unitsFile } from '#reproduce/guest-files';
import { expectedOf, planFor, proofOf } from '#reproduce/plan';
import { argumentsFor, reproduce } from '#reproduce/reproduce';
import type { Wait } from '#reproduce/waits';
import { watchedScene } from '#run/watched-scene';
import { worldsForPlatform } from '#worlds/derive';
import type { World } from '#worlds/world';

function kernel(name: string, without: readonly string[] = []): Revision {
  const base = findRevision(name);
  const made = base.ok ? withCommits(base.value, { with: [], without }) : base;
  if (!made.ok) throw new Error(made.error.message);
  return made.value;
}

/** A scene of the machine that is booted, from the tree that it is booted with. */
function worldOf(device: string, begins: string, file = boardFile): World {
  const platform = readPlatform(new Uint8Array(readFileSync(file)));
  if (!platform.ok) throw new Error(platform.error.message);
  const actors = file === unitsFile ? ['client beside two walks'] : [];
  const axes = { asyncProbe: false, strictDevlink: false, actors };
  const worlds = worldsForPlatform(platform.value, axes);
  const isIt = ({ focus, name }: World): boolean =>
    focus.includes(device) && name.startsWith(begins);
  return worlds.find((w) => isIt(w.world))!.world;
}

const machineWorld = worldOf('b000000.client', 'walk+bind+retry');

/** What waits and plans look at in a finding of @property as @window. */
function findingOf(
  revision: Revision,
  property: string,
  window: string,
  { world = machineWorld, reads = [] }: { world?: World; reads?: BrokenAt['reads'] } = {},
): Finding {
  const { findings } = check(watchedScene(world, revision, [property]), { explainMax: 0 });
  const found = findings.find((f) => f.report.window === window)!;
  const { subject, because, facts } = found.report;
  const witness = { subject, because, facts };
  const id = `${property}-${window}`;
  const { schedule, trace } = found;
  const failure: BrokenAt = { step: trace.length - 1, atEnd: property === 'P10', reads };
  return { id, property, window, world, witness, schedule, failure } as unknown as Finding;
}

const stock = kernel('7.2');
const unchecked = kernel('7.2', ['da33e87bd2bf']);

test('two waits leave no order but those of C10, and either alone leaves others', () => {
  const c10 = findingOf(stock, 'P1', 'C10');
  const first: Wait = { tell: 'bind:of_iommu_configure+', at: 'walk:probe_iommu_group+' };
  const second: Wait = { tell: 'walk:probe_iommu_group-', at: 'bind:of_iommu_configure+' };
  expect(proofOf(c10, stock, [first, second]).outcome).toBe('proved');
  for (const waits of [[], [first], [second]]) {
    expect(proofOf(c10, stock, waits).outcome).toBe('escapes');
  }
  // A walk that waits for the bind to be over lets the bind defer, or finds it done.
  const other: Wait = { tell: 'bind:really_probe-', at: 'walk:probe_iommu_group+' };
  expect(proofOf(c10, stock, [other]).outcome).not.toBe('proved');
});

test('the waits of C09 break the rule without the check, and not with it', () => {
  const c09 = findingOf(unchecked, 'P1', 'C09');
  const plan = planFor(c09, unchecked);
  if (!plan.ok || plan.value.waits === null) throw new Error('no waits');
  const { waits } = plan.value;
  expect(proofOf(c09, unchecked, waits).outcome).toBe('proved');
  expect(proofOf(c09, stock, waits).outcome).not.toBe('proved');
  expect(expectedOf(c09, unchecked, waits)).toBe('breaks');
  expect(expectedOf(c09, stock, waits)).toBe('keeps');
  const client = 'b000000.client';
  const names = { device: client, subject: client, iommu: '9050000.smmuv3' };
  const how = {
    firmware: 'dt',
    act: 'bind',
    async: false,
    expires: false,
    ready: null,
    beside: null,
    hasUnits: false,
  } as const;
  const scene = { ...names, ...how };
  const args = argumentsFor(scene, [
    'bind:really_probe+<walk:of_iommu_configure-',
    'walk:iommu_device_register+<bind:dma_map_single+',
  ]);
  // What the module hooks in any case, and what its own driver does, it is not asked for.
  expect(args).toContain('hooks=of_iommu_configure,really_probe');
});

test('two waits leave no order of a bind but one without a group: C14', () => {
  const c14 = findingOf(stock, 'P3', 'C14');
  const waits: readonly Wait[] = [
    { tell: 'bind:iommu_device_use_default_domain-', at: 'walk:of_iommu_configure+' },
    { tell: 'walk:platform_dma_configure+', at: 'bind:really_probe+' },
  ];
  expect(proofOf(c14, stock, waits).outcome).toBe('proved');
  expect(proofOf(c14, stock, waits.slice(1)).outcome).toBe('escapes');
});

const group = 'b000000.client.iommu_group#1';
const domain = { object: group, field: 'default_domain', value: `${group}.domain#1` };

test.each([
  ['P11', 'C14', { reads: [domain] }],
  // A walk inside dma_configure(), while another thread probes the device and binds it.
  ['P10', 'C36', { world: worldOf('0000:00:00.0', 'walk+add+retry') }],
])('the order of the conflicts of %s as %s leaves no other', (property, window, about) => {
  const finding = findingOf(stock, property, window, about);
  const plan = planFor(finding, stock);
  if (!plan.ok || plan.value.waits === null) throw new Error('no waits');
  const { waits, tried } = plan.value;
  expect(tried).toBeLessThan(40);
  expect(proofOf(finding, stock, waits).outcome).toBe('proved');
  for (const wait of waits) {
    const fewer = waits.filter((w) => w !== wait);
    expect(proofOf(finding, stock, fewer).outcome).not.toBe('proved');
  }
});

test('a walk is held at the device that the rule is about, who adds another at that one', () => {
  const world = worldOf('0000:00:00.0', 'walk+add+retry');
  const c11 = findingOf(stock, 'P2', 'C11', { world });
  expect(c11.witness.subject).toBe('0000:01:00.0');
  const waits: readonly Wait[] = [
    { tell: 'walk:probe_iommu_group+', at: 'add:iommu_probe_device+' },
    { tell: 'add:iommu_probe_device-', at: 'walk:probe_iommu_group+' },
  ];
  expect(proofOf(c11, stock, waits).outcome).toBe('proved');
  for (const wait of waits) expect(proofOf(c11, stock, [wait]).outcome).not.toBe('proved');
});

test('a crash that the machine detects is proved for the client that is bound', () => {
  const world = worldOf('b003000.client', 'walk+bind+retry');
  const c16 = findingOf(stock, 'P5', 'C16', { world });
  const plan = planFor(c16, stock);
  if (!plan.ok || plan.value.waits === null) throw new Error('no waits');
  expect(plan.value.device).toBe('b003000.client');
  const { waits } = plan.value;
  expect(proofOf(c16, stock, waits).outcome).toBe('proved');
  expect(expectedOf(c16, stock, waits)).toBe('breaks');
  expect(proofOf(c16, stock, waits.slice(1)).outcome).not.toBe('proved');
  // On the platform bus the driver is read once.
  expect(expectedOf({ ...c16, world: machineWorld }, stock, waits)).toBe('keeps');
});

test('the end of deferral is a point, and its waits leave no order but those of C22', () => {
  const world = worldOf('b000000.client', 'walk+bind+timeout');
  const c22 = findingOf(stock, 'P3', 'C22', { world });
  const waits: readonly Wait[] = [
    { tell: 'timeout:deferred_probe_timeout_work_func-', at: 'bind:of_iommu_configure+' },
    { tell: 'bind:of_iommu_configure-', at: 'walk:iommu_device_register+' },
  ];
  expect(proofOf(c22, stock, waits).outcome).toBe('proved');
  for (const wait of waits) expect(proofOf(c22, stock, [wait]).outcome).not.toBe('proved');
});

test('who retries once the order of two walks is broken waits for that: C40', () => {
  const world = worldOf('b001000.client', 'walk+walk beside', unitsFile);
  const c40 = findingOf(stock, 'P2', 'C40', { world });
  const plan = planFor(c40, stock);
  if (!plan.ok || plan.value.waits === null) throw new Error('no waits');
  const { waits } = plan.value;
  expect(waits.some(({ at }) => at.startsWith('worker:'))).toBe(true);
  expect(waits.some(({ tell }) => tell.startsWith('beside:'))).toBe(true);
  expect(expectedOf(c40, stock, waits)).toBe('breaks');
  const others = waits.filter(({ at }) => !at.startsWith('worker:'));
  expect(proofOf(c40, stock, others).outcome).toBe('escapes');
});

test('a rule that is judged over all runs cannot be forced', () => {
  const plan = planFor({ ...findingOf(stock, 'P1', 'C10'), property: 'P9' }, stock);
  expect(plan).toMatchObject({ ok: false, error: { code: 'RW500' } });
});

test('the model of a tree is of its release, and not of a later one of its series', async () => {
  const c10 = findingOf(stock, 'P1', 'C10');
  const told = async (version: string) => {
    const tree = { dir: 'tree', version, overlay: new Map() };
    const on = { tree, patches: [], model: { with: [], without: [] } };
    return reproduce(c10, stock, { on, scene: null, out: null });
  };
  for (const [version, model] of [
    ['7.2.12', '7.2.y'],
    ['7.2.5', '7.2'],
    ['6.15.3', '6.15.1'],
  ] as const) {
    expect(await told(version)).toMatchObject({ ok: true, value: { model } });
  }
  expect(await told('5.10.1')).toMatchObject({ ok: false, error: { code: 'RW504' } });
});
