// SPDX-License-Identifier: GPL-2.0-only
// What the command line of a script says; where it cannot be understood, one line of what is wrong,
// how the script is called, and exit code 2.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { partOf } from './part.mjs';

/** The end of a script that cannot go on: a coded error, and what to do. */
export function fail(code, message, hint) {
  process.stderr.write(`${code}: ${message}\n  hint: ${hint}\n`);
  process.exit(2);
}

/** The value of a result of racewindow; for an error the end of the script. */
export function demand(result) {
  if (result.ok) return result.value;
  const { code, message, hint } = result.error;
  return fail(code, message, hint);
}

/** How the script @url is called, from its head: the lines that stand further in, as a block. */
function usageOf(url) {
  const head = readFileSync(new URL(url), 'utf8').split(/\n(?!\/\/)/)[0];
  const lines = head.split('\n').flatMap((line) => /^\/\/ {3}(.*)$/.exec(line)?.[1] ?? []);
  return lines.map((line, i) => `${i === 0 ? '  usage: ' : '         '}${line}\n`).join('');
}

/** Says what of the command line of the script @url is wrong, and ends it. */
export function misused(url, what) {
  process.stderr.write(`RW060: ${what}\n${usageOf(url)}`);
  process.exit(2);
}

/** The end of the script @url where more than one of the options @names was given. */
export function assertOneOf(url, values, names) {
  const given = names.filter((name) => values[name] !== undefined && values[name] !== false);
  if (given.length > 1) misused(url, `--${given[0]} and --${given[1]} exclude each other`);
}

/** What a value has to be, by the type of its option: in words, and null where it is none. */
const types = {
  string: ({ least }) => ['some text', (text) => (text.length >= (least ?? 1) ? text : null)],
  number: ({ least = 0, most = Number.MAX_SAFE_INTEGER, fraction = false }) => [
    `${fraction ? 'a number' : 'a whole number'} from ${least} to ${most}`,
    (text) => {
      const value = fraction || /^\d+$/.test(text) ? Number(text) : Number.NaN;
      return /\d/.test(text) && value >= least && value <= most ? value : null;
    },
  ],
  path: () => ['there', (text) => (existsSync(text) ? text : null)],
  tree: () => ['an unpacked kernel tree', (text) => (isTree(text) ? text : null)],
  part: () => [
    'K/N, or day/N for another one each day',
    (text) => (partOf(text, []) === null ? null : text),
  ],
};

function isTree(folder) {
  const makefile = path.join(folder, 'Makefile');
  const isKernel = existsSync(path.join(folder, 'drivers/iommu')) && existsSync(makefile);
  return isKernel && /^VERSION = \d+$/m.test(readFileSync(makefile, 'utf8'));
}

/** @text as a value of @spec, called @name; the end of the script @url where it is none. */
function readValue(url, name, spec, text) {
  const [wanted, read] = types[spec.type](spec);
  const value = read(text);
  if (value === null) misused(url, `${name} ${text}: it is not ${wanted}`);
  return value;
}

/**
 * The command line of the script @url. An option has a type of those above, or `boolean`; a number
 * says what it is at least and at most. @words: what may stand beside options, in order, each as an
 * option is; a last one that is `multiple` takes all that is left.
 * Returns the options by name, and the words as a list.
 */
export function commandLine(url, options = {}, words = []) {
  const { values, positionals } = parsed(url, options);
  if (values.help) {
    process.stdout.write(usageOf(url));
    process.exit(0);
  }
  const found = {};
  for (const [name, spec] of Object.entries(options)) {
    const given = values[name];
    const read = (text) => readValue(url, `--${name}`, spec, text);
    if (given === undefined)
      found[name] = spec.default ?? (spec.type === 'boolean' ? false : undefined);
    else if (spec.type === 'boolean') found[name] = given;
    else found[name] = spec.multiple ? given.map(read) : read(given);
  }
  const last = words.at(-1);
  const specOf = (i) => words[i] ?? (last?.multiple ? last : null);
  const list = positionals.map((text, i) => {
    const spec = specOf(i);
    if (spec === null) misused(url, `${text}: nobody asks for it`);
    return readValue(url, spec.name, spec, text);
  });
  const missing = words.slice(list.length).find((word) => word.needed);
  if (missing !== undefined) misused(url, `${missing.name} is missing`);
  return { values: found, words: list };
}

function parsed(url, options) {
  const known = Object.entries(options).map(([name, { type, multiple = false }]) => [
    name,
    { type: type === 'boolean' ? 'boolean' : 'string', multiple },
  ]);
  try {
    const help = { type: 'boolean', short: 'h' };
    return parseArgs({ options: { help, ...Object.fromEntries(known) }, allowPositionals: true });
  } catch (error) {
    if (!error.code?.startsWith('ERR_PARSE_ARGS')) throw error;
    return misused(url, error.message.split('. ')[0].split('\n')[0]);
  }
}

/** Options that several scripts have. */
export const jobsOption = { type: 'number', least: 1, most: 256 };
export const minutesOption = { type: 'number', least: 0, most: 100_000, fraction: true };
