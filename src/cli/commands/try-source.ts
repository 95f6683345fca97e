// SPDX-License-Identifier: GPL-2.0-only
// racewindow try --tree: what patches close, open and leave in the kernel's own C.

import { availableParallelism } from 'node:os';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural } from '#base/text';
import { buildProgress, coded } from '#cli/coded';
import { readFirmware } from '#cli/files';
import type { Io } from '#cli/io';
import { progressLine } from '#cli/progress';
import { strategyOption } from '#cli/strategy';
import { leftOutText, readPatches } from '#cli/tree';
import { countOption, type Format, formatOption } from '#cli/values';
import type { CheckOptions } from '#finding/report';
import { readPlatform } from '#platform/index';
import { SourceError } from '#realc/build/errors';
import { type ExitCode, exitCodes } from '#report/exit';
import { type TryArguments, trialText } from './try.ts';

interface Question {
  readonly format: Format;
  readonly check: CheckOptions;
}

/** How to search: as source check does it, over all devices and rules. */
function ask(args: TryArguments): Result<Question, UserError> {
  const { strategy: how = 'bound=1' } = args;
  if (!/^(bound=\d+|source|source-dpor)$/.test(how)) {
    const hint = "the kernel's own C is searched with bound=0, bound=1, ..., or source-dpor";
    return fail('RW064', `--strategy ${how}: this is for the model`, hint);
  }
  const strategy = strategyOption(how, undefined);
  if (!strategy.ok) return strategy;
  const format = formatOption(args.format);
  if (!format.ok) return format;
  const runs = countOption('--states-max', args.statesMax, 1, 1e9);
  if (!runs.ok) return runs;
  const seconds = countOption('--time-max', args.timeMax, 1, 1e6);
  if (!seconds.ok) return seconds;
  const jobs = countOption('--jobs', args.jobs, 1, 256);
  if (!jobs.ok) return jobs;
  return ok({
    format: format.value,
    check: {
      devices: null,
      properties: null,
      windows: null,
      asyncProbe: false,
      strictDevlink: false,
      strategy: strategy.value,
      statesMax: runs.value,
      timeMaxMs: seconds.value === null ? null : seconds.value * 1000,
      jobs: jobs.value ?? availableParallelism(),
    },
  });
}

/**
 * Run the command: exit 1 where the patches open something, 3 where they do not and some run may
 * not have been made, 0 where all classes of runs were.
 */
export async function runTrySource(
  args: TryArguments,
  io: Io,
): Promise<Result<ExitCode, UserError>> {
  const question = ask(args);
  if (!question.ok) return question;
  const { check, format } = question.value;
  const input = args.firmware === undefined ? ok(null) : readFirmware(args.firmware);
  if (!input.ok) return input;
  const platform = input.value === null ? ok(null) : readPlatform(input.value.bytes);
  if (!platform.ok) return platform;
  return coded(async () => {
    const patches = readPatches(args.patch);
    if (patches.length === 0)
      throw new SourceError('RW306', 'no patch to try', 'name --patch FILE');
    const { trySource } = await import('#realc/try');
    const progress = progressLine(io);
    const { version, trial, refused, leftOut } = await trySource(args.tree ?? '', platform.value, {
      cc: args.cc ?? null,
      onProgress: buildProgress(io),
      reverts: readPatches(args.revert),
      below: readPatches(args.with),
      patches,
      check,
      world: args.world ?? null,
      onWorld: (worldsDone, worldsTotal, world) =>
        progress.show({ worldsDone, worldsTotal, world, states: 0, findings: 0 }),
    }).finally(progress.end);
    const subject = patches.map(subjectOf).join(', ');
    const limit = '--time-max and --states-max search more';
    const tried = {
      name: `linux-${version}`,
      commits: [],
      subject,
      counted: 'runs',
      limit,
    } as const;
    io.out(trialText(tried, trial, format));
    const bound = check.strategy.kind === 'bound' ? check.strategy.preemptions : null;
    if (format !== 'json') io.out(limitLines(bound, refused).join(''));
    if (leftOut.length > 0) (format === 'json' ? io.err : io.out)(leftOutText(leftOut));
    if (trial.opens.length > 0) return ok(exitCodes.violated);
    const proved = bound === null && trial.bounded.length === 0 && refused.length === 0;
    return ok(proved ? exitCodes.holds : exitCodes.bounded);
  });
}

/** What the answer does not cover. */
function limitLines(bound: number | null, refused: readonly string[]): string[] {
  const lines = refused.map((why) => `not run: ${why}\n`);
  if (bound === null) return lines;
  const runs = bound === 0 ? 'without preemption' : `with at most ${plural(bound, 'preemption')}`;
  const all = '--strategy source-dpor makes all classes of runs';
  return [`\nbounded: closed is what no run ${runs} shows;\n  ${all}\n`, ...lines];
}

/** The subject of a mail, or the name of the file. */
function subjectOf({ name, text }: { name: string; text: string }): string {
  const subject = /^Subject: (?:\[[^\]]*\] )?(.*(?:\n[ \t].*)*)/m.exec(text)?.[1];
  return subject?.replace(/\n[ \t]+/g, ' ') ?? name.replace(/^.*\//, '');
}
