// SPDX-License-Identifier: GPL-2.0-only
// A module of our own making is rewritten and run: accesses are numbered, calls are followed.

import { expect, test } from 'vitest';
import { rewrite } from '#realc/build/wasm/rewrite';

const i32 = 0x7f;
const name = (s: string): number[] => [s.length, ...Buffer.from(s)];
const list = (items: readonly (readonly number[])[]): number[] => [items.length, ...items.flat()];
const sized = (body: readonly number[]): number[] => [body.length, ...body];
const section = (id: number, body: readonly number[]): number[] => [id, ...sized(body)];
const type = (params: number, results: number): number[] => [
  ...[0x60, params, ...Array(params).fill(i32)],
  ...[results, ...Array(results).fill(i32)],
];
const call = (index: number): number[] => [0x10, index];
const get = (local: number): number[] => [0x20, local];
const number = (n: number): number[] => [0x41, n];

const imports = ['__tsan_read4', 'log', 'rw_enter', 'rw_leave', 'mutex_lock'];
const [read4, log, , , lock, hook, twice, main] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const types = [type(1, 0), type(2, 0), type(1, 1), type(4, 0), type(0, 1)];
const importTypes = [0, 1, 3, 1, 0];

const bodies = [
  [...get(0), ...get(1), ...call(log)],
  // Reads @0 and gives it doubled.
  [...get(0), ...call(read4), ...get(0), ...get(0), 0x6a],
  [...number(44), ...call(lock), ...number(5), ...call(twice)],
];

const module = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, list(types)),
  ...section(2, list(imports.map((n, i) => [...name('env'), ...name(n), 0, importTypes[i]!]))),
  ...section(3, list([[1], [2], [4]])),
  ...section(5, list([[0, 1]])),
  // rw_state lies at 32.
  ...section(6, list([[i32, 0, ...number(32), 0x0b]])),
  ...section(
    7,
    list([
      [...name('rw_state'), 3, 0],
      [...name('rwh_read4'), 0, hook],
      [...name('main'), 0, main],
      [...name('memory'), 2, 0],
    ]),
  ),
  ...section(10, list(bodies.map((code) => sized([0, ...code, 0x0b])))),
  ...section(0, [
    ...name('name'),
    ...[
      1,
      ...sized(list([hook, twice, main].map((f, i) => [f, ...name(['h', 'twice', 'main'][i]!)]))),
    ],
  ]),
]);

/** What a run of main() tells the host, call by call. */
function run(bytes: Uint8Array): unknown[] {
  const told: unknown[] = [];
  const note =
    (what: string) =>
    (...args: number[]) =>
      void told.push([what, ...args]);
  const env: Record<string, (...args: number[]) => void> = {
    log: note('access'),
    rw_enter: note('enter'),
    rw_leave: note('leave'),
    __tsan_read4: note('not rewritten'),
    mutex_lock: (at) => {
      const { buffer } = exports['memory'] as { buffer: ArrayBuffer };
      told.push(['lock', at, new DataView(buffer).getInt32(32 + 80, true)]);
    },
  };
  const wasm = (globalThis as never as { WebAssembly: Wasm }).WebAssembly;
  const { exports } = new wasm.Instance(new wasm.Module(bytes), { env });
  told.push((exports['main'] as () => number)());
  return told;
}

interface Wasm {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
}

test('accesses and operations are numbered, calls of followed functions told', () => {
  expect(run(module)).toEqual([['lock', 44, 0], ['not rewritten', 5], 10]);
  const made = rewrite(module, ['twice', 'inlined'], /^mutex_lock$/);
  expect(made.sites.map(({ hook: h, functionName }) => [h, functionName])).toEqual([
    ['read4', 'twice'],
    ['mutex_lock', 'main'],
  ]);
  expect([made.followed, made.missing]).toEqual([['twice'], ['inlined']]);
  expect(run(made.module)).toEqual([
    ['lock', 44, 1],
    ['enter', 0, 5, 0, 0],
    ['access', 5, 0],
    ['leave', 0, 10],
    10,
  ]);
});
