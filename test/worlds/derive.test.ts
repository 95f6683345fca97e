// SPDX-License-Identifier: GPL-2.0-only
// Which worlds a board gives.

import { describe, expect, test } from 'vitest';
import { classesOf } from '#platform/index';
import { worldsForPlatform } from '#worlds/derive';
import { shapeOf } from '#worlds/shape';
import { axes, laptop } from '../support/boards.ts';
import { renamed } from '../support/worlds.ts';

const board = laptop();
const worlds = worldsForPlatform(board, axes);

describe('the worlds of the laptop', () => {
  test('cover every class and every client', () => {
    const classes = classesOf(board);
    expect(new Set(worlds.map((w) => w.classKey))).toEqual(new Set(classes.map((c) => c.key)));
    const devices = new Set(worlds.flatMap((w) => w.devices));
    expect(devices).toEqual(new Set(classes.flatMap((c) => c.devices)));
  });

  test('have a name of their own within each class', () => {
    const names = worlds.map((w) => `${w.classKey}|${w.world.name}|${w.world.focus}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test('let a device be added only where no boot-time populate has made it', () => {
    const added = worlds.filter((w) => w.world.name.startsWith('walk+add'));
    expect(added.length).toBeGreaterThan(0);
    for (const { world, classKey } of added) {
      expect(classKey).not.toContain('/populate/');
      const client = world.devices.find((d) => d.role === 'client');
      expect(client?.present).toBe(false);
      expect(world.devices.at(-1)).toBe(client);
    }
  });

  test('keep the order of the bus list', () => {
    const place = new Map(board.devices.map((d, i) => [d.name, i]));
    for (const { world } of worlds) {
      const present = world.devices.filter((d) => d.present).map((d) => place.get(d.name) ?? -1);
      expect(present).toEqual([...present].sort((a, b) => a - b));
    }
  });

  test('have two walks with a client that waits for them, as there are two IOMMUs', () => {
    for (const c of classesOf(board)) {
      const two = worlds.find((w) => w.classKey === c.key && w.world.name.startsWith('walk+walk'));
      expect(two?.world.threads.filter((t) => t.kind === 'iommu-probe')).toHaveLength(2);
      expect(two?.world.devices.find((d) => d.deferred)?.role).toBe('client');
    }
  });

  test('have bystanders behind the same IOMMU', () => {
    for (const { world } of worlds) {
      const client = world.devices.find((d) => d.role === 'client');
      const own = client?.iommus.map((use) => use.instance) ?? [];
      for (const d of world.devices.filter((x) => x.role === 'bystander')) {
        for (const use of d.iommus) expect(own).toContain(use.instance);
      }
    }
  });

  test('put a device that is asked for into the part of the client', () => {
    const asked = worldsForPlatform(board, { ...axes, prefer: ['3d00000.gpu'] });
    const clients = asked
      .filter((w) => w.devices.includes('3d00000.gpu'))
      .map((w) => w.world.focus);
    expect(clients.length).toBeGreaterThan(0);
    for (const focus of clients) expect(focus).toEqual(['3d00000.gpu']);
  });
});

describe('the shape of a world', () => {
  test('does not depend on names, and does on everything else', () => {
    const [first] = worlds;
    if (!first) throw new Error('no world');
    const names = new Map(first.world.devices.map((d, i) => [d.name, `${i}.other`]));
    const other = renamed(first.world, names);
    expect(shapeOf(other)).toBe(shapeOf(first.world));
    expect(other.devices.map((d) => d.name)).toEqual([...names.values()]);
    const strict = { ...other, switches: { ...other.switches, strictDevlink: true } };
    expect(shapeOf(strict)).not.toBe(shapeOf(first.world));
  });
});
