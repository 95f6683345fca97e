// SPDX-License-Identifier: GPL-2.0-only
// A function of the model bears the name of a kernel function, or says that it is none.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { kernelFunction } from '#env/frames';
import { functions } from '../../src/kernel/functions.ts';
import { treeOf } from '../realc/helpers.ts';

const scripts = path.join(import.meta.dirname, '../../scripts');

interface Drift {
  namesOfModel(): string[];
  functionsOfTree(tree: string): ReadonlySet<string>;
}
const { namesOfModel, functionsOfTree } = (await import(path.join(scripts, 'drift.mjs'))) as Drift;

/** What trees of these versions have of the names of the model: `scripts/drift TREE --names V`. */
const recorded = JSON.parse(readFileSync(path.join(scripts, 'names.json'), 'utf8')) as Record<
  string,
  string[]
>;

/** Names that stand for nothing in the kernel, and marked ones that the kernel has after all. */
function faults(names: readonly string[], real: ReadonlySet<string>): string[] {
  return names.flatMap((name) => {
    const fn = kernelFunction(name);
    if (fn === name) return real.has(name) ? [] : [`${name}: not in the kernel, and not marked`];
    if (fn !== null && !real.has(fn)) return [`${name}: part of ${fn}(), which is not there`];
    return real.has(name) ? [`${name}: marked, but the kernel has it`] : [];
  });
}

describe('the names of the model', () => {
  const names = namesOfModel();

  it('are all in the record, or say that the kernel does not have them', () => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(functions)));
    expect(faults(names, new Set(Object.values(recorded).flat()))).toEqual([]);
  });

  it.each(Object.keys(recorded))('are recorded as a tree of %s has them', (version) => {
    const tree = treeOf(version as '6.1' | '6.12' | '7.2' | '7.3');
    if (tree === null) {
      process.stderr.write(`NOT COVERED: names of the model: no tree of Linux ${version}\n`);
      return;
    }
    const there = functionsOfTree(tree);
    const parents = names.map((name) => kernelFunction(name) ?? 'model');
    const all = [...new Set([...names, ...parents])].filter((name) => there.has(name)).sort();
    expect(recorded[version]).toEqual(all);
  });

  it('that are false are found', () => {
    const real = new Set(['f', 'g__h']);
    expect(faults(['f', 'f__part', 'model__lock'], real)).toEqual([]);
    expect(faults(['probe_lock', 'e__part', 'g__h'], real)).toEqual([
      'probe_lock: not in the kernel, and not marked',
      'e__part: part of e(), which is not there',
      'g__h: part of g(), which is not there',
    ]);
    expect(faults(['f__part'], new Set(['f', 'f__part']))).toEqual([
      'f__part: marked, but the kernel has it',
    ]);
  });
});
