// SPDX-License-Identifier: GPL-2.0-only
// Damage inputs of every kind that a board or a log may come from, and read them: each has to give
// an answer or one coded error, soon, within 256 MiB of memory.
//
//   npm run mangled                     100,000 inputs
//   npm run mangled -- 5000 --seed 7    so many, drawn in another way
//   npm run mangled -- --kind log       100,000 logs; or a table, text or tree
//
// Exit code 1 at an input that does not; it is told by its seed and path, which replay it.
import fc from 'fast-check';
import { loadTs } from './load-ts.mjs';
import { commandLine, misused } from './options.mjs';

const { values, words } = commandLine(
  import.meta.url,
  { seed: { type: 'number', most: 2 ** 31 - 1, default: 1 }, kind: { type: 'string' } },
  [{ name: 'the number of inputs', type: 'number', least: 1 }],
);

const [total = 100_000] = words;
const memoryMax = 256 * 1024 * 1024;
/** Milliseconds of processor time one input may take; the biggest logs take about 100. */
const cpuMsMax = 3000;

const { faultOf, functionsOf, mangled, originals } = await loadTs('test/support/mangled.ts');
const all = originals();
const told = functionsOf(all);
// Logs are a hundred times as long as tables: one in fifty is one.
const small = mangled(all.filter((o) => o.kind !== 'log' && o.kind !== 'tree'));
const big = mangled(all.filter((o) => o.kind === 'log' || o.kind === 'tree'));
const mixed = fc.oneof({ weight: 49, arbitrary: small }, { weight: 1, arbitrary: big });
const one = values.kind === undefined ? null : all.filter((o) => o.kind === values.kind);
if (one?.length === 0) {
  const kinds = [...new Set(all.map((o) => o.kind))].join(', ');
  misused(import.meta.url, `--kind ${values.kind}: it is not one of ${kinds}`);
}
const inputs = one === null ? mixed : mangled(one);

let slowest = 0;
let most = 0;
let done = 0;
const begin = process.memoryUsage().rss;
const counts = new Map();
const result = fc.check(
  fc.property(inputs, fc.boolean(), ({ kind, bytes }, functions) => {
    const before = process.cpuUsage();
    const fault = faultOf(bytes, functions ? told : null);
    const { user, system } = process.cpuUsage(before);
    slowest = Math.max(slowest, (user + system) / 1000);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (++done % 100 === 0) most = Math.max(most, process.memoryUsage().rss);
    if (fault !== null) throw new Error(fault);
    if (slowest > cpuMsMax) throw new Error(`took ${Math.round(slowest)} ms`);
    if (most > memoryMax) throw new Error(`${most} bytes of memory`);
  }),
  { numRuns: total, seed: values.seed, endOnFailure: true },
);

const mib = (bytes) => `${Math.round(bytes / 1024 / 1024)} MiB`;
const kinds = [...counts].map(([kind, count]) => `${count} ${kind}s`).join(', ');
console.log(`${done} inputs: ${kinds}`);
console.log(`slowest ${Math.round(slowest)} ms; memory at most ${mib(most)}, ${mib(begin)} before`);
if (result.failed) {
  console.log(fc.defaultReportMessage(result));
  process.exitCode = 1;
}
