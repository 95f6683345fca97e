// SPDX-License-Identifier: GPL-2.0-only
// What the steps and events of a trace are called in a table for people.

import type { EventName } from '#env/events';
import type { TraceStep } from '#finding/finding';
import { cellText, toldInWords } from './fields.ts';

/** What a report adds of its own where stores go through buffers; see buffers.ts. */
export type StoreEvent = 'store-waits' | 'store-seen' | 'store-first';

/** How an event is shown: $0, $1, ... are its arguments; null: it adds nothing to the access. */
export const phrases: Readonly<Partial<Record<EventName | StoreEvent, string | null>>> = {
  'instance-listed': '$0 is on iommu_device_list',
  'instance-ready': '$0->ready = true',
  'register-end': 'iommu_device_register($0) = $1',
  'release-begin': 'clients of $0 are released',
  'walk-visit': 'walk visits $0',
  'configure-skipped': '$0 has a driver: no dma_configure',
  'configure-begin': 'lock dropped, dma_configure($0)',
  'ops-missing': 'no ops for $0: gives up',
  'init-begin': null,
  'init-unguarded': 'nothing keeps firmware parsing away from $0',
  'init-untested': '$0->iommu_group is not tested',
  'fwspec-unguarded': 'fwspec of $0, unlocked: $1',
  'fwspec-mismatch': 'fwspec of $0 has other ops: not deferred',
  'instance-not-found': 'no instance for $0 on the driver list',
  'init-end': 'iommu_init_device($0) = $2',
  'probe-device': 'ops->probe_device($0)',
  'group-set': '$0->iommu_group = group $2',
  'late-warn': 'WARN: late IOMMU probe of $0',
  'default-domain-set': '$0->default_domain = $1',
  'fwspec-built': 'fwspec of $0 built for $1',
  'not-ready-deferred': '$1 not ready: -EPROBE_DEFER',
  'ready-seen': '$1 ready',
  'instance-unfinished': '$0 listed, but its fwnode is not seen',
  'not-ready-accepted': '$1 not ready, but accepted',
  'fwspec-found': 'fwspec of $0 found: return 0',
  'fwspec-incomplete': 'fwspec of $0 found, not complete',
  'replay-begin': 'replay of $0 begins',
  'replay-end': 'replay of $0 ends: $1',
  'driver-set': '$0->driver is set',
  'driver-clear': '$0->driver = NULL',
  'driver-probe': 'driver probe body of $0 begins',
  'driver-probe-end': 'driver probe body of $0 ends',
  'use-default-domain': 'use_default_domain($0) = $1',
  bound: '$0 is bound',
  deferred: '$0 is put on the deferred list',
  'probe-failed': 'bind of $0 fails: $1',
  'device-released': '$0 is not added ($1), and released',
  'deferral-timeout': 'the deferral timeout expires',
  'dma-owner': 'DMA owner of $0 is $1',
  'dma-ops': 'DMA ops of $0: $1',
  'flag-lost': 'an update of $0->$1 undoes another flag',
  'dma-map': '$0 maps memory for DMA: $1',
  'bug-on': '$0',
  'store-waits': '$0->$1 waits in a store buffer',
  'store-seen': '$0->$1 reaches memory',
  'store-first': '$0->$1 reaches memory first',
};

/** Events that say all their own access says: the access is not shown beside them. */
const speaksForAccess: ReadonlySet<string> = new Set<EventName | StoreEvent>([
  'instance-listed',
  'instance-ready',
  'group-set',
  'default-domain-set',
  'driver-set',
  'driver-clear',
  'walk-visit',
  'store-seen',
]);

const errnoNames: Readonly<Record<string, string>> = {
  '-2': '-ENOENT',
  '-11': '-EAGAIN',
  '-12': '-ENOMEM',
  '-16': '-EBUSY',
  '-17': '-EEXIST',
  '-19': '-ENODEV',
  '-22': '-EINVAL',
  '-110': '-ETIMEDOUT',
  '-517': '-EPROBE_DEFER',
};

/** An event of a trace, taken apart: `late-warn 3d00000.gpu replay`. */
export interface ParsedEvent {
  readonly name: string;
  readonly args: readonly string[];
}

/** Take an event of a trace apart. The text of a bug-on is one argument, blanks and all. */
export function parseEvent(text: string): ParsedEvent {
  const blank = text.indexOf(' ');
  if (blank < 0) return { name: text, args: [] };
  const name = text.slice(0, blank);
  const rest = text.slice(blank + 1);
  return { name, args: name === 'bug-on' ? [rest] : rest.split(' ') };
}

/** A value as kernel developers write it: NULL for null, names for the usual errno numbers. */
export function valueText(value: string): string {
  if (value === 'null' || value === 'undefined') return 'NULL';
  return errnoNames[value] ?? shortName(value);
}

/** An instance goes by the name of its device, a driver without the device it is for. */
function shortName(name: string): string {
  return name.replace(/\.iommu_device\b/g, '').replace(/^([\w,.-]+)@[\w.:@-]+$/, '$1');
}

/** An event in words, or null where the access beside it says the same. */
export function eventText(event: ParsedEvent): string | null {
  if (event.name === 'init-end' && event.args[2] === '0') return null;
  const phrase = (phrases as Readonly<Record<string, string | null>>)[event.name];
  if (phrase === null) return null;
  if (phrase === undefined) return [event.name, ...event.args.map(valueText)].join(' ');
  return phrase.replace(/\$(\d)/g, (_, i: string) => valueText(event.args[Number(i)] ?? '?'));
}

/** The access of a step, written much as the kernel's C would. */
export function accessText(step: TraceStep): string {
  const object = shortName(step.object);
  const cell = step.field === '' ? object : cellText(object, step.field);
  const reads = step.op === 'load' || step.op === 'wait';
  const words =
    reads || step.op === 'store'
      ? toldInWords(
          object,
          step.field,
          reads ? 'reads' : 'writes',
          reads ? step.result : step.after,
        )
      : null;
  if (words !== null) return words;
  switch (step.op) {
    case 'load':
      return `${cell} is ${valueText(step.result)}`;
    case 'store':
      return `${cell} = ${valueText(step.after)}`;
    case 'add':
    case 'cas':
    case 'xchg':
      return `${cell}: ${valueText(step.before)} -> ${valueText(step.after)}`;
    case 'lock':
    case 'unlock':
    case 'read_lock':
    case 'read_unlock':
    case 'write_lock':
    case 'write_unlock':
      return `${step.op}(${object})`;
    case 'trylock':
      return `trylock(${object}) = ${step.result}`;
    case 'wait':
      return `waited: ${cell} is ${valueText(step.result)}`;
    case 'alloc':
      return `allocates ${shortName(step.result)}`;
    case 'free':
      return `frees ${object}`;
    case 'spawn':
      return `${object} starts a thread`;
    case 'choose':
      return `environment answers ${step.result}`;
    default:
      return unknownOp(step.op);
  }
}

/** A finding from elsewhere may name an Op that this version does not know. */
function unknownOp(op: never): string {
  return String(op);
}

/** Functions whose return an event tells: it comes with the step before it, in another function. */
const returnsFrom: Readonly<Partial<Record<EventName, string>>> = {
  'init-end': 'iommu_init_device',
  'register-end': 'iommu_device_register',
  'use-default-domain': 'iommu_device_use_default_domain',
};

/** A line about a step. */
export interface StepLine {
  readonly text: string;
  /** The function that returns, where that is what the line says; null: where the step stands. */
  readonly place: string | null;
}

/** All lines that one step is worth: its access, unless an event says it better, and its events. */
export function stepLines(step: TraceStep, withAccess: boolean): StepLine[] {
  const events = step.events.map(parseEvent);
  const spoken = events.some((e) => speaksForAccess.has(e.name));
  const access = { text: accessText(step), place: null };
  const lines: StepLine[] = withAccess && !spoken ? [access] : [];
  for (const event of events) {
    const text = eventText(event);
    const returns = (returnsFrom as Readonly<Record<string, string>>)[event.name];
    const place = returns !== undefined && step.stack.includes(returns) ? returns : null;
    if (text !== null) lines.push({ text, place });
  }
  return lines.length > 0 ? lines : [access];
}
