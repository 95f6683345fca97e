// SPDX-License-Identifier: GPL-2.0-only
// The events that the model and the kernel's own C both report; rules and signatures read these.
//
// Whoever reports one names its fields, and whoever reads one does; the compiler checks both. In
// between, and in a trace, an event is its name and a list of values. Their order is the table's.

import type { Errno } from './errno.ts';
import type { Handle, Value } from './op.ts';

/** The objects that events name: what they are depends on who looks. */
interface Objects {
  readonly device: Handle;
  readonly instance: Handle;
  readonly group: Handle;
  readonly domain: Handle;
}

/** Which of the three callers of the per-device probe acts. */
export type By = 'walk' | 'notifier' | 'replay';

/** What a field may be. */
interface Kinds<O extends Objects> {
  readonly device: O['device'];
  readonly instance: O['instance'];
  readonly 'instance or null': O['instance'] | null;
  readonly group: O['group'];
  readonly 'group or null': O['group'] | null;
  readonly domain: O['domain'];
  readonly 'domain or null': O['domain'] | null;
  readonly by: By;
  readonly errno: Errno;
  readonly number: number;
  readonly edge: 'begin' | 'end';
  /** Through the IOMMU, or past it. */
  readonly path: 'iommu' | 'direct';
  readonly text: string;
}

/** Name -> fields and their kinds, in order. The first field is the object an event is about. */
export const EVENTS = {
  /** iommu_device_register() has published the instance. */
  'instance-listed': { instance: 'instance' },
  /** READY was stored. */
  'instance-ready': { instance: 'instance' },
  /** iommu_device_register() returns. */
  'register-end': { instance: 'instance', errno: 'errno' },
  /** The clients of the instance are about to be released. */
  'release-begin': { instance: 'instance' },
  /** The walk of @instance is at the device: L is held and dev->iommu_group was just read. */
  'walk-visit': { dev: 'device', instance: 'instance or null' },
  /** F is absent, but a driver is set: dma_configure is not called. */
  'configure-skipped': { dev: 'device', by: 'by' },
  /** L was dropped, dma_configure runs for a probe in progress. */
  'configure-begin': { dev: 'device', by: 'by' },
  /** No ops for this device: the probe gives up. */
  'ops-missing': { dev: 'device', by: 'by' },
  /** iommu_init_device() begins (G was NULL). */
  'init-begin': { dev: 'device', by: 'by' },
  /** iommu_init_device() is over. */
  'init-end': { dev: 'device', by: 'by', errno: 'errno' },
  /** ops->probe_device() ran. */
  'probe-device': { dev: 'device', instance: 'instance or null', by: 'by' },
  /** dev->iommu_group was stored; @id is the number of the group. */
  'group-set': { dev: 'device', group: 'group', id: 'number', by: 'by' },
  /** "late IOMMU probe at driver bind, something fishy here!" */
  'late-warn': { dev: 'device', by: 'by' },
  /** group->default_domain was stored. */
  'default-domain-set': { group: 'group', domain: 'domain' },
  'fwspec-built': { dev: 'device', instance: 'instance' },
  /** The seed check returned -EPROBE_DEFER. */
  'not-ready-deferred': { dev: 'device', instance: 'instance' },
  /** !READY was accepted because dev->iommu exists. */
  'not-ready-accepted': { dev: 'device', instance: 'instance' },
  /** READY was read for a device without dev->iommu, and is set. */
  'ready-seen': { dev: 'device', instance: 'instance' },
  /** The instance is on the list, and its fwnode cannot be seen. */
  'instance-unfinished': { instance: 'instance' },
  /** ops->probe_device() sees @have ids, fewer than the @want that firmware names. */
  'fwspec-incomplete': { dev: 'device', have: 'number', want: 'number' },
  /** of_iommu_configure() found F and returned 0. */
  'fwspec-found': { dev: 'device' },
  /** of_iommu_configure() calls iommu_probe_device(). */
  'replay-begin': { dev: 'device' },
  'replay-end': { dev: 'device', errno: 'errno' },
  /** dev->driver was stored. */
  'driver-set': { dev: 'device' },
  /** dev->driver was cleared. */
  'driver-clear': { dev: 'device' },
  /** The driver probe body begins. */
  'driver-probe': { dev: 'device' },
  /** The driver probe body ends. */
  'driver-probe-end': { dev: 'device' },
  /** A bind has counted its driver as a user of the group, or found none to count in. */
  'use-default-domain': { dev: 'device', errno: 'errno', group: 'group or null' },
  /** No lock keeps firmware parsing away from a probe (before v6.7), which begins or ends. */
  'init-unguarded': { dev: 'device', by: 'by', edge: 'edge' },
  /** A probe begins, and dev->iommu_group is not tested (before v6.6). */
  'init-untested': { dev: 'device', by: 'by' },
  /** No lock keeps a probe away while firmware is parsed (before v6.7), which begins or ends. */
  'fwspec-unguarded': { dev: 'device', edge: 'edge' },
  /** An instance that is absent differs from the one of the fwspec (up to v6.10). */
  'fwspec-mismatch': { dev: 'device' },
  /** dma_configure follows the driver that it has computed from dev->driver when that was NULL. */
  'driver-from-null': { dev: 'device' },
  /** A walk visits the members of a group without its mutex: that begins, or is over. */
  'members-unlocked': { group: 'group', edge: 'edge' },
  /** The architecture has chosen the DMA ops of a bind. */
  'dma-ops': { dev: 'device', path: 'path' },
  /** An update of @flag has undone that of another one in its word. */
  'flag-lost': { dev: 'device', flag: 'text' },
  /** The IOMMU driver finds no instance, as it is not bound. */
  'instance-not-found': { dev: 'device', instance: 'instance' },
  /** A driver has claimed, or not, the DMA of its group. */
  'dma-owner': { dev: 'device', errno: 'errno', group: 'group' },
  /** The driver maps a buffer. */
  'dma-map': { dev: 'device', path: 'path', domain: 'domain or null' },
  /** The driver has stored a DMA mask of so many bits in one of the two words that have it. */
  'dma-mask-set': { dev: 'device', word: 'text', bits: 'number' },
  /** dma_configure has limited what it read of one of them, and has stored it. */
  'dma-mask-limited': { dev: 'device', word: 'text', bits: 'number' },
  /** driver_bound() */
  bound: { dev: 'device' },
  /** device_del() takes the device away. */
  'device-removed': { dev: 'device' },
  /** The device was put on the pending list. */
  deferred: { dev: 'device' },
  /** The device could not be added, and its last reference is dropped. */
  'device-released': { dev: 'device', errno: 'errno' },
  /** The bind ended with an error other than deferral. */
  'probe-failed': { dev: 'device', errno: 'errno' },
  /** The timeout has expired. */
  'deferral-timeout': {},
  /** A WARN_ON of the kernel (other than late-warn), a NULL dereference, an oops. */
  'bug-on': { text: 'text' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, keyof Kinds<Objects>>>>>;

export type EventName = keyof typeof EVENTS;

/** The names of the fields of an event. */
export type FieldOf<N extends EventName> = N extends EventName
  ? keyof (typeof EVENTS)[N] & string
  : never;

/** What each event says, with the objects as @O has them. */
export type Events<O extends Objects = Objects> = {
  readonly [N in EventName]: {
    readonly [F in keyof (typeof EVENTS)[N]]: Kinds<O>[(typeof EVENTS)[N][F] & keyof Kinds<O>];
  };
};

/** An event with its fields by name, and the thread that it happened in. */
export type EventWithFields<N extends EventName = EventName, O extends Objects = Objects> = {
  [M in N]: Events<O>[M] & { readonly name: M; readonly thread: string };
}[N];

/** An event as a list of values. */
interface Listed<T> {
  readonly name: string;
  readonly args: readonly T[];
}

const orders: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(EVENTS).map(([name, fields]) => [name, Object.keys(fields)]),
);

/** As fieldsOf(), where the table has the event. */
function orderOf(name: string): readonly string[] {
  const order = orders.get(name);
  if (order === undefined) throw new Error(`no event ${name}`);
  return order;
}

/** The names of the fields of event @name, in order; undefined for one that the table has not. */
export function fieldsOf(name: string): readonly string[] | undefined {
  return orders.get(name);
}

/** The values of an event in the order of the table. */
export function listed<N extends EventName>(name: N, fields: Events[N]): Value[] {
  const values = fields as Readonly<Record<string, Value>>;
  return orderOf(name).map((field) => {
    const value = values[field];
    if (value === undefined) throw new Error(`event ${name} lacks its field ${field}`);
    return value;
  });
}

/** The values of an event by the names of their fields; they may be texts, as in a trace. */
export function byField<N extends EventName, T>(
  name: N,
  args: readonly T[],
): Partial<Readonly<Record<FieldOf<N>, T>>> {
  return Object.fromEntries(orderOf(name).map((field, i) => [field, args[i]])) as Partial<
    Record<FieldOf<N>, T>
  >;
}

/** An event that a rule or signature hears, with its fields by name. */
export function withFields<O extends Objects = Objects>(
  e: Listed<Value> & { readonly thread: string },
): EventWithFields<EventName, O> {
  const fields: Record<string, Value> = byField(e.name as EventName, e.args);
  return { ...fields, name: e.name, thread: e.thread } as EventWithFields<EventName, O>;
}

/** The object that an event is about: a device where it is about one. */
export function aboutOf<T>({ args }: Listed<T>): T | undefined {
  return args[0];
}
