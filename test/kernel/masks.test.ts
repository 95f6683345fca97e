// SPDX-License-Identifier: GPL-2.0-only
// The DMA masks of the model against the arithmetic of C on 64 bits, in all orders of two threads,
// and P15 against what the words hold in the end.
import { describe, expect, test } from 'vitest';
import { check } from '#checker/index';
import type { Rule } from '#checker/program/scene';
import { Handle, IGNORANT, type Kfn, setRecorder } from '#env/op';
import { openWorld } from '#run/watched-scene';
import { genericWorlds } from '#worlds/generic';
import { buildScene } from '#worlds/scene';
import { masking } from '#worlds/transforms';
import type { World } from '#worlds/world';
import { kernel } from './support/run.ts';
import { attach, client, oneInstance, walk } from './support/worlds.ts';

/** The two words of a device: *dev->dma_mask, and dev->coherent_dma_mask. */
interface Words<T> {
  dma_mask: T;
  coherent_dma_mask: T;
}

type Step<T> = (words: Words<T>) => void;

/** All that two threads can leave behind, each a list of steps that is made anew for each order. */
function outcomes<T>(first: Words<T>, threads: () => readonly Step<T>[][]): Set<string> {
  const found = new Set<string>();
  const [one, two] = threads().map((steps) => steps.length) as [number, number];
  const orders = (a: number, b: number): number[][] => [
    ...(a === 0 && b === 0 ? [[]] : []),
    ...(a > 0 ? orders(a - 1, b).map((rest) => [0, ...rest]) : []),
    ...(b > 0 ? orders(a, b - 1).map((rest) => [1, ...rest]) : []),
  ];
  for (const order of orders(one, two)) {
    const words = { ...first };
    const left = threads().map((steps) => [...steps]);
    for (const t of order) left[t]!.shift()!(words);
    found.add(`${words.dma_mask} ${words.coherent_dma_mask}`);
  }
  return found;
}

interface Case {
  readonly firmware: World['firmware'];
  readonly bus: 'platform' | 'amba';
  readonly limit: number | null;
  readonly bits: number;
}

const maskOf = (bits: number): bigint => (1n << BigInt(bits)) - 1n;
const bitsOf = (mask: bigint): number => mask.toString(2).length;
/** DMA_BIT_MASK(ilog2(end) + 1) */
const filled = (end: bigint): bigint => maskOf(bitsOf(end));

/** What of_dma_configure_id() or acpi_arch_dma_setup() does to masks in C, against a driver. */
function inC({ firmware, bus, limit, bits }: Case): Set<string> {
  const own = bus === 'amba' ? 'coherent_dma_mask' : 'dma_mask';
  const threads = (): Step<bigint>[][] => {
    let [mask, read] = [0n, 0n];
    const limited = (word: 'dma_mask' | 'coherent_dma_mask'): Step<bigint>[] => [
      (w) => {
        read = w[word];
      },
      (w) => {
        const smaller = read < mask ? read : mask;
        w[word] = firmware === 'dt' ? read & mask : smaller;
      },
    ];
    const begin: Step<bigint> = (w) => {
      const end = limit === null ? w.coherent_dma_mask || maskOf(32) : maskOf(limit);
      mask = filled(end);
    };
    const none = firmware === 'acpi' && limit === null;
    const configure = [begin, ...limited('coherent_dma_mask'), ...limited(own)];
    const driver = ([own, 'coherent_dma_mask'] as const).map(
      (word): Step<bigint> =>
        (w) => {
          w[word] = maskOf(bits);
        },
    );
    return [none ? [] : configure, driver];
  };
  const first = { dma_mask: maskOf(32), coherent_dma_mask: maskOf(32) };
  const found = outcomes(first, threads);
  return new Set([...found].map((text) => text.split(' ').map(BigInt).map(bitsOf).join(' ')));
}

/** The same of the model's functions: its Ops, one by one. */
function inModel({ firmware, bus, limit, bits }: Case): Set<string> {
  const limited = limit === null ? {} : { dmaLimit: limit };
  const device = client('a', { bus, ...limited });
  const world = { ...oneInstance([device], [walk, attach('a')]), firmware };
  const { k, devices } = buildScene(masking(world, bits), kernel('7.2'));
  const dev = devices.get('a')!;
  const stepsOf = (body: () => Kfn<void>): Step<number>[] => {
    // As many steps as there are Ops, whatever the words hold.
    const ops = [...opsOf(body(), { dma_mask: 32, coherent_dma_mask: 32 })];
    let started: Kfn<void> | undefined;
    let result: number | undefined;
    return ops.map(() => (words) => {
      started ??= body();
      const { value: op, done } = started.next(result);
      if (done) throw new Error('fewer Ops than before');
      result = access(op, words);
    });
  };
  const configure = () =>
    firmware === 'dt'
      ? k.of_dma_configure__masks(dev, limit !== null)
      : k.acpi_arch_dma_setup__masks(dev);
  const before = setRecorder(IGNORANT);
  try {
    return outcomes({ dma_mask: 32, coherent_dma_mask: 32 }, () => [
      stepsOf(configure),
      stepsOf(() => k.dma_set_mask_and_coherent(dev, bits)),
    ]);
  } finally {
    setRecorder(before);
  }
}

type Op = Kfn<void> extends Generator<infer O, void, unknown> ? O : never;

function access(op: Op, words: Words<number>): number {
  const word = op.field as keyof Words<number>;
  if (op.kind === 'store') words[word] = op.arg as number;
  return words[word];
}

function* opsOf(run: Kfn<void>, words: Words<number>): Generator<Op> {
  let result: number | undefined;
  for (;;) {
    const { value, done } = run.next(result);
    if (done) return;
    yield value;
    result = access(value, words);
  }
}

describe('all orders of a configuration and a driver leave what they leave in C', () => {
  const limits = [null, 24, 30, 31, 32, 33, 40, 64];
  const cases = (['dt', 'acpi'] as const).flatMap((firmware) =>
    (['platform', 'amba'] as const).flatMap((bus) =>
      limits.flatMap((limit) =>
        [24, 30, 32, 36, 64].map((bits) => ({ firmware, bus, limit, bits })),
      ),
    ),
  );

  test.each(cases)('$firmware, $bus, limit $limit, driver $bits', (one) => {
    expect([...inModel(one)].sort()).toEqual([...inC(one)].sort());
  });

  test('that is: a wider mask is cut by each store that comes late, a narrower one is not', () => {
    const dt = { firmware: 'dt', bus: 'platform', limit: null } as const;
    expect(inC({ ...dt, bits: 64 })).toEqual(new Set(['64 64', '32 64', '32 32']));
    expect(inC({ ...dt, bits: 30 })).toEqual(new Set(['30 30', '32 30', '30 32']));
    // ... but where the limit is a constant, both are lost only between a load and a store.
    const limited = { ...dt, limit: 40, bits: 64 };
    expect(inC(limited)).toEqual(new Set(['64 64', '32 64', '40 64', '40 32', '40 40']));
  });
});

describe('the masks and the ranges of firmware, in the order of C', () => {
  /** What is accessed before firmware is asked for IOMMUs, where ranges were @parsed or not. */
  const accesses = (firmware: World['firmware'], parsed: boolean, name = '7.2'): string[] => {
    const device = client('a', { dmaRanges: true, dmaLimit: 40 });
    const world = { ...oneInstance([device], [walk, attach('a')]), firmware };
    const { k, devices } = buildScene(masking(world, 64), kernel(name));
    const dev = devices.get('a')!;
    const map = new Handle('bus_dma_region', 'map');
    const before = setRecorder(IGNORANT);
    try {
      const run = firmware === 'dt' ? k.of_dma_configure(dev) : k.acpi_dma_configure(dev);
      const found: string[] = [];
      for (let { value: op, done } = run.next(undefined); !done; ) {
        if (typeof op !== 'object' || op.kind === 'lock' || op.field === 'iommu') break;
        const stored = op.kind === 'store' && typeof op.arg === 'number' ? ` ${op.arg}` : '';
        found.push(`${op.kind} ${op.field}${stored}`);
        const ranges = op.kind === 'alloc' || parsed ? map : null;
        ({ value: op, done } = run.next(op.field === 'dma_range_map' ? ranges : 32));
      }
      return found;
    } finally {
      setRecorder(before);
    }
  };
  const limited = (bits: number): string[] =>
    ['coherent_dma_mask', 'dma_mask'].flatMap((word) => [`load ${word}`, `store ${word} ${bits}`]);
  const ranges = ['alloc dma_range_map', 'store dma_range_map'];

  test('a device tree limits before it stores the ranges, ACPI after', () => {
    const looks = 'load dma_range_map';
    expect(accesses('dt', false)).toEqual([looks, ranges[0], ...limited(32), ranges[1]]);
    expect(accesses('acpi', false)).toEqual([looks, ...ranges, ...limited(32)]);
  });

  test('where they were parsed a tree goes by the mask of the moment, ACPI not at all', () => {
    const looks = 'load dma_range_map';
    expect(accesses('dt', true)).toEqual([looks, 'load coherent_dma_mask', ...limited(32)]);
    expect(accesses('acpi', true)).toEqual([looks]);
  });

  test('up to 6.14 they are parsed each time', () => {
    expect(accesses('dt', true, '6.14')).toEqual([ranges[0], ...limited(32), ranges[1]]);
    expect(accesses('acpi', true, '6.14')).toEqual([...ranges, ...limited(32)]);
  });
});

/** In the end a driver is bound, and a word does not hold what it has set, as far as that goes. */
function notKept(world: World, dev: Handle): Rule {
  const data = world.devices.find((d) => d.name === dev.name)!;
  const [set, limit] = [data.driver!.dmaMask!, data.dmaLimit ?? 64];
  const words = data.bus === 'amba' ? ['coherent_dma_mask'] : ['coherent_dma_mask', 'dma_mask'];
  return {
    id: 'kept',
    events: [],
    reads: [],
    readsAtEnd: ['device.driver', ...words.map((word) => `device.${word}`)],
    subjects: [dev],
    atEnd: (peek) => {
      const at = peek as unknown as { get(h: Handle, field: string): number | null };
      if (at.get(dev, 'driver') === null) return undefined;
      const wrong = words.filter(
        (word) => Math.min(at.get(dev, word) ?? 0, limit) !== Math.min(set, limit),
      );
      if (wrong.length === 0) return undefined;
      return { subject: dev.name, because: wrong.join(), facts: {} };
    },
  };
}

describe('P15 is broken where the words do not hold the mask in the end', () => {
  const scenes = genericWorlds().filter((d) => d.classKey.startsWith('hand:masks'));
  const kernels = ['6.14', '6.15-rc1', '7.0', '7.1', '7.2'];
  const options = {
    strategy: { kind: 'exhaustive' },
    explainMax: 0,
    minimiseMax: 0,
    minimisePreemptions: 0,
  } as const;

  test('strict links keep a client away from the walk of its own IOMMU alone', () => {
    const broken = (name: string) => {
      const { world } = scenes.find((d) => d.classKey === `hand:${name}`)!;
      const strict = { ...world, switches: { ...world.switches, strictDevlink: true } };
      const { scene } = openWorld(strict, kernel('7.2'), { by: 'rules', ids: ['P15'] });
      return check(scene, options).findings.length > 0;
    };
    expect(['masks wide', 'masks narrow', 'masks wide bare'].map(broken)).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('there are scenes', () => expect(scenes.length).toBeGreaterThan(8));

  test.each(scenes.map(({ world }) => world))('$name', (world) => {
    for (const name of kernels) {
      const { scene, ctx } = openWorld(world, kernel(name), { by: 'rules', ids: ['P15'] });
      const [dev] = ctx.devices.filter((d) => ctx.isFocus(d)).map((d) => d.handle);
      const own = { ...scene, rules: [...scene.rules, notKept(world, dev!)] };
      const { findings } = check(own, options);
      const broken = (id: string) => findings.some(({ report }) => report.property === id);
      expect([name, broken('P15')]).toEqual([name, broken('kept')]);
      const opened = kernel(name).commits.some((c) => c.sha === 'bcb81ac6ae3c');
      const ready = kernel(name).commits.some((c) => c.sha === 'a2225b6e834a');
      const open = opened && !(world.name.startsWith('masks wide add') && ready);
      expect([name, broken('P15')]).toEqual([name, open]);
    }
  });
});
