// SPDX-License-Identifier: GPL-2.0-only
// judge-main TIMES [only] [CHECK...]: runs all checks, those named first; or only those. Prints the
// name of each before it begins, and at the end a line of JSON.
import { checksOf, judge } from './judge.ts';

const [times, ...words] = process.argv.slice(2);
const checks = checksOf(Number(times));
const names = words.filter((word) => word !== 'only');
const unknown = names.filter((name) => !checks.has(name));
if (unknown.length > 0) throw new Error(`there is no check ${unknown.join(', ')}`);
const rest = [...checks.keys()].filter((name) => !names.includes(name));
const all = words[0] === 'only' ? names : [...names, ...rest];
const found = judge(checks, all, (name) => process.stdout.write(`${name}\n`));
// With the processor time, in seconds.
console.log(JSON.stringify([found, process.cpuUsage().user / 1e6]));
