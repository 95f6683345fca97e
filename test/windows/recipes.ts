// SPDX-License-Identifier: GPL-2.0-only
// For each window the events that it takes, and a report about them.

import { Handle, type Value } from '#env/op';
import type { World, WorldDevice } from '#worlds/world';

const names = ['a', 'b', 'c', 'i1', 'i2', 'i3'];
export const handles = new Map(names.map((n) => [n, new Handle('device', n)]));
const instance = (n: string) => new Handle('iommu_device', `${n}.iommu_device`);
export const instances = new Map(['i1', 'i2', 'i3'].map((n) => [n, instance(n)]));
export const group = new Handle('iommu_group', 'a.iommu_group#1');
export const param = new Handle('dev_iommu', 'a.iommu#1');
const managed = { driver: { name: 'vfio', managedDma: true, async: false } };

/** An event: thread, name, device or instance, and what else there is. */
export type Step = readonly [thread: string, name: string, about: string, ...more: Value[]];

export interface Recipe {
  readonly window: string;
  readonly steps: readonly Step[];
  readonly property: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly subject?: string;
  readonly because?: string;
  readonly driver?: string;
  readonly firmware?: World['firmware'];
  /** What device a is besides. */
  readonly more?: Partial<WorldDevice>;
  /** What a signature peeks at: dev->iommu_group of a. */
  readonly grouped?: boolean;
  /** Other fields that it peeks at. */
  readonly fields?: Readonly<Record<string, Value>>;
  /** Where it must be the same thread: told of another one, an event does not count. */
  readonly sameThread?: boolean;
  /** Told by the thread alone, whichever device or group it is about. */
  readonly byThread?: boolean;
  /** What in between makes all well, and where it would stand. */
  readonly healed?: readonly [at: number, step: Step];
}
const ofTwo = { iommus: ['i1', 'i2'].map((instance, i) => ({ instance, ids: [i + 1] })) };
const walk = (thread: string, at: string, of: string): Step => {
  return [thread, 'walk-visit', at, instances.get(of)!];
};

const configures: Step = ['walk', 'configure-begin', 'a', 'walk'];

export const recipes: readonly Recipe[] = [
  {
    window: 'C01',
    steps: [
      ['walk', 'init-unguarded', 'a', 'walk', 'begin'],
      ['walk2', 'init-unguarded', 'a', 'walk', 'begin'],
    ],
    property: 'P4',
  },
  {
    window: 'C02',
    steps: [
      ['walk', 'probe-device', 'a', null, 'walk'],
      ['walk2', 'probe-device', 'a', null, 'walk'],
    ],
    property: 'oops',
    subject: 'walk',
    facts: { error: 'bus_iommu_probe(a.iommu_group#1): group->entry is not on the list' },
    grouped: true,
  },
  {
    window: 'C03',
    steps: [
      ['walk', 'init-unguarded', 'a', 'walk', 'begin'],
      ['bind', 'fwspec-unguarded', 'a', 'begin'],
    ],
    property: 'P3',
  },
  {
    window: 'C04',
    steps: [['bind', 'fwspec-unguarded', 'a', 'begin']],
    property: 'P12',
    facts: { thread: 'walk' },
  },
  { window: 'C05', steps: [['bind', 'use-default-domain', 'a', 0, group]], property: 'P3' },
  { window: 'C06', steps: [['bind', 'dma-ops', 'a', 'direct']], property: 'P11' },
  {
    window: 'C06',
    steps: [['bind', 'use-default-domain', 'a', 0, group]],
    property: 'P11',
    driver: 'intel',
    fields: { default_domain: param },
    healed: [0, ['walk', 'dma-ops', 'a', 'iommu']],
  },
  { window: 'C07', steps: [['walk', 'ops-missing', 'a', 'walk']], property: 'P8' },
  { window: 'C07', steps: [['walk', 'init-end', 'a', 'walk', -19]], property: 'P8' },
  {
    window: 'C07',
    steps: [],
    property: 'P8',
    more: { iommus: [{ instance: 'i3', ids: [1] }] },
    healed: [0, ['walk', 'configure-begin', 'a', 'walk']],
  },
  {
    window: 'C08',
    steps: [configures, ['walk', 'probe-device', 'a', null, 'walk']],
    property: 'P4',
    grouped: true,
    sameThread: true,
  },
  {
    window: 'C08',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk2', 'init-end', 'a', 'walk', -19],
    ],
    property: 'oops',
    subject: 'walk',
    facts: { error: 'iommu_init_device(a): dev->iommu is NULL' },
  },
  {
    window: 'C08',
    steps: [configures, ['walk', 'probe-device', 'a', null, 'walk']],
    property: 'lock-not-held',
    subject: group.name,
    grouped: true,
    sameThread: true,
  },
  {
    window: 'C09',
    steps: [
      ['bind', 'fwspec-built', 'a', instances.get('i1')!],
      ['bind', 'group-set', 'a', group, 0, 'replay'],
    ],
    property: 'P1',
    facts: { by: 'walk' },
  },
  {
    window: 'C09',
    steps: [
      ['bind', 'fwspec-built', 'a', instances.get('i1')!],
      walk('walk', 'a', 'i1'),
      ['walk', 'group-set', 'a', group, 0, 'walk'],
    ],
    property: 'P2',
  },
  {
    window: 'C09',
    steps: [
      ['bind', 'fwspec-built', 'a', instances.get('i1')!],
      ['bind', 'use-default-domain', 'a', 0, null],
    ],
    property: 'P3',
    firmware: 'acpi',
  },
  {
    window: 'C10',
    steps: [
      walk('walk', 'a', 'i1'),
      ['walk', 'configure-skipped', 'a', 'walk'],
      ['walk', 'ops-missing', 'a', 'walk'],
    ],
    property: 'P1',
    sameThread: true,
  },
  {
    window: 'C11',
    steps: [
      ['add', 'group-set', 'b', group, 0, 'notifier'],
      ['walk', 'group-set', 'a', group, 1, 'walk'],
    ],
    property: 'P2',
    facts: { other: 'b' },
  },
  {
    window: 'C13',
    steps: [['bind', 'not-ready-accepted', 'a', instances.get('i1')!]],
    property: 'P1',
  },
  {
    window: 'C14',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['bind', 'use-default-domain', 'a', 0, null],
    ],
    property: 'P3',
  },
  {
    window: 'C14',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk', 'late-warn', 'a', 'walk'],
    ],
    property: 'P1',
  },
  {
    window: 'C14',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk2', 'late-warn', 'a', 'walk'],
    ],
    property: 'P1',
  },
  {
    window: 'C15',
    steps: [
      walk('walk', 'a', 'i1'),
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk2', 'init-end', 'a', 'walk', -19],
      ['walk', 'init-end', 'a', 'walk', -19],
    ],
    property: 'P8',
  },
  {
    window: 'C17',
    steps: [
      ['bind', 'driver-set', 'a'],
      ['bind', 'driver-probe', 'a'],
    ],
    property: 'P3',
    more: { bus: 'cdx' },
    sameThread: true,
    healed: [1, ['bind', 'use-default-domain', 'a', 0, group]],
  },
  {
    window: 'C17',
    steps: [
      ['bind', 'driver-set', 'a'],
      ['bind', 'not-ready-deferred', 'a', instances.get('i1')!],
      ['bind', 'driver-probe', 'a'],
    ],
    property: 'P8',
    more: { bus: 'cdx', ...managed },
    sameThread: true,
    healed: [2, ['bind', 'driver-clear', 'a']],
  },
  {
    window: 'C18',
    steps: [['walk', 'instance-not-found', 'a', instances.get('i1')!]],
    property: 'P3',
    driver: 'virtio',
  },
  { window: 'C19', steps: [['walk', 'release-begin', 'i1']], property: 'P3' },
  {
    window: 'C19',
    steps: [['walk', 'release-begin', 'i1']],
    property: 'use-after-free',
    subject: 'a.iommu_group#1',
    facts: { thread: 'bind', freedBy: 'walk' },
  },
  {
    window: 'C21',
    steps: [['unbind', 'release-begin', 'i1']],
    property: 'P8',
  },
  {
    window: 'C21',
    steps: [['unbind', 'release-begin', 'i1']],
    property: 'use-after-free',
    subject: 'a.iommu_group#1.domain#1',
    facts: { thread: 'bind', freedBy: 'bind' },
  },
  {
    window: 'C22',
    steps: [
      ['timeout', 'deferral-timeout', 'a'],
      ['bind', 'driver-set', 'a'],
      ['bind', 'use-default-domain', 'a', 0, null],
    ],
    property: 'P3',
    sameThread: true,
    healed: [2, ['bind', 'fwspec-found', 'a']],
  },
  {
    window: 'C23',
    steps: [
      ['bind', 'driver-set', 'a'],
      ['walk', 'register-end', 'i1', 0],
      ['bind', 'deferred', 'a'],
    ],
    property: 'P7',
    healed: [3, ['worker', 'driver-set', 'a']],
  },
  { window: 'C26', steps: [['walk', 'flag-lost', 'a', 'dma_iommu']], property: 'P11' },
  { window: 'C27', steps: [['bind', 'driver-set', 'a']], property: 'P1' },
  {
    window: 'C27',
    steps: [
      ['bind', 'group-set', 'a', group, 0, 'replay'],
      ['add', 'init-untested', 'a', 'notifier'],
    ],
    property: 'P4',
  },
  {
    window: 'C29',
    steps: [['bind', 'driver-probe', 'a']],
    property: 'P3',
    more: managed,
    grouped: true,
  },
  {
    window: 'C29',
    steps: [['bind', 'dma-owner', 'a', 0, group]],
    property: 'P6',
    subject: group.name,
    more: managed,
    grouped: true,
  },
  {
    window: 'C33',
    steps: [
      ['add', 'fwspec-built', 'a', instances.get('i1')!],
      ['add', 'device-released', 'a', -12],
    ],
    property: 'P14',
    driver: 'mock',
    fields: { iommu: param },
    sameThread: true,
  },
  {
    window: 'C35',
    steps: [['walk', 'init-end', 'a', 'walk', -517]],
    property: 'P3',
    driver: 'arm-smmu',
  },
  {
    window: 'C36',
    steps: [
      ['walk', 'configure-begin', 'a', 'walk'],
      ['walk', 'use-default-domain', 'a', 0, group],
    ],
    property: 'P10',
    sameThread: true,
  },
  { window: 'C37', steps: [['bind', 'ops-missing', 'a', 'replay']], property: 'P3' },
  {
    window: 'C38',
    steps: [
      ['walk', 'group-set', 'a', group, 0, 'walk'],
      ['walk2', 'init-untested', 'a', 'walk'],
    ],
    property: 'P4',
  },
  { window: 'C39', steps: [['bind', 'fwspec-mismatch', 'a']], property: 'P3' },
  {
    window: 'C40',
    steps: [walk('walk2', 'b', 'i2'), ['walk2', 'group-set', 'b', group, 0, 'walk']],
    property: 'P2',
    facts: { other: 'b' },
    sameThread: true,
  },
  {
    window: 'C40',
    steps: [walk('walk', 'a', 'i1'), ['walk', 'group-set', 'a', group, 0, 'walk']],
    property: 'P2',
    subject: 'b',
    facts: { other: 'a' },
    more: ofTwo,
    sameThread: true,
    healed: [0, walk('walk2', 'a', 'i2')],
  },
  {
    window: 'C40',
    steps: [
      ['walk', 'instance-listed', 'i1'],
      walk('walk', 'a', 'i1'),
      ['walk2', 'instance-listed', 'i2'],
      walk('walk', 'b', 'i1'),
      ['walk', 'group-set', 'b', group, 0, 'walk'],
    ],
    property: 'P2',
    facts: { other: 'b' },
    more: ofTwo,
    sameThread: true,
    healed: [0, ['walk2', 'instance-listed', 'i2']],
  },
  {
    window: 'C43',
    steps: [['bind', 'use-default-domain', 'a', 0, null]],
    property: 'P10',
    driver: 'intel',
    healed: [0, ['walk', 'group-set', 'a', group, 0, 'walk']],
  },
  { window: 'C42', steps: [['walk', 'register-end', 'i1', 0]], property: 'P8' },
  {
    window: 'C41',
    steps: [['walk', 'group-set', 'a', group, 0, 'walk']],
    property: 'P13',
    facts: { kind: 'acs', other: 'b' },
    more: { acs: true },
  },
  {
    window: 'C44',
    steps: [configures],
    property: 'P15',
    facts: { thread: 'walk' },
    more: { driver: { ...managed.driver, dmaMask: 64 } },
    sameThread: true,
    healed: [1, ['walk', 'init-end', 'a', 'walk', 0]],
  },
];
