// SPDX-License-Identifier: GPL-2.0-only
// Which device of the machine stands for a client, what acts there, and what is refused.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Finding } from '#finding/finding';
import { readPlatform } from '#platform/index';
import { boardFile, unitsFile } from '#reproduce/guest-files';
import { sceneOf } from '#reproduce/scene';
import { worldsForPlatform } from '#worlds/derive';
import type { World } from '#worlds/world';

const worlds = [boardFile, unitsFile].flatMap((file) => {
  const platform = readPlatform(new Uint8Array(readFileSync(file)));
  if (!platform.ok) throw new Error(platform.error.message);
  const actors = file === unitsFile ? ['client beside two walks'] : [];
  return worldsForPlatform(platform.value, { asyncProbe: false, strictDevlink: false, actors });
});

function findingOn(subject: string, begins: string, change: Partial<World> = {}): Finding {
  const isIt = ({ focus, name }: World) => focus.includes(subject) && name.startsWith(begins);
  const { world } = worlds.find((w) => isIt(w.world))!;
  const finding = { id: 'F', property: 'P3', witness: { subject }, revision: { userFixes: [] } };
  return { ...finding, world: { ...world, ...change } } as unknown as Finding;
}

const pci = '0000:00:00.0';
const smmu = '9050000.smmuv3';
const bind = 'walk+bind+retry';
const { threads, switches } = findingOn(pci, bind).world as World;
const notYet = { ...switches, deferralEnabled: false };
const elsewhere = threads.map((t) => (t.kind === 'driver-attach' ? { ...t, device: smmu } : t));

/** The scene as on ACPI: the IOMMU has the name that Linux gives it there. */
function onAcpi(subject: string, begins: string): Finding {
  const { world } = findingOn(subject, begins);
  const text = JSON.stringify(world).replaceAll(smmu, 'arm-smmu-v3.0.auto');
  return findingOn(subject, begins, { ...(JSON.parse(text) as World), firmware: 'acpi' });
}

test.each([
  ['a platform client', findingOn('b000000.client', bind), 'b000000.client', smmu, 'bind'],
  ['a PCI function', findingOn(pci, bind), '0000:00:01.0', smmu, 'bind'],
  ['one that is added', findingOn(pci, 'walk+add+retry'), '0000:00:01.0', smmu, 'add'],
  ['one on ACPI', onAcpi(pci, bind), '0000:00:01.0', 'arm-smmu-v3.0.auto', 'bind'],
])('%s has a place on the machine', (_what, finding, device, iommu, act) => {
  const scene = sceneOf(finding, 'boot');
  const value = { device, subject: device, iommu, act, async: false, expires: false };
  expect(scene).toMatchObject({ ok: true, value });
  expect(sceneOf(finding, 'plan')).toEqual({ ok: true, value: null });
});

test('a crash has a place on the machine as C16 alone, at the client of the scene', () => {
  const crash = { ...findingOn('b003000.client', bind), property: 'P5' };
  const thread = { ...crash, witness: { ...crash.witness, subject: 'swapper/0' } };
  const value = { device: 'b003000.client', subject: 'b003000.client', act: 'bind' };
  expect(sceneOf({ ...thread, window: 'C16' }, 'boot')).toMatchObject({ ok: true, value });
  const other = sceneOf({ ...thread, window: 'C21' }, 'boot');
  expect(other).toMatchObject({ ok: false, error: { code: 'RW503' } });
});

test('a client of two IOMMUs that the module drives finds one ready', () => {
  const isIt = ({ instances, threads: all }: World): boolean =>
    instances.length === 2 && instances[0]!.registered && all[1]?.kind === 'driver-attach';
  const { world } = worlds.find((w) => isIt(w.world))!;
  const finding = findingOn('b000000.client', bind, world);
  const units = { ready: 'b100000.iommu', iommu: 'b101000.iommu', beside: null, hasUnits: true };
  expect(sceneOf(finding, 'boot')).toMatchObject({ ok: true, value: { ...units, act: 'bind' } });
  expect(sceneOf({ ...finding, property: 'P2' }, 'boot')).toMatchObject({ ok: false });
  expect(sceneOf(finding, 'module')).toMatchObject({ ok: false, error: { code: 'RW503' } });
});

test('two IOMMUs that the module drives register at once, with a client that waits', () => {
  const finding = { ...findingOn('b001000.client', 'walk+walk beside'), property: 'P2' };
  const units = { ready: null, iommu: 'b100000.iommu', beside: 'b101000.iommu', hasUnits: true };
  expect(sceneOf(finding, 'boot')).toMatchObject({ ok: true, value: { ...units, act: 'walk' } });
  const { devices } = finding.world as World;
  const fresh = devices.map((d) => ({ ...d, deferred: false }));
  const undone = findingOn('b001000.client', 'walk+walk beside', { devices: fresh });
  expect(sceneOf(undone, 'boot')).toMatchObject({ ok: false, error: { code: 'RW503' } });
});

test('a deferral that is given up is a scene of its own', () => {
  const scene = sceneOf(findingOn(pci, 'walk+bind+timeout'), 'boot');
  expect(scene).toMatchObject({ ok: true, value: { act: 'bind', expires: true } });
});

/** @finding, of a world in which another function stands before (or after) its client. */
function withAnother(finding: Finding, property: string, isBefore: boolean): Finding {
  const world = finding.world as World;
  const client = world.devices.find((d) => d.name === pci)!;
  const another = { ...client, name: 'another', role: 'bystander', driver: null } as const;
  const mine = world.devices.filter((d) => d !== client);
  const devices = [...mine, ...(isBefore ? [another, client] : [client, another])];
  const witness = { ...finding.witness, subject: 'another' };
  return { ...finding, property, witness, world: { ...world, devices } };
}

test('a function that the added one overtakes stands before it on the machine', () => {
  const added = findingOn(pci, 'walk+add+retry');
  const scene = sceneOf(withAnother(added, 'P2', true), 'boot');
  const value = { device: '0000:00:01.0', subject: '0000:00:00.0', act: 'add' };
  expect(scene).toMatchObject({ ok: true, value });
  for (const none of [withAnother(added, 'P2', false), { ...added, property: 'P2' }]) {
    expect(sceneOf(none, 'boot')).toMatchObject({ ok: false, error: { code: 'RW503' } });
  }
});

test('a platform client may have a colon in its name', () => {
  const { world } = findingOn('b000000.client', bind);
  const text = JSON.stringify(world).replaceAll('b000000.client', 'soc:client');
  const finding = findingOn('b000000.client', bind, JSON.parse(text) as World);
  const named = { ...finding, witness: { ...finding.witness, subject: 'soc:client' } };
  expect(sceneOf(named, 'module')).toMatchObject({ ok: true, value: { device: 'soc:client' } });
});

test.each([
  ['a platform client on ACPI', onAcpi('b000000.client', bind), 'boot'],
  ['a deferral that has not begun', findingOn(pci, bind, { switches: notYet }), 'boot'],
  ['PCI on another machine', findingOn(pci, bind), 'module'],
  ['a rule that no log shows', { ...findingOn(pci, bind), property: 'P5' }, 'boot'],
  ['another device that acts', findingOn(pci, bind, { threads: elsewhere }), 'boot'],
] as const)('%s is refused', (_what, finding, purpose) => {
  const scene = sceneOf(finding as Finding, purpose);
  expect(scene).toMatchObject({ ok: false, error: { code: 'RW503' } });
});

test.each(['boot', 'module'] as const)('what is no client has no scene to %s', (purpose) => {
  for (const subject of [smmu, `${pci}.dma_range_map#1`]) {
    const scene = sceneOf({ ...findingOn(pci, bind), witness: { subject } } as Finding, purpose);
    expect(scene).toMatchObject({ ok: false, error: { code: 'RW500' } });
  }
});
