// SPDX-License-Identifier: GPL-2.0-only
// Fields of the model that the kernel has under another name, or in another form.
//
// A field of the model that is not in this table is a member of the kernel's struct of that name.
// What the model keeps otherwise is told as the kernel has it: by the path that C takes to it, or
// in words where no single member says it; values of its own by the names of the kernel. `is` names
// what stands for it there. test/kernel/fields.test.ts holds all of that against kernel trees.

/** What is said of a read that finds nothing or something, of a write of either; $0: of whom. */
interface Words {
  readonly reads: readonly [no: string, yes: string];
  readonly writes: readonly [no: string, yes: string];
}

interface Entry {
  /** Path in C from the same object; '' is the object itself. */
  readonly path?: string;
  /** The cell in words, where there is no path to it; $0: the object. */
  readonly cell?: string;
  /** The global variable that it is. */
  readonly global?: string;
  readonly words?: Words;
  /** Values of the model -> what the kernel calls them. */
  readonly values?: Readonly<Record<string, string>>;
  /** Members, as `struct.member`, and other names that the kernel has for it. */
  readonly is: readonly string[];
}

/** `$0->flag`, which is a member up to v7.1 and a bit of dev->flags since. */
function flag(name: string, bit: string): Entry {
  return {
    cell: `${name} of $0`,
    words: {
      reads: [`${name} of $0 is not set`, `${name} of $0 is set`],
      writes: [`${name} of $0 is cleared`, `${name} of $0 is set`],
    },
    is: [bit],
  };
}

/** Masks are numbers of bits here. */
const bitMasks: Readonly<Record<string, string>> = Object.fromEntries(
  Array.from({ length: 64 }, (_, i) => [`${i + 1}`, `DMA_BIT_MASK(${i + 1})`]),
);

/** Fields by struct of the model and name. */
export const fields: Readonly<Record<string, Entry>> = {
  'device.async_driver': { path: 'p->async_driver', is: ['device_private.async_driver'] },
  'device.dead': { path: 'p->dead', is: ['device_private.dead'] },
  'device.deferred_probe': { path: 'p->deferred_probe', is: ['device_private.deferred_probe'] },
  'device.suppliers': { path: 'links.suppliers', is: ['dev_links_info.suppliers'] },
  'device.consumers': { path: 'links.consumers', is: ['dev_links_info.consumers'] },
  'device.links_status': {
    path: 'links.status',
    values: {
      no_driver: 'DL_DEV_NO_DRIVER',
      probing: 'DL_DEV_PROBING',
      bound: 'DL_DEV_DRIVER_BOUND',
      unbinding: 'DL_DEV_UNBINDING',
    },
    is: [
      'dev_links_info.status',
      'DL_DEV_NO_DRIVER',
      'DL_DEV_PROBING',
      'DL_DEV_DRIVER_BOUND',
      'DL_DEV_UNBINDING',
    ],
  },
  'device.can_match': flag('can_match', 'DEV_FLAG_CAN_MATCH'),
  'device.dma_iommu': flag('dma_iommu', 'DEV_FLAG_DMA_IOMMU'),
  'device.ready_to_probe': flag('ready_to_probe', 'DEV_FLAG_READY_TO_PROBE'),
  // Both are bits of one word of C up to v7.1; scenes that ask for it keep them so.
  'device.flags': {
    cell: 'can_match, dma_iommu of $0',
    values: { 0: '0, 0', 1: '1, 0', 2: '0, 1', 3: '1, 1' },
    is: ['device.can_match', 'device.dma_iommu'],
  },
  // One flag for each device in place of a count: see driver_deferred_probe_trigger().
  'device.triggered': {
    cell: 'deferred_trigger_count',
    words: {
      reads: ['deferred_trigger_count is the same', 'deferred_trigger_count has gone up'],
      writes: ['deferred_trigger_count is read for $0', 'deferred_trigger_count goes up'],
    },
    is: ['deferred_trigger_count'],
  },
  'device.bound': {
    cell: 'knode_driver of $0',
    words: {
      reads: ['knode_driver of $0 is not attached', 'knode_driver of $0 is attached'],
      writes: ['knode_driver of $0 is removed', 'knode_driver of $0 is attached'],
    },
    is: ['device_private.knode_driver'],
  },
  'device.acs_enabled': {
    cell: 'ACS of $0',
    words: {
      reads: ['ACS of $0 is off', 'ACS of $0 is on'],
      writes: ['ACS of $0 is switched off', 'ACS of $0 is switched on'],
    },
    is: ['pci_acs_enabled'],
  },
  'device.dma_mask': { cell: '*$0->dma_mask', values: bitMasks, is: ['device.dma_mask'] },
  'device.coherent_dma_mask': { values: bitMasks, is: ['device.coherent_dma_mask'] },
  'device_link.status': {
    values: {
      dormant: 'DL_STATE_DORMANT',
      available: 'DL_STATE_AVAILABLE',
      consumer_probe: 'DL_STATE_CONSUMER_PROBE',
      active: 'DL_STATE_ACTIVE',
      supplier_unbind: 'DL_STATE_SUPPLIER_UNBIND',
    },
    is: [
      'device_link.status',
      'DL_STATE_DORMANT',
      'DL_STATE_AVAILABLE',
      'DL_STATE_CONSUMER_PROBE',
      'DL_STATE_ACTIVE',
      'DL_STATE_SUPPLIER_UNBIND',
    ],
  },
  'device_link.inferred': {
    cell: 'DL_FLAG_INFERRED of $0',
    words: {
      reads: ['$0 is not DL_FLAG_INFERRED', '$0 is DL_FLAG_INFERRED'],
      writes: ['$0 is no more DL_FLAG_INFERRED', '$0 is DL_FLAG_INFERRED'],
    },
    is: ['device_link.flags', 'DL_FLAG_INFERRED'],
  },
  'bus_type.iommu_notifier': {
    cell: 'iommu_bus_notifier of $0',
    words: {
      reads: ['$0 has no iommu_bus_notifier', '$0 has iommu_bus_notifier'],
      writes: ['$0 loses iommu_bus_notifier', '$0 gets iommu_bus_notifier'],
    },
    is: ['iommu_bus_notifier'],
  },
  // The ranges have an offset up to v6.6, and two ends since.
  'bus_dma_region.offset': {
    cell: '$0',
    words: {
      reads: ['$0 is looked at', '$0 is looked at'],
      writes: ['$0 is filled in', '$0 is filled in'],
    },
    is: ['bus_dma_region.cpu_start', 'bus_dma_region.dma_start'],
  },
  'iommu_device.driver_state': {
    cell: 'driver data of $0',
    words: {
      reads: ['driver data of $0 is not set up', 'driver data of $0 is set up'],
      writes: ['driver data of $0 is gone', 'driver data of $0 is set up'],
    },
    is: [],
  },
  // Up to v6.6 each driver keeps the group of its clients by itself.
  'iommu_device.singleton_group': {
    cell: 'group for the clients of $0',
    words: {
      reads: ['$0 has no group for its clients yet', '$0 has a group for its clients'],
      writes: ['$0 has no group for its clients', '$0 has a group for its clients'],
    },
    is: ['iommu_device.singleton_group'],
  },
  'iommu_device.m4u_group': {
    cell: 'group that the driver of $0 keeps',
    words: {
      reads: ['the driver of $0 keeps no group', 'the driver of $0 keeps a group'],
      writes: ['the driver of $0 keeps no group', 'the driver of $0 keeps a group'],
    },
    is: [],
  },
  'iommu_group.refs': {
    path: 'devices_kobj->kref',
    is: ['iommu_group.devices_kobj', 'kobject.kref'],
  },
  'iommu_domain.type': {
    values: {
      DMA: 'IOMMU_DOMAIN_DMA',
      DMA_FQ: 'IOMMU_DOMAIN_DMA_FQ',
      IDENTITY: 'IOMMU_DOMAIN_IDENTITY',
      BLOCKED: 'IOMMU_DOMAIN_BLOCKED',
    },
    is: [
      'iommu_domain.type',
      'IOMMU_DOMAIN_DMA',
      'IOMMU_DOMAIN_DMA_FQ',
      'IOMMU_DOMAIN_IDENTITY',
      'IOMMU_DOMAIN_BLOCKED',
    ],
  },
  'iommu_domain.iova_ready': {
    cell: 'start of IOVAs of $0',
    words: {
      reads: ['IOVAs of $0 are not set up', 'IOVAs of $0 are set up'],
      writes: ['IOVAs of $0 are gone', 'IOVAs of $0 are set up'],
    },
    is: ['iova_domain.start_pfn'],
  },
  'work_struct.pending': {
    cell: 'WORK_STRUCT_PENDING of $0',
    words: {
      reads: ['$0 is not queued', '$0 is queued'],
      writes: ['$0 leaves its queue', '$0 is queued'],
    },
    is: ['work_struct.data', 'WORK_STRUCT_PENDING'],
  },
  'work_struct.running': {
    cell: 'worker of $0',
    words: {
      reads: ['$0 does not run', '$0 runs'],
      writes: ['$0 has run', '$0 begins to run'],
    },
    is: ['worker.current_work'],
  },
  'klist.k_dead': {
    cell: 'KNODE_DEAD in $0',
    words: {
      reads: ['no node of $0 is KNODE_DEAD', 'a node of $0 is KNODE_DEAD'],
      writes: ['no node of $0 is KNODE_DEAD', 'a node of $0 is KNODE_DEAD'],
    },
    is: ['klist_node.n_klist', 'KNODE_DEAD'],
  },
  'ida.used': { path: '', is: ['ida.xa'] },
  'list_head.list': { path: '', is: ['list_head.next'] },
  'list_head.groups': { path: '', is: ['list_head.next'] },
  'deferred_probe.pending': {
    global: 'deferred_probe_pending_list',
    is: ['deferred_probe_pending_list'],
  },
  'deferred_probe.active': {
    global: 'deferred_probe_active_list',
    is: ['deferred_probe_active_list'],
  },
  'deferred_probe.enable': {
    global: 'driver_deferred_probe_enable',
    is: ['driver_deferred_probe_enable'],
  },
  'deferred_probe.initcalls_done': { global: 'initcalls_done', is: ['initcalls_done'] },
  'deferred_probe.timeout': {
    global: 'driver_deferred_probe_timeout',
    is: ['driver_deferred_probe_timeout'],
  },
  'pci.acs_enable': { global: 'pci_acs_enable', is: ['pci_acs_enable'] },
};

/** By the name of a field: a step says of which object it is, and not of which struct. */
const byField: ReadonlyMap<string, Entry> = new Map(
  Object.entries(fields).flatMap(([name, entry]) =>
    entry.global === undefined ? [[name.split('.')[1]!, entry] as const] : [],
  ),
);

function entryOf(object: string, field: string): Entry | undefined {
  const global = fields[`${object}.${field}`];
  return global?.global === undefined ? byField.get(field) : global;
}

/** The cell as C would write it. */
export function cellText(object: string, field: string): string {
  const entry = entryOf(object, field);
  if (entry?.global !== undefined) return entry.global;
  if (entry?.cell !== undefined) return entry.cell.replaceAll('$0', object);
  const path = entry?.path ?? field;
  return path === '' ? object : `${object}->${path}`;
}

/** What the kernel calls a value of @field of @object; null where it has the same. */
export function valueOfField(object: string, field: string, value: string): string | null {
  return entryOf(object, field)?.values?.[value] ?? null;
}

/** What an access to @field of @object says in words; null where it is told by its cell. */
export function toldInWords(
  object: string,
  field: string,
  access: 'reads' | 'writes',
  value: string,
): string | null {
  const words = entryOf(object, field)?.words;
  if (words === undefined) return null;
  const yes = !['false', 'null', '[]', '0'].includes(value);
  return words[access][yes ? 1 : 0].replaceAll('$0', object);
}
