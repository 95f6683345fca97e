// SPDX-License-Identifier: GPL-2.0-only
// racewindow try --tree: what patches close, open and leave in the kernel's own C.

import { availableParallelism } from 'node:os';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { plural } from '#base/text';
import { buildProgress, coded } from '#cli/coded';
import { writeFiles } from '#cli/files';
import { namesPatch } from '#cli/fix';
import { readFirmware } from '#cli/input';
import type { Io } from '#cli/io';
import type { Pipeline } from '#cli/pipeline';
import { progressLine } from '#cli/progress';
import { leftOutText, readPatches, withSourceClients } from '#cli/tree';
import type { CheckOptions } from '#finding/report';
import { platformOf } from '#platform/index';
import { defaultCheck } from '#questions/check';
import { mailHead } from '#realc/build/mail';
import { type ExitCode, exitCodes } from '#report/exit';
import { mailReport } from '#report/mail';
import { nameOptions, outputFiles } from './check.ts';
import { about, type TryArguments, trialText } from './try.ts';

/** The options, and what stands beside them: a patch, firmware. */
interface TreeArguments extends Omit<TryArguments, 'fix' | 'firmware'> {
  readonly words: readonly (string | undefined)[];
}

/** How to search: as source check does it, over all devices and rules. */
function questionOf({ strategy, statesMax, timeMax, jobs }: TreeArguments): CheckOptions {
  return {
    ...defaultCheck,
    strategy: strategy ?? { kind: 'bound', preemptions: 1 },
    statesMax: statesMax ?? null,
    timeMaxMs: timeMax ?? null,
    jobs: jobs ?? availableParallelism(),
  };
}

/**
 * Run the command: exit 1 where the patches open something, 3 where they do not and some run may
 * not have been made, 0 where all classes of runs were.
 */
export async function runTrySource(
  args: TreeArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<ExitCode, UserError>> {
  const { firmware, patch, more } = wordsOf(args);
  if (more !== undefined) {
    const hint = 'end the name of a patch in .patch, .diff, .eml or .mbox, or use --patch';
    return fail('RW060', `${firmware} and ${more} would be two boards`, hint);
  }
  const { format, cc = null, world = null } = args;
  const patches = readPatches(patch);
  if (!patches.ok) return patches;
  if (patches.value.length === 0) {
    return fail('RW060', 'there is no patch to try', 'name one, or - for standard input');
  }
  const reverts = readPatches(args.revert);
  if (!reverts.ok) return reverts;
  const below = readPatches(args.with);
  if (!below.ok) return below;
  const input = readFirmware({ firmware });
  if (!input.ok) return input;
  const platform = input.value === null ? ok(null) : platformOf(input.value.firmware);
  if (!platform.ok) return platform;
  const names = nameOptions(args, await withSourceClients(pipeline), platform.value);
  if (!names.ok) return names;
  const check = { ...questionOf(args), ...names.value };
  return coded(async () => {
    const { trySource } = await import('#realc/try');
    const progress = progressLine(io);
    const tried = await trySource(args.tree ?? '', platform.value, {
      cc,
      onProgress: buildProgress(io),
      reverts: reverts.value,
      below: below.value,
      patches: patches.value,
      check,
      world,
      onWorld: (worldsDone, worldsTotal, world) =>
        progress.show({ worldsDone, worldsTotal, world, states: 0, findings: 0 }),
    }).finally(progress.end);
    const { refused, leftOut, findings } = tried;
    const trial = about(tried.trial, check.windows);
    const told = {
      ...{ name: `linux-${tried.version}`, commits: [], only: check.windows },
      counted: 'runs',
      subject: patches.value.map(subjectOf).join(', '),
      limit: '--time-max and --states-max search more',
    } as const;
    if (args.out !== undefined) {
      const files = format === 'mail' ? format : 'json';
      const written = await writeFiles(args.out, outputFiles(findings, files));
      if (!written.ok) return written;
    }
    io.out(trialText(told, trial, format));
    const bound = check.strategy.kind === 'bound' ? check.strategy.preemptions : null;
    if (format !== 'json') io.out(limitLines(bound, refused).join(''));
    if (leftOut.length > 0) (format === 'json' ? io.err : io.out)(leftOutText(leftOut));
    if (format === 'mail') io.out(findings.map((f) => `\n${mailReport(f)}`).join(''));
    if (trial.opens.length > 0) return ok(exitCodes.violated);
    const proved = bound === null && trial.bounded.length === 0 && refused.length === 0;
    return ok(proved ? exitCodes.holds : exitCodes.bounded);
  });
}

/** What a word beside the options is: `-` and what is called as a patch, or firmware. */
function wordsOf({ words, patch = [] }: TreeArguments): {
  readonly firmware: string | undefined;
  readonly patch: readonly string[];
  /** One that is left over. */
  readonly more: string | undefined;
} {
  const given = words.filter((word) => word !== undefined);
  const isPatch = (word: string): boolean =>
    namesPatch(word) || (word === '-' && !patch.includes('-'));
  const [firmware, more] = given.filter((word) => !isPatch(word));
  return { firmware, more, patch: [...patch, ...given.filter(isPatch)] };
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
  const subject = mailHead(text)?.subject?.replace(/^\[[^\]]*\] /, '');
  return subject ?? name.replace(/^.*\//, '');
}
