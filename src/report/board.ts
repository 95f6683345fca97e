// SPDX-License-Identifier: GPL-2.0-only
// What `racewindow board FILE` prints: how a board was understood, in plain text of 75 columns.
import { hex } from '#base/bytes';
import { ellipsis, fitted, plural, printable, reportColumns, textColumns, wrap } from '#base/text';
import {
  type ClientClass,
  type Creator,
  classesOf,
  type Iommu,
  type NothingToCheck,
  nothingToCheck,
  type Platform,
  type PlatformDevice,
} from '#platform/index';

/** What to show. */
interface BoardOptions {
  /** Columns of a line; textColumns() unless told. */
  readonly width?: number;
  /** Names of the scenes that stand for a class; listed with it where given. */
  readonly scenesOf?: (key: string) => readonly string[];
  /** List every device, also those that are behind no IOMMU. */
  readonly allDevices?: boolean;
}

/** Render a board: totals, IOMMUs, clients in order of creation, classes with their scenes. */
export function renderBoard(platform: Platform, options: BoardOptions = {}): string {
  const width = options.width ?? textColumns();
  const classes = classesOf(platform);
  const shown = platform.devices.filter((d) => options.allDevices || d.refersToIommu);
  const sections: string[][] = [
    summary(platform, classes, width),
    platform.iommus.length === 0 ? [] : ['IOMMUs', ...iommuRows(platform, width)],
    shown.length === 0 ? [] : ['Devices, in order of creation', ...deviceRows(shown, width)],
    ...kindsOf(classes).map((kind) => kindLines(kind, classes, width, options)),
    noteLines(platform, width),
  ];
  const filled = sections.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function summary(platform: Platform, classes: readonly ClientClass[], width: number): string[] {
  const model = platform.model === '' ? 'a board without a model name' : platform.model;
  const usable = platform.iommus.filter((iommu) => iommu.registers).length;
  const clients = platform.devices.filter((d) => d.iommus.length > 0).length;
  const lines = wrap(printable(model), { width });
  lines.push(
    ...wrap(
      `${plural(platform.devices.length, 'device')}, ` +
        `${plural(platform.iommus.length, 'IOMMU')} (${usable} in use), ` +
        `${plural(clients, 'client')} of ${plural(kindsOf(classes).length, 'kind')} in ` +
        plural(classes.length, 'class', 'classes'),
      { width },
    ),
  );
  const nothing = nothingToCheck(platform);
  return nothing === null ? lines : [...lines, ...nothingLines(nothing, width)];
}

/** Why a board has no client, and what to do. */
export function nothingLines({ because, hint }: NothingToCheck, width: number): string[] {
  const lines = [
    ...wrap('No device ends up behind an IOMMU: there is nothing to race for.', { width }),
    ...because.flatMap((text) => wrap(printable(text), { width, first: '  ', rest: '    ' })),
    ...wrap(`hint: ${hint}`, { width, first: '  ', rest: '    ' }),
  ];
  return lines.map((line) => (line.length > width ? cut(line, width) : line));
}

/** A row that is too wide keeps its beginning; names are shortened before this is needed. */
function cut(row: string, width: number): string {
  return `${row.slice(0, width - 3)}...`;
}

/** A name is not shortened for a narrow terminal: nobody could look it up. */
function shortName(name: string, width: number): string {
  return ellipsis(name, Math.max(width, reportColumns - 4));
}

function iommuRows(platform: Platform, width: number): string[] {
  const state = (iommu: Iommu): string => {
    if (!iommu.available) return 'disabled';
    if (!iommu.reachable) return 'below a disabled node';
    return iommu.registers ? plural(iommu.clients.length, 'client') : 'never registers';
  };
  const rows = platform.iommus.map((iommu) => [
    ellipsis(printable(iommu.name), 32),
    iommu.driver,
    platform.firmware === 'acpi' ? iommu.path : plural(iommu.cells, 'cell'),
    state(iommu),
  ]);
  return fitted(rows, { indent: '  ', width });
}

function deviceRows(devices: readonly PlatformDevice[], width: number): string[] {
  const rows: string[] = [];
  for (const device of devices) {
    const name = printable(device.name);
    const facts = `${device.bus}, ${creatorText(device)}`;
    const head = `  ${name}  (${facts})`;
    if (head.length <= width) rows.push(head);
    else
      rows.push(`  ${shortName(name, width - 2)}`, ...wrap(`(${facts})`, { width, first: '    ' }));
    rows.push(...usageLines(device, width));
  }
  return rows;
}

function usageLines(device: PlatformDevice, width: number): string[] {
  const texts: string[] = [];
  for (const name of new Set(device.iommus.map((use) => use.iommu))) {
    const ids = device.iommus.filter((use) => use.iommu === name).map((use) => idText(use.ids));
    texts.push(printable(`${name}${ids.join('') === '' ? '' : ` id ${ids.join(', ')}`}`));
  }
  if (device.problem) {
    texts.push(printable(`no IOMMU, -${device.problem.errno}: ${device.problem.because}`));
  }
  if (texts.length === 0 && device.refersToIommu) texts.push('bypasses every IOMMU');
  if (device.groupKey !== null && device.groupKey !== device.name) {
    texts.push(printable(`in the group of ${device.groupKey}`));
  }
  return texts.flatMap((text) =>
    wrap(text, { width, first: '    ', rest: '      ' }).map((l) =>
      l.length > width ? cut(l, width) : l,
    ),
  );
}

function idText(ids: readonly number[]): string {
  return ids.length > 1 && ids.slice(1).some((id) => id !== 0)
    ? ids.map(hex).join('/')
    : ids.slice(0, 1).map(hex).join('');
}

function creatorText(device: PlatformDevice): string {
  return device.parent === null
    ? creators[device.createdBy]
    : `${creators[device.createdBy]} ${ellipsis(printable(device.parent), 44)}`;
}

const creators: Readonly<Record<Creator, string>> = {
  populate: 'at boot',
  'parent-driver': 'by the driver of',
  'bus-scan': 'by the scan of',
};

/** Classes by their kinds, in the order of the first of each. */
function kindsOf(classes: readonly ClientClass[]): ClientClass[][] {
  const kinds = new Map<string, ClientClass[]>();
  for (const c of classes) kinds.set(c.kind, [...(kinds.get(c.kind) ?? []), c]);
  return [...kinds.values()];
}

function kindLines(
  kind: readonly ClientClass[],
  classes: readonly ClientClass[],
  width: number,
  options: BoardOptions,
): string[] {
  const [first] = kind;
  if (!first) return [];
  const clients = kind.reduce((sum, c) => sum + c.devices.length, 0);
  return [
    `${plural(clients, 'client')} of one kind, in ${plural(kind.length, 'class', 'classes')}`,
    ...wrap(describe(first), { width, first: '  ' }),
    ...wrapKey('kind: ', first.kind, width),
    ...kind.flatMap((c) => classLines(c, classes.indexOf(c), width, options)),
  ];
}

function classLines(c: ClientClass, index: number, width: number, options: BoardOptions): string[] {
  const name = shortName(printable(c.representative), width - 4);
  const lines = [
    ...wrap(`Class ${index + 1}: ${plural(c.devices.length, 'client')}, for example`, {
      width,
      first: '  ',
    }),
    `    ${name}`,
  ];
  const beside = c.key.slice(c.kind.length + 1);
  if (beside !== '') lines.push(...wrapKey('  with: ', beside, width));
  const scenes = options.scenesOf?.(c.key) ?? [];
  for (const scene of scenes) lines.push(...wrap(scene, { width, first: '    scene: ' }));
  return lines;
}

/** The key on one line, or broken after its separators where it is too long. */
function wrapKey(head: string, key: string, width: number): string[] {
  const lines: string[] = [];
  let line = `  ${head}`;
  const indented = ' '.repeat(line.length);
  for (const part of key.split(/(?<=[/,;+])/)) {
    if (line.length + part.length > width && line !== indented) {
      lines.push(line);
      line = indented;
    }
    line += part;
  }
  lines.push(line);
  return lines;
}

function describe(c: ClientClass): string {
  const instances = new Set(c.iommus.map((i) => i.instance)).size;
  const behind = c.iommus
    .filter((i, at) => c.iommus.findIndex((o) => o.instance === i.instance) === at)
    .map((i) => `${i.driver} (${places[i.position]})`)
    .join(', then ');
  const who = { populate: 'at boot', 'parent-driver': 'by a driver', 'bus-scan': 'by a scan' };
  const count = instances > 1 ? `${instances} IOMMUs: ` : '';
  const facts = [`${c.bus} bus, made ${who[c.createdBy]}, behind ${count}${behind}`];
  if (c.sharesGroup) facts.push('group shared with another device');
  if (c.dmaRanges) facts.push('dma-ranges apply');
  return facts.join('; ');
}

const places = {
  before: 'the client stands before it on the bus list',
  after: 'the client stands after it on the bus list',
  'other-bus': 'on another bus',
} as const;

function noteLines(platform: Platform, width: number): string[] {
  const { iommus, clients, maps } = platform.unavailable;
  const lines: string[] = [];
  if (iommus + clients + maps > 0) {
    const text =
      `left out as disabled: ${plural(iommus, 'IOMMU')}, ` +
      `${plural(clients, 'node')} with iommus, ${plural(maps, 'node')} with iommu-map`;
    lines.push(...wrap(text, { width, first: '  ' }));
  }
  const silent = platform.iommus.filter((i) => i.because !== null);
  const never = silent.map((i) => `${i.name} never registers: ${i.because}`);
  for (const note of [...never, ...platform.notes]) {
    const wrapped = wrap(printable(note), { width, first: '  ', rest: '    ' });
    lines.push(...wrapped.map((line) => (line.length > width ? cut(line, width) : line)));
  }
  return lines.length === 0 ? [] : ['Notes', ...lines];
}
