// SPDX-License-Identifier: GPL-2.0-only
// A field of the model is a member of the kernel's struct, or reports tell it as the kernel has it.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Machine } from '#checker/machine/machine';
import type { Scene } from '#checker/program/scene';
import { exhaustive } from '#checker/search/exhaustive';
import type { Kfn } from '#env/op';
import { findRevision } from '#kernel/index';
import { fields } from '#report/fields';
import { openWorld } from '#run/watched-scene';
import { genericWorlds } from '#worlds/generic';
import { treeOf } from '../realc/helpers.ts';

const scripts = path.join(import.meta.dirname, '../../scripts');

interface Fields {
  fieldsOfModel(): string[];
  namesOfTable(): string[];
  membersOf(text: string): ReadonlySet<string>;
  namesInTree(tree: string, wanted: readonly string[]): string[];
}
const script = (await import(path.join(scripts, 'fields.mjs'))) as Fields;
const model = script.fieldsOfModel();

/** What trees of these versions have of it: `scripts/drift TREE --names V`. */
const recorded = JSON.parse(readFileSync(path.join(scripts, 'members.json'), 'utf8')) as Record<
  string,
  string[]
>;

/** What is wrong with fields of the model, where the kernels have these members. */
function faults(names: readonly string[], real: ReadonlySet<string>): string[] {
  return names.flatMap((name) => {
    const entry = fields[name];
    if (entry === undefined) return real.has(name) ? [] : [`${name}: not in the kernel, not told`];
    return entry.is.filter((there) => !real.has(there)).map((there) => `${name}: no ${there}`);
  });
}

describe('the fields of the model', () => {
  it('are members of the kernel, or stand in the table of reports with what it has', () => {
    expect(model.length).toBeGreaterThan(50);
    expect(faults(model, new Set(Object.values(recorded).flat()))).toEqual([]);
    expect(Object.keys(fields).filter((name) => !model.includes(name))).toEqual([]);
  });

  it('that are not, and are not told, are found', () => {
    const real = new Set(['device.driver', 'device_private.dead']);
    expect(faults(['device.driver', 'device.dead', 'device.invented'], real)).toEqual([
      'device.invented: not in the kernel, not told',
    ]);
    expect(faults(['device.dead'], new Set())).toEqual(['device.dead: no device_private.dead']);
  });

  it('have one meaning for each name, since a step does not say of which struct it is', () => {
    for (const [name, entry] of Object.entries(fields)) {
      if (entry.global !== undefined) continue;
      const [, field] = name.split('.');
      const others = model.filter((other) => other !== name && other.endsWith(`.${field}`));
      expect(
        others.filter((other) => fields[other]?.global === undefined),
        name,
      ).toEqual([]);
    }
  });

  it.each(Object.keys(recorded))('are recorded as a tree of %s has them', (version) => {
    const tree = treeOf(version as '6.1' | '6.12' | '7.2');
    if (tree === null) {
      process.stderr.write(`NOT COVERED: fields of the model: no tree of Linux ${version}\n`);
      return;
    }
    const wanted = [...new Set([...model, ...script.namesOfTable()])];
    expect(recorded[version]).toEqual(script.namesInTree(tree, wanted));
  });
});

it('members are read from C: pointers to functions, bit-fields, lists, unions, arrays', () => {
  const members = script.membersOf(`
    struct a {
      int (*probe)(struct b *, int x); /* int no; */
      bool one:1, two:1;
      #define THREE 3
      union { void *four; struct { u32 five[4]; }; };
      DECLARE_BITMAP(six, 8);
    };
    struct b { struct a *inner; };`);
  const names = ['probe', 'one', 'two', 'four', 'five', 'six'];
  expect([...members].sort()).toEqual([...names.map((n) => `a.${n}`), 'b.inner'].sort());
});

/** @scene, noting the field of each Op as `struct.field`. */
function noting(scene: Scene, touched: Set<string>): Scene {
  const note = (fn: (...args: never[]) => Kfn<unknown>) =>
    function* (...args: never[]): Kfn<unknown> {
      const inner = fn(...args);
      for (let step = inner.next(); ; ) {
        if (step.done) return step.value;
        const { obj, field, kind } = step.value;
        // Of an allocation, it says what for; no field is accessed.
        if (field && kind !== 'alloc') touched.add(`${obj.type}.${field}`);
        step = inner.next(yield step.value);
      }
    };
  return { ...scene, threads: scene.threads.map((t) => ({ ...t, fn: note(t.fn) })) };
}

describe('a kernel that is modelled', () => {
  it.each(Object.keys(recorded))('%s touches fields that it has, or that are told', (version) => {
    const revision = findRevision(version);
    if (!revision.ok) throw new Error(version);
    const touched = new Set<string>();
    for (const { world } of genericWorlds()) {
      const { scene } = openWorld(world, revision.value, { by: 'breaks' });
      exhaustive(new Machine(noting(scene, touched)), { statesMax: 40, learn: false });
    }
    expect(touched.size).toBeGreaterThan(30);
    const has = new Set(recorded[version]);
    const bare = [...touched].filter((name) => fields[name] === undefined && !has.has(name));
    // What is in a store buffer is told by report/buffers.ts.
    const own = bare.filter((name) => !name.startsWith('store-buffer.'));
    expect(own).toEqual([]);
  });
});
