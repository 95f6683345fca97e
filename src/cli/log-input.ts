// SPDX-License-Identifier: GPL-2.0-only
// What explain and admits are given: a log, its kernel, and a board.

import { must } from '#base/assert';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { BoardOfLog } from '#diagnosis/diagnose';
import { type KernelOfLog, kernelOfLog } from '#diagnosis/kernel-of';
import { type Content, contentNames, contentOf } from '#firmware/content';
import { findRevision } from '#kernel/index';
import { bootsOf, type LogStory, readLog, storyOf } from '#log/index';
import { inputName, readInput } from './files.ts';
import { readFirmware } from './input.ts';
import type { Pipeline } from './pipeline.ts';

/** The boots in the log that the user named, each by subject; `-` is standard input. */
export function readStories(name: string): Result<LogStory[], UserError> {
  const hint = 'give a boot log: a file of dmesg or journalctl -k, or - for standard input';
  const input = readInput(name, hint);
  if (!input.ok) return input;
  const log = readLog(input.value, inputName(name));
  if (log.ok) return ok(bootsOf(log.value).map(storyOf));
  const content = contentOf(input.value);
  if (log.error.code !== 'RW110' || NO_TELLING.has(content)) return log;
  const unpack = UNPACKED[content];
  const message = `${inputName(name)} is ${contentNames[content]}`;
  return fail('RW110', message, unpack === undefined ? hint : `${unpack} FILE | racewindow ... -`);
}

/** What may be a log as far as its bytes go, or is called no more than that it is none. */
const NO_TELLING: ReadonlySet<Content> = new Set(['empty', 'binary', 'text', 'json', 'log']);
const UNPACKED: Readonly<Partial<Record<Content, string>>> = {
  ...{ gzip: 'zcat', xz: 'xzcat', zstd: 'zstdcat', bzip2: 'bzcat' },
};

/** What a report calls the log that the user named; its lines may be messages. */
export function nameOfLog(name: string, { log }: LogStory): string {
  return log.countedBy === 'line' ? inputName(name) : `${inputName(name)} (line n: message n)`;
}

/** The one boot in the log that the user named. */
export function readStory(name: string): Result<LogStory, UserError> {
  const stories = readStories(name);
  if (!stories.ok) return stories;
  const [first, ...others] = stories.value;
  if (others.length === 0) return ok(must(first, 'a log has a boot'));
  const message = `${inputName(name)} has ${stories.value.length} boots, from lines ${stories.value
    .map((s) => s.log.events[0]?.line ?? 1)
    .join(', ')}`;
  return fail('RW111', message, 'give the log of one boot, as journalctl -k -b prints it');
}

/** The kernel that @name says; `auto`: the one that the log names. */
export function kernelFor(name: string, story: LogStory): Result<KernelOfLog, UserError> {
  if (name === 'auto') return ok(kernelOfLog(story));
  const found = findRevision(name);
  if (!found.ok) return found;
  return ok({ revision: found.value, exact: true, because: `--kernel says ${name}` });
}

/** The board that the user named. */
export function readBoardOf(
  file: string,
  pipeline: Pick<Pipeline, 'readBoard'>,
): Result<BoardOfLog, UserError> {
  const input = readFirmware({ firmware: file });
  if (!input.ok) return input;
  const { firmware, basename } = must(input.value, 'a board was named');
  const platform = pipeline.readBoard(firmware);
  if (!platform.ok) return platform;
  return ok({ file: basename, platform: platform.value });
}
