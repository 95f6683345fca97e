// SPDX-License-Identifier: GPL-2.0-only
// Who acts in the worlds of a board: who always does, who is asked for, and who can not be had.
import { describe, expect, test } from 'vitest';
import type { CheckOptions } from '#finding/report';
import { type Platform, readPlatform } from '#platform/index';
import { properties } from '#properties/index';
import { defaultCheck } from '#questions/check';
import { groundsOf } from '#questions/ground';
import { type Question, reachForWindow } from '#questions/reach';
import { chooseWorlds } from '#questions/worlds';
import { specOf } from '#run/kernel-spec';
import { runWorld } from '#run/run-world';
import { needsOf } from '#windows/index';
import { actors, actorsOf, apartIn, namedActors } from '#worlds/actors';
import { actorCasts, worldsForPlatform } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';
import { blob, type Spec } from '../firmware/blob.ts';
import { rimt } from '../firmware/tables.ts';
import { acpiMachine } from '../log/machines.ts';
import { platform as tables } from '../platform/acpi-support.ts';
import { besideBoard, besideSmmu } from '../support/beside.ts';
import { axes, kernel, laptop } from '../support/boards.ts';

/** A board of one IOMMU with @count clients. */
function boardOf(compatible: string, count: number): Platform {
  const iommu: Spec = { compatible, phandle: 1, '#iommu-cells': 1 };
  const names = ['b', 'c', 'd'].slice(0, count);
  const clients = names.map((n, i) => [n, { compatible: 'x', iommus: [1, i] }] as const);
  const root = { compatible: 'a,board', '#address-cells': 1, '#size-cells': 1, a: iommu };
  const platform = readPlatform(blob({ ...root, ...Object.fromEntries(clients) }));
  if (!platform.ok) throw new Error(platform.error.message);
  return platform.value;
}

const all = { devices: null, asyncProbe: false, strictDevlink: false };
const namesOf = (worlds: readonly { world: { name: string } }[]): string[] =>
  worlds.map(({ world }) => world.name.replace(/\/.*/, ''));

/** Scenes of the rarer actors that the worlds of @window have by themselves. */
function broughtIn(platform: Platform, window: string, name = '7.2'): string[] {
  const usual = new Set(namesOf(chooseWorlds(platform, all, name).worlds));
  const asked = chooseWorlds(platform, { ...all, windows: [window] }, name).worlds;
  return [...new Set(namesOf(asked))].filter((scene) => !usual.has(scene));
}

/** Why @window can not come about on a board of one class; null where it may. */
function barredBy(platform: Platform, window: string, name = '7.2'): string | null {
  const { worlds, barred } = chooseWorlds(platform, all, name);
  return barred(worlds[0]?.classKey ?? '', needsOf(window));
}

describe('the actors of an ordinary boot', () => {
  test('are in the worlds of each class, each in a small one of its own', () => {
    const worlds = worldsForPlatform(laptop(), axes);
    const { present } = actorsOf(worlds.map((d) => d.world));
    expect(present).toEqual(actors.filter((a) => a.usual).map((a) => a.id));
    const apart = ['asynchronous probe', 'late initcall', 'deferral timeout'];
    expect(apartIn(worlds.map((d) => d.world))).toEqual(apart);
    for (const key of new Set(worlds.map((w) => w.classKey))) {
      const mine = worlds.filter((w) => w.classKey === key).map((w) => w.world);
      expect(actorsOf(mine).present).toEqual(expect.arrayContaining(apart));
      for (const w of mine.filter((x) => apartIn([x]).length > 0)) {
        expect(w.devices.filter((d) => d.role === 'bystander')).toEqual([]);
      }
    }
  });

  test('are all asynchronous with --async, and that has no world of its own', () => {
    const worlds = worldsForPlatform(laptop(), { ...axes, asyncProbe: true });
    expect(namesOf(worlds)).not.toContain('walk+bind async');
    expect(apartIn(worlds.map((d) => d.world))).toEqual(['late initcall', 'deferral timeout']);
  });
});

test('an actor acts in each world that it has, under all kernels', () => {
  const boards = [laptop(), boardOf('mediatek,mt8195-iommu-vdo', 3)];
  const seen = new Set<string>();
  for (const platform of boards) {
    for (const { actor, worlds, missing } of actorCasts(platform, axes)) {
      expect(worlds.length === 0 || missing === null).toBe(true);
      for (const { world } of worlds) {
        expect([actor.id, actor.isIn(world)]).toEqual([actor.id, true]);
        seen.add(actor.id);
      }
    }
  }
  expect([...seen].sort()).toEqual(namedActors.map((a) => a.id).sort());
});

test('a world has no actor that nobody asked for', () => {
  const shapes = (ids: readonly string[]) =>
    new Set(worldsForPlatform(laptop(), { ...axes, actors: ids }).map((d) => shapeOf(d.world)));
  const plain = shapes([]);
  const every = shapes(namedActors.map((a) => a.id));
  expect([...plain].every((shape) => every.has(shape))).toBe(true);
  expect(every.size).toBeGreaterThan(plain.size);
});

describe('a rarer actor', () => {
  test('comes by itself where a window needs it and the kernel can have it', () => {
    const mtk = boardOf('mediatek,mt8195-iommu-vdo', 2);
    const goesAway = ['walk+bind+unbind', 'walk+bind+fail', 'walk+bind+refuse'];
    expect(broughtIn(mtk, 'C21')).toEqual(goesAway);
    expect(broughtIn(mtk, 'C29')).toEqual(['walk+bind managed']);
    expect(broughtIn(laptop(), 'C28')).toEqual(['walk+bind+remove']);
    expect(broughtIn(laptop(), 'C09')).toEqual([]);
  });

  test('does not where its IOMMU can not go away, and that is said', () => {
    const rockchip = boardOf('rockchip,rk3568-iommu', 2);
    expect(broughtIn(rockchip, 'C21')).toEqual([]);
    expect(broughtIn(rockchip, 'C21', '6.12')).toEqual(['walk+bind+fail']);
    expect(broughtIn(rockchip, 'C21', '6.18')).toEqual(['walk+bind+fail']);
    expect(barredBy(rockchip, 'C21')).toContain('can not be unbound (suppress_bind_attrs)');
    expect(barredBy(rockchip, 'C21', '6.12')).toBeNull();
    expect(barredBy(rockchip, 'C28')).toContain('nothing removes it');
    expect(barredBy(rockchip, 'C11')).toContain('populated at boot');
    expect(barredBy(rockchip, 'C30')).toContain("Intel's");
  });

  test('that only lacks a world is no reason to say that it can not be', () => {
    const alone = boardOf('arm,mmu-500', 1);
    expect(broughtIn(alone, 'C21')).toEqual([]);
    expect(barredBy(alone, 'C21')).toBeNull();
  });
});

describe('a driver that sets a DMA mask', () => {
  const scenes = ['walk+bind narrow mask', 'walk+bind wide mask'];

  test('is there by itself where P15 or C44 is asked for', () => {
    const board = boardOf('arm,mmu-500', 1);
    expect(broughtIn(board, 'C44')).toEqual(scenes);
    const { worlds } = chooseWorlds(board, { ...all, properties: ['P15'] }, '7.2');
    expect(namesOf(worlds)).toEqual(expect.arrayContaining(scenes));
    const plain = chooseWorlds(board, { ...all, properties: ['P1'] }, '7.2').worlds;
    expect(namesOf(plain).filter((name) => name.includes('mask'))).toEqual([]);
  });

  test('has a limit above 32 bits where firmware gives one', () => {
    const limits = actorCasts(laptop(), axes)
      .filter(({ actor }) => actor.flag === 'masks')
      .flatMap(({ worlds }) => worlds.flatMap(({ world }) => world.devices))
      .filter((d) => d.driver?.dmaMask !== undefined)
      .map((d) => [d.dmaRanges, d.dmaLimit ?? null]);
    expect(limits.length).toBeGreaterThan(0);
    for (const [ranged, limit] of limits) expect(limit).toBe(ranged ? 40 : null);
  });
});

describe('whose masks nobody limits', () => {
  const smmu: Spec = { compatible: 'arm,mmu-500', phandle: 1, '#iommu-cells': 1 };
  const cells = { '#address-cells': 2, '#size-cells': 2 };
  const mc: Spec = { compatible: 'fsl,qoriq-mc', 'iommu-map': [0, 1, 0, 1] };
  const ranges: Spec = { ...cells, 'dma-ranges': [0, 0, 0, 0, 0x10000, 0] };

  function treeOf(soc: Spec): Platform {
    const read = readPlatform(blob({ compatible: 'a,board', ...cells, soc }));
    if (!read.ok) throw new Error(read.error.message);
    return read.value;
  }

  /** Of each bus whether a mask is set there, else why not. */
  function masksOf(board: Platform): Set<string> {
    const casts = actorCasts(board, axes).filter(({ actor }) => actor.flag === 'masks');
    return new Set(casts.map(({ missing }) => missing?.because ?? 'set'));
  }

  test('contexts of host1x have no driver', () => {
    const host: Spec = { compatible: 'nvidia,tegra234-host1x', 'iommu-map': [0, 1, 0x35, 1] };
    const none = 'no driver binds to host1x-context devices';
    expect(masksOf(treeOf({ compatible: 'simple-bus', a: smmu, host }))).toEqual(new Set([none]));
  });

  test('devices of fsl-mc are configured with dma-ranges only, and made with 64 bits', () => {
    const none = 'nothing is limited for fsl-mc devices without dma-ranges';
    const bare = treeOf({ compatible: 'simple-bus', ...cells, a: smmu, mc });
    expect(masksOf(bare)).toEqual(new Set([none]));

    const ranged = treeOf({ compatible: 'simple-bus', ranges: true, ...ranges, a: smmu, mc });
    const found = actorCasts(ranged, axes)
      .filter(({ actor }) => actor.flag === 'masks')
      .flatMap(({ worlds }) => worlds)
      .map(({ world }) => {
        const { findings } = runWorld({
          ask: 'check',
          world,
          kernel: specOf(kernel('7.2'), []),
          properties: ['P15'],
          strategy: { kind: 'exhaustive' },
          statesMax: null,
          timeMaxMs: null,
          minimiseMax: 0,
        });
        const { driver } = world.devices.find((d) => d.role === 'client')!;
        return [driver?.dmaMask, ...findings.map(({ witness }) => witness.facts['now'])];
      });
    // A wider mask than 32 bits is not cut; the limit of firmware comes back in place of 30 bits.
    expect(found).toEqual([[30, 40], [64]]);
  });

  test('ACPI limits them on arm64 alone', () => {
    const others = 'ACPI limits masks on arm64, not on x86 or RISC-V';
    expect(masksOf(acpiMachine('virt-smmuv3'))).toEqual(new Set(['set']));
    expect(masksOf(tables([rimt()]))).toEqual(new Set([others]));
    for (const name of ['q35-virtio-iommu', 'virt-virtio-iommu']) {
      const unknown = 'ACPI limits masks on arm64, and a VIOT does not tell that';
      expect(masksOf(acpiMachine(name))).toEqual(new Set([unknown]));
    }
  });
});

describe('a client beside two walks', () => {
  const two = besideBoard({ t: besideSmmu(2) });

  test('is there by itself where P2 or P8 is asked for', () => {
    for (const id of ['P2', 'P8']) {
      const { worlds } = chooseWorlds(two, { ...all, properties: [id] }, '7.2');
      expect(namesOf(worlds)).toContain('walk+walk beside');
    }
    for (const asked of [['P1'], null]) {
      const { worlds, idle } = chooseWorlds(two, { ...all, properties: asked }, '7.2');
      expect(namesOf(worlds)).not.toContain('walk+walk beside');
      const names = idle(worlds[0]?.classKey ?? '').map((w) => w.name);
      expect(names).toContain('walk+walk beside/1 client/bystanders 0+1');
    }
  });

  test('can not be where no second IOMMU registers', () => {
    const { worlds, idle } = chooseWorlds(besideBoard({}), all, '7.2');
    expect(idle(worlds[0]?.classKey ?? '').filter((w) => w.name.includes('walk+walk'))).toEqual([]);
  });
});

test('a rule is held to actors that there are', () => {
  const named = properties.flatMap((p) => p.holdsWith ?? []);
  expect(named.length).toBeGreaterThan(0);
  for (const id of named) expect(actors.map((a) => a.id)).toContain(id);
});

describe('what would reach a window', () => {
  const groundOf = (more: Partial<CheckOptions>): Question => {
    const revision = kernel('7.2');
    const options = { ...defaultCheck, ...more };
    const chosen = chooseWorlds(laptop(), options, '7.2');
    return groundsOf(laptop(), options, { revision, spec: specOf(revision, []) }, chosen);
  };
  const reach = (devices: string[] | null, window: string): string | undefined => {
    return reachForWindow(window, groundOf({ devices })).reach?.[0];
  };

  test('is another device of the board, an actor, both, or the generic worlds', () => {
    expect(reach(['3d00000.gpu'], 'C11')).toMatch(/^--device \S+ \(walk\+add\+retry\)$/);
    expect(reach(['3d00000.gpu'], 'C21')).toMatch(/^--actors refuse \(walk\+bind\+refuse\)$/);
    expect(reach(['3d00000.gpu'], 'C28')).toMatch(/^--device \S+ --actors remove \(/);
    expect(reach(null, 'C33')).toBe('no FIRMWARE and --device iommufd_mock0 (mock add)');
  });

  test('keeps the flags that the worlds were made with', () => {
    expect(reachForWindow('C33', groundOf({ asyncProbe: true })).reach?.[0]).toContain(' --async ');
  });
});
