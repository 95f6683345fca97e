// SPDX-License-Identifier: GPL-2.0-only
// Runs the checks that are named on the command line, all unless any is; prints a line of JSON.
import { checks, judge } from './judge.ts';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !checks.has(name));
if (unknown.length > 0) throw new Error(`there is no check ${unknown.join(', ')}`);
const found = judge([...names, ...[...checks.keys()].filter((name) => !names.includes(name))]);
// With the processor time, in seconds.
console.log(JSON.stringify([found, process.cpuUsage().user / 1e6]));
