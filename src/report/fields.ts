// SPDX-License-Identifier: GPL-2.0-only
// Fields of the model that the kernel has under another name, or in another form.
//
// Most fields are the kernel's own. What the model keeps otherwise is told as the kernel has it: by
// the path that C takes to it, or in words where no single field says it.

/** Field of the model -> path in C from the same object; '' is the object itself. */
const paths: Readonly<Record<string, string>> = {
  async_driver: 'p->async_driver',
  dead: 'p->dead',
  deferred_probe: 'p->deferred_probe',
  links_status: 'links.status',
  suppliers: 'links.suppliers',
  consumers: 'links.consumers',
  refs: 'devices_kobj->kref',
  group_device: 'group_device',
  used: '',
  list: '',
  groups: '',
};

/** Globals that the model keeps as fields of one object, by `object.field`. */
const globals: Readonly<Record<string, string>> = {
  'deferred_probe.pending': 'deferred_probe_pending_list',
  'deferred_probe.active': 'deferred_probe_active_list',
  'deferred_probe.enable': 'driver_deferred_probe_enable',
  'deferred_probe.initcalls_done': 'initcalls_done',
  'deferred_probe.timeout': 'driver_deferred_probe_timeout',
};

/** What is said in words: of a read that finds true or false, of a write of either; $0: of whom. */
interface Told {
  readonly reads: readonly [no: string, yes: string];
  readonly writes: readonly [no: string, yes: string];
}

const told: Readonly<Record<string, Told>> = {
  // One flag for each device in place of a count: see driver_deferred_probe_trigger().
  triggered: {
    reads: ['deferred_trigger_count is the same', 'deferred_trigger_count has gone up'],
    writes: ['deferred_trigger_count is read for $0', 'deferred_trigger_count goes up'],
  },
  bound: {
    reads: ['knode_driver of $0 is not attached', 'knode_driver of $0 is attached'],
    writes: ['knode_driver of $0 is removed', 'knode_driver of $0 is attached'],
  },
  driver_state: {
    reads: ['driver data of $0 is not set up', 'driver data of $0 is set up'],
    writes: ['driver data of $0 is gone', 'driver data of $0 is set up'],
  },
  iova_ready: {
    reads: ['IOVAs of $0 are not set up', 'IOVAs of $0 are set up'],
    writes: ['IOVAs of $0 are gone', 'IOVAs of $0 are set up'],
  },
  acs_enabled: {
    reads: ['ACS of $0 is off', 'ACS of $0 is on'],
    writes: ['ACS of $0 is switched off', 'ACS of $0 is switched on'],
  },
  running: {
    reads: ['$0 does not run', '$0 runs'],
    writes: ['$0 has run', '$0 begins to run'],
  },
};

/** Fields that no struct of the kernel has: they are told in words, or by a path. */
export const modelOnly: ReadonlySet<string> = new Set([...Object.keys(told), 'links_status']);

/** The cell as C would write it. */
export function cellText(object: string, field: string): string {
  const global = globals[`${object}.${field}`];
  if (global !== undefined) return global;
  const path = paths[field] ?? field;
  return path === '' ? object : `${object}->${path}`;
}

/** What an access to @field of @object says in words; null where it is told by its cell. */
export function toldInWords(
  object: string,
  field: string,
  access: 'reads' | 'writes',
  value: string,
): string | null {
  const words = told[field];
  if (words === undefined) return null;
  const yes = value !== 'false' && value !== 'null';
  return words[access][yes ? 1 : 0].replaceAll('$0', object);
}
