// SPDX-License-Identifier: GPL-2.0-only
// A way that a report names leads there: what it prints is typed in, and the check that the command
// line makes of it comes to what the first one did not.
import { describe, expect, test } from 'vitest';
import { runCli } from '#cli/run';
import { realPipeline } from '#cli/wiring';
import type { CheckOptions, Undecided } from '#finding/report';
import type { Platform } from '#platform/index';
import { properties } from '#properties/index';
import type { Effort } from '#questions/comes';
import { groundsOf } from '#questions/ground';
import { type VerdictRun, verdictsOf, windowVerdictsOf } from '#questions/verdicts';
import { chooseWorlds } from '#questions/worlds';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { windows } from '#windows/index';
import { shapeOf } from '#worlds/shape';
import type { World } from '#worlds/world';
import { kernel } from '../support/boards.ts';
import { rowsOf } from '../support/sweep.ts';

const root = new URL('../../', import.meta.url).pathname;

/** A command line that has been read, up to where it would explore worlds. */
interface Asked {
  readonly platform: Platform | null;
  readonly options: CheckOptions;
  readonly kernel: string;
}

/** What the command line makes of @argv. */
async function read(argv: readonly string[]): Promise<Asked> {
  let asked: Asked | null = null;
  const said: string[] = [];
  const pipeline = {
    ...realPipeline(),
    chooseKernel: ({ name }: { name: string }) => ({
      ok: true as const,
      value: {
        name,
        check: async (platform: Platform | null, options: CheckOptions) => {
          asked = { platform, options, kernel: name };
          throw new Error('read');
        },
      },
    }),
  };
  const io = { out: () => {}, err: (text: string) => said.push(text), env: {}, now: () => 0 };
  await runCli(argv, io as never, async () => pipeline as never);
  if (asked === null) throw new Error(`${argv.join(' ')}: ${said.join('')}`);
  return asked;
}

/** @line with what a way says: what it says to leave out, and options instead of those there. */
function following({ firmware, flags }: Line, way: string): Line {
  const [, words = ''] = /^(.*) \([^()]*\)$/.exec(way) ?? [];
  const isGone = (what: string): boolean => new RegExp(`(no|neither|nor) ${what}\\b`).test(words);
  const kept = Object.entries(flags).filter(([flag]) => !isGone(flag));
  const named = [...words.matchAll(/(--[\w-]+) ([^\s,-][^\s,]*)|(--async|--strict-devlink)/g)];
  const added = named
    .filter(([, flag]) => flag === undefined || !isGone(flag))
    .map(([, flag, value, alone]) => [flag ?? alone, value ?? '']);
  return {
    firmware: isGone('FIRMWARE') ? null : firmware,
    flags: { ...Object.fromEntries(kept), ...Object.fromEntries(added) },
  };
}

interface Line {
  readonly firmware: string | null;
  readonly flags: Readonly<Record<string, string>>;
}

function argvOf({ firmware, flags }: Line): string[] {
  const given = Object.entries(flags).flatMap(([flag, value]) =>
    value === '' ? [flag] : [flag, value],
  );
  return ['check', ...(firmware === null ? [] : [`${root}${firmware}`]), ...given];
}

const known = new Map<string, { readonly seen: readonly string[] }>();

/** What some run of @world came to: of those drawn, or of all as far as a limit goes. */
function seenIn(world: World, { kernel: name, options }: Asked, effort: Effort): readonly string[] {
  const { memory, properties: rules, windows: asked } = options;
  const key = JSON.stringify([effort, name, shapeOf(world), memory, rules, asked]);
  const how = {
    drawn: { strategy: { kind: 'sample', runs: 80, seed: 7 }, statesMax: null },
    searched: { strategy: { kind: 'exhaustive' }, statesMax: 60_000 },
  } as const;
  const { seen } =
    known.get(key) ??
    runWorld({
      ask: 'check',
      world,
      kernel: specOf(kernel(name), []),
      properties: rules,
      windows: asked ?? [],
      ...how[effort],
      timeMaxMs: null,
      minimiseMax: 0,
      ...(memory && { memory }),
    });
  known.set(key, { seen });
  return seen;
}

/** The rows of a check of @asked in whose worlds these things happened. */
function rowsIn(asked: Asked, seenOf: (world: World) => readonly string[]) {
  const { platform, options, kernel: name } = asked;
  const chosen = chooseWorlds(platform, options, name);
  const nothing = { bounded: [], findings: [], detected: [] };
  const runs: VerdictRun[] = chosen.worlds.map((derived) => ({
    derived,
    outcome: { ...nothing, seen: seenOf(derived.world) },
  }));
  const revision = kernel(name);
  const grounds = groundsOf(platform, options, { revision, spec: specOf(revision, []) }, chosen);
  const question = { ...options, ...grounds, barred: chosen.barred, idle: chosen.idle };
  const rows: readonly (Undecided & { readonly outcome: string })[] =
    options.windows === null ? verdictsOf(runs, question) : windowVerdictsOf(runs, question);
  return rows;
}

/** True for a world of the scene that @way names. */
function isOf(way: string, { name }: World): boolean {
  return way.endsWith(`(${name.replace(/\/.*/, '')})`);
}

/** Ways that @line would name had no run come to anything, with where they do not lead. */
async function astray(line: Line): Promise<{ ways: number; wrong: string[] }> {
  const asked = await read(argvOf(line));
  const ways = rowsIn(asked, () => []).flatMap((row) => row.reach ?? []);
  const wrong: string[] = [];
  for (const way of new Set(ways)) {
    const led = await read(argvOf(following(line, way)));
    const leads = (effort: Effort): boolean =>
      rowsIn(led, (world) => (isOf(way, world) ? seenIn(world, led, effort) : [])).some(
        ({ outcome }) => outcome !== 'not reached' && outcome !== 'n.a.',
      );
    if (!leads('drawn') && !leads('searched')) wrong.push(`${argvOf(line).join(' ')}: ${way}`);
  }
  return { ways: ways.length, wrong };
}

interface Row {
  readonly firmware: string | null;
  readonly kernel: string;
  readonly device: string;
  /** Rules and windows; null: all. */
  readonly ids: readonly string[] | null;
  readonly more?: Line['flags'];
  readonly sweep?: boolean;
}

const laptop = 'examples/boards/laptop.dtb';
const virt = 'examples/boards/qemu-virt.dtb';
const swept = (firmware: string | null, devices: readonly string[]): Row[] =>
  ['6.0', '6.6', '6.12', '7.2'].flatMap((kernel) =>
    devices.map((device) => ({ firmware, kernel, device, ids: null, sweep: true })),
  );

const rows: readonly Row[] = [
  // Nobody walks for clients of a device tree, and no client can make a registration fail.
  { firmware: null, kernel: '6.0', device: '30.codec', ids: ['P1', 'P2', 'C20'] },
  { firmware: virt, kernel: '6.0', device: 'b000000.client', ids: ['C19', 'C21'] },
  { firmware: null, kernel: '7.2', device: '30.codec', ids: ['P13', 'P14', 'C24', 'C13'] },
  { firmware: laptop, kernel: '7.2', device: '3d00000.gpu', ids: ['C21'] },
  {
    firmware: laptop,
    kernel: '7.2',
    device: '3d00000.gpu',
    ids: ['P14'],
    more: { '--actors': 'fail' },
  },
  { firmware: laptop, kernel: '7.2', device: '3d00000.gpu', ids: ['C12'], more: { '--async': '' } },
  ...swept(null, ['30.codec', 'ACPI0002:00']),
  ...swept(laptop, ['3d00000.gpu', '894000.serial']),
  ...swept(virt, ['b000000.client']),
];

describe.each(rowsOf(rows))('$firmware, $kernel, $device', (row) => {
  const all = [...properties, ...windows].map(({ id }) => id);
  test.each(row.ids ?? all)('each way to %s leads there', async (id) => {
    const { firmware, kernel: name, device, more = {} } = row;
    const flags = { '--kernel': name, '--device': device, ...more };
    const flag = id.startsWith('P') ? '--property' : '--window';
    const { ways, wrong } = await astray({ firmware, flags: { ...flags, [flag]: id } });
    expect(wrong).toEqual([]);
    if (row.ids !== null) expect(ways).toBeGreaterThan(0);
  });
});

test('what is printed is typed in as it says', () => {
  const flags = { '--kernel': '6.0', '--actors': 'fail', '--with': 'x', '--device': 'a' };
  const line = { firmware: 'f', flags };
  const after = (way: string) => argvOf(following(line, way)).join(' ');
  expect(after('--device b (scene)')).toContain('--kernel 6.0 --actors fail --with x --device b');
  expect(after('neither FIRMWARE nor --actors, but --device b --async (scene)')).toBe(
    'check --kernel 6.0 --with x --device b --async',
  );
  expect(after('--kernel 7.2, no --with, no --without and no FIRMWARE and --device b (x)')).toBe(
    'check --kernel 7.2 --actors fail --device b',
  );
});
