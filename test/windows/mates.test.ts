// SPDX-License-Identifier: GPL-2.0-only
// A wrong count of users is told by what happened to any member of the group, not by its subject.
import { describe, expect, test } from 'vitest';
import { exploreWorld } from '#run/explore';
import { genericWorlds } from '#worlds/generic';
import { kernelOf, windowsAlong, worldOf } from './support.ts';

const acs = 'hand:scan acs dt';
const alias = 'hand:scan alias';

/** The notifier and a bind give function 1 a group each; function 0 then joins one of them. */
const twoGroups = [
  'rw1:kworker/u8:2@__iommu_probe_device:load:pci.iommu_ops#3',
  'modprobe/2@ida_alloc:store:iommu_group_ida.used#1',
  'kworker/u8:2@iommu_group_alloc:alloc:0000:01:00.1.iommu_group#1',
  'modprobe/2@klist_next:unlock:pci.klist_devices.k_lock#3',
];
const added = 'kworker/u8:2@__device_attach:unlock:0000:01:00.1#1';
const bound = 'modprobe@klist_next:unlock:pci.klist_devices.k_lock#3';

/** The bridge is bound and counted; the device behind it binds while its notifier works on it. */
const inFlight = [
  'rw1:modprobe@klist_next:unlock:pci.klist_devices.k_lock#1',
  'kworker/u8:2@of_iommu_configure:unlock:iommu_probe_device_lock#3',
  'modprobe/2@klist_next:unlock:pci.klist_devices.k_lock#3',
  'kworker/u8:2@__device_attach:unlock:0000:02:00.0#1',
];

/** ... and before that, the bridge was bound ahead of its notifier, which counts all the same. */
const early = [
  'rw1:kworker/u8:2@bus_notify:read_lock:pci.bus_notifier.rwsem#1',
  'modprobe@klist_next:unlock:pci.klist_devices.k_lock#2',
  'kworker/u8:2@of_iommu_configure:unlock:iommu_probe_device_lock#1',
  'modprobe/2@klist_next:unlock:pci.klist_devices.k_lock#3',
  'kworker/u8:2@__device_attach:unlock:0000:02:00.0#1',
];

describe('a group that counts wrong', () => {
  test.each([
    ['a user was counted in the group that another probe has replaced', '6.1', [added, bound]],
    ['a user is left in the group that its device was taken from', '6.0', [bound, added]],
  ])('is what two probes of another member leave: %s', async (_why, kernel, end) => {
    const schedule = [...twoGroups, ...end].join('>');
    const seen = windowsAlong(worldOf(acs), await kernelOf(kernel), schedule);
    expect(seen).toContain('P10 C01');
    expect(seen.filter((text) => /^P10/.test(text) && text !== 'P10 C01')).toEqual([]);
  });

  test.each([
    ['a bind of another member in flight', inFlight],
    ['the same, with a bind ahead of its notifier that is counted', early],
  ])('is told by %s', async (_what, schedule) => {
    const seen = windowsAlong(worldOf(alias), await kernelOf('7.0'), schedule.join('>'));
    expect(seen.filter((text) => /^P10/.test(text))).toEqual(['P10 C14']);
  });
});

test('a claim of DMA ownership counts as a user', async () => {
  const derived = genericWorlds().find((w) => w.classKey === 'hand:walk+bind managed');
  const { bounded, reached, sightings } = exploreWorld(derived!, await kernelOf('7.2'));
  expect([bounded, reached.includes('a claim of DMA ownership')]).toEqual([false, true]);
  expect(sightings.map((s) => s.report)).not.toContain('P10');
});
