// SPDX-License-Identifier: GPL-2.0-only
// What the steps and events of a trace are called in a table for people.

import { type EventName, type FieldOf, fieldsOf } from '#env/events';
import type { TraceStep } from '#finding/finding';
import { cellText, toldInWords, valueOfField } from './fields.ts';

/** What a report adds of its own where stores go through buffers; see buffers.ts. */
export type StoreEvent = 'store-waits' | 'store-seen' | 'store-first';

/** How an event is shown, given its fields as texts; null: it adds nothing to the access. */
type Phrase<F extends string> = ((of: Readonly<Record<F, string>>) => string | null) | null;

/** How the events of the table are shown. */
export const phrases: { readonly [N in EventName]: Phrase<FieldOf<N>> } = {
  'instance-listed': ({ instance }) => `${instance} is on iommu_device_list`,
  'instance-ready': ({ instance }) => `${instance}->ready = true`,
  'register-end': ({ instance, errno }) => `iommu_device_register(${instance}) = ${errno}`,
  'release-begin': ({ instance }) => `clients of ${instance} are released`,
  'walk-visit': ({ dev }) => `walk visits ${dev}`,
  'configure-skipped': ({ dev }) => `${dev} has a driver: no dma_configure`,
  'configure-begin': ({ dev }) => `lock dropped, dma_configure(${dev})`,
  'ops-missing': ({ dev }) => `no ops for ${dev}: gives up`,
  'init-begin': null,
  'init-unguarded': ({ dev, edge }) =>
    edge === 'begin' ? `nothing keeps firmware parsing away from ${dev}` : null,
  'init-untested': ({ dev }) => `${dev}->iommu_group is not tested`,
  'fwspec-unguarded': ({ dev, edge }) => `fwspec of ${dev}, unlocked: ${edge}`,
  'fwspec-mismatch': ({ dev }) => `fwspec of ${dev} has other ops: not deferred`,
  'instance-not-found': ({ dev }) => `no instance for ${dev} on the driver list`,
  // That it ended well is what its group tells.
  'init-end': ({ dev, errno }) => (errno === '0' ? null : `iommu_init_device(${dev}) = ${errno}`),
  'probe-device': ({ dev }) => `ops->probe_device(${dev})`,
  'group-set': ({ dev, id }) => `${dev}->iommu_group = group ${id}`,
  'late-warn': ({ dev }) => `WARN: late IOMMU probe of ${dev}`,
  'default-domain-set': ({ group, domain }) => `${group}->default_domain = ${domain}`,
  'fwspec-built': ({ dev, instance }) => `fwspec of ${dev} built for ${instance}`,
  'not-ready-deferred': ({ instance }) => `${instance} not ready: -EPROBE_DEFER`,
  'ready-seen': ({ instance }) => `${instance} ready`,
  'instance-unfinished': ({ instance }) => `${instance} listed, but its fwnode is not seen`,
  'not-ready-accepted': ({ instance }) => `${instance} not ready, but accepted`,
  'fwspec-found': ({ dev }) => `fwspec of ${dev} found: return 0`,
  'fwspec-incomplete': ({ dev }) => `fwspec of ${dev} found, not complete`,
  'replay-begin': ({ dev }) => `replay of ${dev} begins`,
  'replay-end': ({ dev, errno }) => `replay of ${dev} ends: ${errno}`,
  'driver-set': ({ dev }) => `${dev}->driver is set`,
  'driver-clear': ({ dev }) => `${dev}->driver = NULL`,
  'driver-probe': ({ dev }) => `driver probe body of ${dev} begins`,
  'driver-probe-end': ({ dev }) => `driver probe body of ${dev} ends`,
  'use-default-domain': ({ dev, errno }) => `use_default_domain(${dev}) = ${errno}`,
  bound: ({ dev }) => `${dev} is bound`,
  deferred: ({ dev }) => `${dev} is put on the deferred list`,
  'probe-failed': ({ dev, errno }) => `bind of ${dev} fails: ${errno}`,
  'device-released': ({ dev, errno }) => `${dev} is not added (${errno}), and released`,
  'deferral-timeout': () => 'the deferral timeout expires',
  'dma-owner': ({ dev, errno }) => `DMA owner of ${dev} is ${errno}`,
  'dma-mask-set': ({ dev, word, bits }) => `the driver of ${dev} sets ${maskText(dev, word, bits)}`,
  'dma-mask-limited': ({ dev, word, bits }) => maskText(dev, word, bits),
  // What follows says as much: an oops, or the members themselves.
  'driver-from-null': null,
  'members-unlocked': null,
  'device-removed': ({ dev }) => `${dev} is removed`,
  'dma-ops': ({ dev, path }) => `DMA ops of ${dev}: ${path}`,
  'flag-lost': ({ dev, flag }) => `an update of ${dev}->${flag} undoes another flag`,
  'dma-map': ({ dev, path }) => `${dev} maps memory for DMA: ${path}`,
  'bug-on': ({ text }) => text,
};

/** `dev->coherent_dma_mask = DMA_BIT_MASK(32)`. */
function maskText(dev: string, word: string, bits: string): string {
  return `${cellText(dev, word)} = ${valueOfField(dev, word, bits) ?? bits}`;
}

const storeFields = ['object', 'field'] as const;

const storePhrases: Readonly<Record<StoreEvent, Phrase<(typeof storeFields)[number]>>> = {
  'store-waits': ({ object, field }) => `${cellText(object, field)} waits in a store buffer`,
  'store-seen': ({ object, field }) => `${cellText(object, field)} reaches memory`,
  'store-first': ({ object, field }) => `${cellText(object, field)} reaches memory first`,
};

/** Events that say all their own access says: the access is not shown beside them. */
const speaksForAccess: ReadonlySet<string> = new Set<EventName | StoreEvent>([
  'instance-listed',
  'instance-ready',
  'group-set',
  'default-domain-set',
  'driver-set',
  'driver-clear',
  'dma-mask-set',
  'dma-mask-limited',
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
interface ParsedEvent {
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
function plainValue(value: string): string {
  if (value === 'null' || value === 'undefined') return 'NULL';
  return errnoNames[value] ?? shortName(value);
}

/** An instance goes by the name of its device, a driver without the device it is for. */
function shortName(name: string): string {
  return name.replace(/\.iommu_device\b/g, '').replace(/^([\w,.-]+)@[\w.:@-]+$/, '$1');
}

const phraseOf: ReadonlyMap<string, Phrase<string>> = new Map(
  Object.entries<Phrase<string>>({ ...phrases, ...storePhrases }),
);

/** An event in words, or null where the access beside it says the same. */
export function eventText({ name, args }: ParsedEvent): string | null {
  const phrase = phraseOf.get(name);
  if (phrase === null) return null;
  if (phrase === undefined) return [name, ...args.map(plainValue)].join(' ');
  const fields = fieldsOf(name) ?? storeFields;
  return phrase(Object.fromEntries(fields.map((field, i) => [field, plainValue(args[i] ?? '?')])));
}

/** The access of a step, written much as the kernel's C would. */
export function accessText(step: TraceStep): string {
  const object = shortName(step.object);
  const cell = step.field === '' ? object : cellText(object, step.field);
  const words = wordsOf(step, object);
  if (words !== null) return words;
  const valueText = (value: string): string =>
    valueOfField(object, step.field, value) ?? plainValue(value);
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

/** What a step says where words tell its field; a swap that changes nothing is a read. */
function wordsOf({ op, field, result, before, after }: TraceStep, object: string): string | null {
  if (op === 'load' || op === 'wait') return toldInWords(object, field, 'reads', result);
  if (op === 'store') return toldInWords(object, field, 'writes', after);
  if (op !== 'add' && op !== 'cas' && op !== 'xchg') return null;
  return toldInWords(object, field, before === after ? 'reads' : 'writes', after);
}

/** What a step does, without what it finds there: for a step of a run that is not shown. */
export function accessName(step: TraceStep): string {
  const object = shortName(step.object);
  const cell = step.field === '' ? object : cellText(object, step.field);
  // What the kernel keeps otherwise has no name to read or write.
  if (toldInWords(object, step.field, 'reads', '') !== null) return `"${accessText(step)}"`;
  switch (step.op) {
    case 'load':
      return `read of ${cell}`;
    case 'store':
      return `write of ${cell}`;
    case 'add':
    case 'cas':
    case 'xchg':
      return `update of ${cell}`;
    case 'wait':
      return `wait for ${cell}`;
    case 'trylock':
      return `"trylock(${object})"`;
    case 'alloc':
      return `allocation of ${cell}`;
    default:
      return `"${accessText(step)}"`;
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
interface StepLine {
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
