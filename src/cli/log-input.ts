// SPDX-License-Identifier: GPL-2.0-only
// What explain and admits are given: a log, its kernel, and a board.

import { must } from '#base/assert';
import type { UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { BoardOfLog } from '#diagnosis/diagnose';
import { type KernelOfLog, kernelOf } from '#diagnosis/kernel-of';
import { findRevision } from '#kernel/index';
import { type LogStory, readLog, storyOf } from '#log/index';
import { inputName, readInput } from './files.ts';
import { readFirmware } from './input.ts';
import type { Pipeline } from './pipeline.ts';

/** The log that the user named, by subject; `-` is standard input. */
export function readStory(name: string): Result<LogStory, UserError> {
  const hint = 'give a boot log: a file of dmesg or journalctl -k, or - for standard input';
  const input = readInput(name, hint);
  if (!input.ok) return input;
  const log = readLog(input.value, inputName(name));
  return log.ok ? ok(storyOf(log.value)) : log;
}

/** The kernel that @name says; `auto`: the one that the log names. */
export function kernelFor(name: string, story: LogStory): Result<KernelOfLog, UserError> {
  if (name === 'auto') return ok(kernelOf(story.release));
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
