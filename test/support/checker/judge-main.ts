// SPDX-License-Identifier: GPL-2.0-only
// judge-main TIMES [CHECK...]: runs all checks, those named first. Prints the name of each before
// it begins, and at the end a line of JSON.
import { checksOf, judge } from './judge.ts';

const [times, ...names] = process.argv.slice(2);
const checks = checksOf(Number(times));
const unknown = names.filter((name) => !checks.has(name));
if (unknown.length > 0) throw new Error(`there is no check ${unknown.join(', ')}`);
const rest = [...checks.keys()].filter((name) => !names.includes(name));
const found = judge(checks, [...names, ...rest], (name) => process.stdout.write(`${name}\n`));
// With the processor time, in seconds.
console.log(JSON.stringify([found, process.cpuUsage().user / 1e6]));
