// SPDX-License-Identifier: GPL-2.0-only
// A search that was broken off goes on where it was, and comes to the very same result.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { decode, encode, loadParts, Misfit, saveParts } from '#base/saved';
import { check } from '#checker/check';
import { Machine } from '#checker/machine/machine';
import { namesIn } from '#checker/machine/names';
import { Keeper } from '#checker/search/checkpoint/checkpoint';
import { exhaustive } from '#checker/search/exhaustive';
import { PairTable } from '#checker/tables/pair-table';
import { checkpointFault, checkpointStore } from '#run/checkpoint-file';
import { watchedScene } from '#run/watched-scene';
import { kernel, laptopWorlds } from '../../support/boards.ts';
import { checkKept } from '../../support/checker/checkpoint-child.ts';
import { counting } from '../../support/checker/scenes.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'racewindow-'));
afterAll(() => rmSync(dir, { recursive: true }));

const worlds = laptopWorlds().map(({ world }) => world);
const sceneOf = (nth: number, name = '7.2') => watchedScene(worlds[nth]!, kernel(name), null);

/** Explores a world and keeps a copy of each checkpoint; or goes on from one. */
function explore(nth: number, file: string, copies: Buffer[] | null) {
  const machine = new Machine(sceneOf(nth));
  const where = { file, digest: 'd', everyMs: copies === null ? 1e9 : 0 };
  const keeper = new Keeper(machine, checkpointStore(where), new PairTable());
  if (copies !== null) {
    const save = keeper.save.bind(keeper);
    keeper.save = (search) => {
      save(search);
      copies.push(readFileSync(file));
    };
  }
  const result = exhaustive(machine, { keeper });
  const names = namesIn(machine.scene, machine);
  return { result, keeper, names, known: [...machine.rules.hits].sort() };
}

test.each([
  [1, 6],
  [3, 2],
])('world %i goes on from %i of its checkpoints to the same result', (nth, times) => {
  const file = path.join(dir, `world${nth}`);
  const copies: Buffer[] = [];
  const whole = explore(nth, file, copies);
  expect(whole.keeper.resumed).toBe(false);
  expect(whole.result).toEqual(exhaustive(new Machine(sceneOf(nth))));
  expect(copies.length).toBeGreaterThan(1);
  const step = Math.ceil(copies.length / times);
  for (let i = 0; i < copies.length; i += step) {
    writeFileSync(file, copies[i]!);
    const again = explore(nth, file, null);
    expect(again.keeper.resumed).toBe(true);
    expect(again.result).toEqual(whole.result);
    expect(again.known).toEqual(whole.known);
    expect(again.names).toEqual(whole.names);
  }
});

test('a check that is killed again and again says what one says that is not', async () => {
  const outfile = path.join(dir, 'child.mjs');
  await build({
    entryPoints: [new URL('../../support/checker/checkpoint-child.ts', import.meta.url).pathname],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['racewindow-src'],
  });
  const file = path.join(dir, 'killed');
  let [said, kills, afterKept] = ['', 0, 0];
  for (let round = 1; said === ''; round++) {
    // Twice as many checkpoints each time, so that it ends some day.
    const args = [outfile, 'checkpoint-child', file, String(2 ** round)];
    const child = spawn(process.execPath, args);
    const parts: Buffer[] = [];
    child.stdout.on('data', (part: Buffer) => parts.push(part));
    const signal = await new Promise((resolve) => child.on('exit', (_, s) => resolve(s)));
    if (signal === null) said = Buffer.concat(parts).toString();
    else {
      kills++;
      if (existsSync(file)) afterKept++;
    }
  }
  expect(kills).toBeGreaterThan(0);
  expect(afterKept).toBeGreaterThan(0);
  expect(checkpointFault(file)).toBe(null);
  expect(said).toBe(checkKept(''));
});

test('a checkpoint that is cut off or damaged is not believed', () => {
  const file = path.join(dir, 'damaged');
  const copies: Buffer[] = [];
  explore(1, file, copies);
  const good = copies[0]!;
  expect(checkpointFault(file)).toBe(null);
  expect(checkpointFault(path.join(dir, 'not-there'))).toBe(null);
  for (const length of [0, 10, 40, good.length - 1]) {
    writeFileSync(file, good.subarray(0, length));
    expect(checkpointFault(file)).not.toBe(null);
  }
  const bent = Buffer.from(good);
  bent[bent.length >> 1]! ^= 1;
  writeFileSync(file, bent);
  expect(checkpointFault(file)).toBe('damaged');
});

test('a checkpoint of another question is left alone, and of other threads begun again', () => {
  const file = path.join(dir, 'other');
  const copies: Buffer[] = [];
  explore(1, file, copies);
  const mine = check(sceneOf(1, '6.12'), { explainMax: 0 });
  const before = readFileSync(file);
  const store = checkpointStore({ file, digest: 'another', everyMs: 0 });
  const options = { explainMax: 0, checkpoint: store };
  expect(check(sceneOf(1, '6.12'), options)).toEqual(mine);
  expect(readFileSync(file).equals(before)).toBe(true);
  // The digest says that it is the same question, but the threads do something else.
  const machine = new Machine(counting(false));
  const own = checkpointStore({ file, digest: 'd', everyMs: 0 });
  const keeper = new Keeper(machine, own, new PairTable());
  expect(() => keeper.load(new PairTable())).toThrow(Misfit);
  writeFileSync(file, copies[0]!);
  expect(check(sceneOf(1, '6.12'), { explainMax: 0, checkpoint: own })).toEqual(mine);
});

test('a checkpoint of an earlier version is another question, and stays', () => {
  const file = path.join(dir, 'earlier');
  explore(1, file, []);
  const old = readFileSync(file, 'latin1').replace('checkpoint@2', 'checkpoint@1');
  writeFileSync(file, old, 'latin1');
  expect(checkpointFault(file)).toBe(null);
  const store = checkpointStore({ file, digest: 'd', everyMs: 0 });
  expect(store.load()).toBe('foreign');
  const fresh = check(sceneOf(1), { explainMax: 0 });
  expect(check(sceneOf(1), { explainMax: 0, checkpoint: store })).toEqual(fresh);
  expect(readFileSync(file, 'latin1')).toBe(old);
});

test('a search may be kept anywhere: here, in a variable', () => {
  let kept: Uint8Array | 'none' = 'none';
  let saves = 0;
  const store = {
    everyMs: 0,
    load: () => kept,
    save: (parts: readonly Uint8Array[]) => {
      kept = new Uint8Array(Buffer.concat(parts));
      saves++;
    },
    drop: () => {
      kept = 'none';
    },
  };
  const fresh = check(sceneOf(1), { explainMax: 0 });
  expect(check(sceneOf(1), { explainMax: 0, checkpoint: store })).toEqual(fresh);
  expect(saves).toBeGreaterThan(1);
  expect(check(sceneOf(1), { explainMax: 0, checkpoint: store })).toEqual(fresh);
});

test('what threads have come across is known again, though none comes there', () => {
  let kept: Uint8Array | 'none' = 'none';
  const store = {
    load: () => kept,
    save: (parts: readonly Uint8Array[]) => {
      kept = new Uint8Array(Buffer.concat(parts));
    },
    drop: () => {},
  };
  const [machine, again] = [new Machine(sceneOf(1)), new Machine(sceneOf(1))];
  const keeper = new Keeper(machine, store, new PairTable());
  for (let t = 0; t < machine.threadCount(); t++) while (machine.enabled(t)) machine.step(t);
  keeper.save(new PairTable());
  expect(new Keeper(again, store, new PairTable()).load(new PairTable())).toBe(true);
  const names = namesIn(machine.scene, machine);
  expect(names.fields.size).toBeGreaterThan(1);
  expect(namesIn(again.scene, again)).toEqual(names);
});

test('plain data is written and read back, and nothing else is written', () => {
  const large = new Int32Array(100_000).fill(7);
  large.fill(0, 90_000);
  const data = {
    numbers: [1.5, -0, 2 ** 40, Number.NaN],
    ints: [1, -1, 2 ** 31 - 1, -(2 ** 31)],
    rest: ['text', '', 'ä', null, undefined, true, [], {}],
    large,
    small: new Uint16Array([1, 0]),
  };
  const bytes = Buffer.concat(encode(data));
  expect(decode(bytes)).toEqual(data);
  expect(bytes.length).toBeLessThan(365_000);
  for (const value of [new Map(), new PairTable(), () => 1, Symbol('s'), 1n]) {
    expect(() => encode([value])).toThrow('no plain data');
  }
  expect(() => decode(Buffer.from([99]))).toThrow(Misfit);
  expect(() => decode(bytes.subarray(0, 100))).toThrow(Misfit);
  expect(() => decode(Buffer.concat([bytes, bytes]))).toThrow(Misfit);
});

test('a structure refuses what another version of it has saved, or what was not saved', () => {
  const table = new PairTable();
  table.add(3, 4, 5);
  const saved = saveParts({ table });
  const read = { table: new PairTable() };
  loadParts(read, decode(Buffer.concat(encode(saved))) as typeof saved);
  expect(read.table.get(3, 4)).toBe(5);
  const later = { table: { ...saved.table, version: 2 } };
  expect(() => loadParts(read, later)).toThrow('a table of pairs was saved in form 2');
  expect(() => loadParts({ ...read, more: new PairTable() }, saved as never)).toThrow(Misfit);
});
