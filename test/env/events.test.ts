// SPDX-License-Identifier: GPL-2.0-only
// The table of events: what the compiler refuses, who reports each, and who reads each field.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  aboutOf,
  byField,
  EVENTS,
  type EventName,
  type Events,
  fieldsOf,
  listed,
  withFields,
} from '#env/events';
import { Handle, IGNORANT, setRecorder, type Value } from '#env/op';
import { event } from '#kernel/event';
import type { Device, IommuDevice, IommuGroup } from '#kernel/types';
import type { HeardEvent } from '#properties/context';
import { phrases } from '#report/phrases';
import type { Automaton, Plain } from '#windows/signature';

const names = Object.keys(EVENTS) as EventName[];

/** Source files under @folders of src, by name. */
function sources(...folders: string[]): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(path.join('src', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(path.join('src', folder, name), 'utf8')),
  );
}

/** What does not compile, which `npm run typecheck` looks at; none of it is called. */
const refused = (
  dev: Device,
  group: IommuGroup,
  iommu: IommuDevice,
  e: HeardEvent,
): readonly (() => unknown)[] => [
  // @ts-expect-error: there is no such event
  () => event('group-sett', { dev, group, id: 0, by: 'walk' }),
  // @ts-expect-error: the number is missing
  () => event('group-set', { dev, group, by: 'walk' }),
  // @ts-expect-error: a field has another name
  () => event('group-set', { dev, group, number: 0, by: 'walk' }),
  // @ts-expect-error: a field too many
  () => event('driver-set', { dev, by: 'walk' }),
  // @ts-expect-error: two objects are in each other's place
  () => event('fwspec-built', { dev: iommu, instance: dev }),
  // @ts-expect-error: nobody is called that
  () => event('late-warn', { dev, by: 'worker' }),
  // @ts-expect-error: a group that is not there
  () => event('group-set', { dev, group: null, id: 0, by: 'walk' }),
  // @ts-expect-error: positions
  () => event('late-warn', dev, 'walk'),
  // @ts-expect-error: which event it is has to be asked first
  () => e.by,
  // @ts-expect-error: this one does not say who
  () => e.name === 'driver-set' && e.by,
  // @ts-expect-error: it is errno
  () => e.name === 'init-end' && e.error,
  // @ts-expect-error: there is no such event
  () => e.name === 'init-over',
  (): Pick<Automaton<Plain>, 'events'> => ({
    // @ts-expect-error: a signature cannot hear what is not in the table
    events: ['group-sett'],
  }),
  // @ts-expect-error: the events of the kernel's C have the same fields
  () => listed('late-warn', { dev }),
];

void refused;

/** Something for each field, each different. */
const sample = (name: EventName): Value[] =>
  fieldsOf(name)!.map((field, i) => (i === 0 ? new Handle('device', name) : `${field} ${i}`));

test('what is reported by name is heard by name, in the order of the table between', () => {
  for (const name of names) {
    const args = sample(name);
    const heard = withFields({ name, args, thread: 't' });
    expect(listed(name, heard as never)).toEqual(args);
    expect(heard).toEqual({ ...byField(name, args), name, thread: 't' });
    expect(aboutOf({ name, args })).toBe(args[0]);
  }
  expect(fieldsOf('group-set')).toEqual(['dev', 'group', 'id', 'by']);
});

test('the model reports an event to the machine as the list that findings have', () => {
  const heard: unknown[] = [];
  const before = setRecorder({ ...IGNORANT, event: (name, args) => heard.push([name, ...args]) });
  const iommu = new Handle('iommu_device', 'a.iommu_device') as IommuDevice;
  event('register-end', { errno: -19, instance: iommu });
  event('deferral-timeout', {});
  setRecorder(before);
  expect(heard).toEqual([['register-end', iommu, -19], ['deferral-timeout']]);
});

test('a field that JavaScript leaves out is refused, and so is an event of no table', () => {
  const fields = { dev: new Handle('device', 'x') } as Events['late-warn'];
  expect(() => listed('late-warn', fields)).toThrow('event late-warn lacks its field by');
  expect(() => listed('late' as EventName, fields)).toThrow('no event late');
  expect(() => withFields({ name: 'late', args: [], thread: '' })).toThrow('no event late');
});

test('every event is reported by the model or by what follows the C', () => {
  const text = sources('kernel', 'env', 'realc/machine').join('\n');
  const silent = names.filter((name) => !new RegExp(`(event|emit|listed)\\('${name}'`).test(text));
  expect(silent).toEqual([]);
});

/** The fields of an event that its phrase prints. */
function printed(name: EventName): ReadonlySet<string> {
  const used = new Set<string>();
  const texts = new Proxy({} as Record<string, string>, {
    get: (_, field) => {
      used.add(String(field));
      return 'x';
    },
  });
  (phrases[name] as ((of: typeof texts) => unknown) | null)?.(texts);
  return used;
}

/** Said for whoever reads the JSON of a finding: no rule asks, and no table has the room. */
const READ_BY_NOBODY: readonly string[] = [
  'probe-device instance',
  'init-unguarded by',
  'dma-map domain',
];

test('no rule, signature or report counts the positions of an event', () => {
  const readers = sources('properties', 'windows', 'realc', 'report', 'questions', 'run', 'worlds');
  const counting = readers.flatMap(
    (text) => text.match(/.*\.args(\[|\.at\()|.*\] = \w+\.args\b/g) ?? [],
  );
  expect(counting).toEqual([]);
});

test('every field but those listed is printed, or read by a rule, a signature or conform', () => {
  const readers = sources('properties', 'windows', 'realc/conform');
  const isRead = (name: EventName, field: string): boolean => {
    const use = new RegExp(`\\be\\.${field}\\b|\\{[^{}]*\\b${field}\\b[^{}]*\\} = e;`);
    return readers.some((text) => text.includes(`'${name}'`) && use.test(text));
  };
  const unread = names.flatMap((name) =>
    // The first is what the event is about: signatures and the table look at it in all events.
    fieldsOf(name)!
      .slice(1)
      .filter((field) => !printed(name).has(field) && !isRead(name, field))
      .map((field) => `${name} ${field}`),
  );
  expect(unread).toEqual(READ_BY_NOBODY);
});
