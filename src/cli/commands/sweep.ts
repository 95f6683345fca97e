// SPDX-License-Identifier: GPL-2.0-only
// racewindow sweep: folders of boards and some kernels in; what differs between them out.

import { availableParallelism, homedir } from 'node:os';
import path from 'node:path';
import { must } from '#base/assert';
import type { UserError } from '#base/errors';
import { err, ok, type Result } from '#base/result';
import { printable } from '#base/text';
import { boardsBelow } from '#cli/boards-below';
import { addedBy } from '#cli/fix';
import { type SweepForm, sweepForms } from '#cli/forms';
import { idsOption } from '#cli/ids';
import { readFirmware } from '#cli/input';
import type { Io } from '#cli/io';
import type { KernelChoice, Pipeline } from '#cli/pipeline';
import { sweepLine } from '#cli/progress';
import { type QueueArguments, withQueue } from '#cli/queue';
import { packageVersion } from '#cli/version';
import type { Strategy } from '#finding/report';
import type { SweepReport, UnreadBoard } from '#finding/sweep';
import type { NamedBoard } from '#questions/sweep';
import type { ExitCode } from '#report/exit';
import { sweepExit } from '#report/sweep';
import type { Hands } from '#run/hands';

/** The options of the command line. */
interface SweepArguments extends QueueArguments {
  readonly folders: readonly string[];
  readonly kernel?: readonly string[];
  readonly with?: readonly string[];
  readonly window?: readonly string[];
  readonly property?: readonly string[];
  readonly strategy: Strategy;
  readonly statesMax?: number;
  readonly jobs?: number;
  readonly store?: string;
  readonly format: SweepForm;
}

/** Run the command. */
export async function runSweep(
  args: SweepArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'sweep' | 'readBoard' | 'properties' | 'windows'>,
): Promise<Result<ExitCode, UserError>> {
  const rules = pipeline.properties().map(({ id }) => id);
  const properties = idsOption(args.property, rules, 'RW062', 'rule');
  if (!properties.ok) return properties;
  const known = pipeline.windows().map(({ id }) => id);
  const windows = idsOption(args.window, known, 'RW063', 'window');
  if (!windows.ok) return windows;
  const kernels = await kernelsOf(args);
  if (!kernels.ok) return kernels;
  const read = readBoards(args.folders, pipeline);
  if (!read.ok) return read;
  const { boards, unread } = read.value;

  const stop = new AbortController();
  // The first Ctrl-C tells what there is; a second one ends it as ever.
  const onStop = (): void => stop.abort();
  process.once('SIGINT', onStop);
  const line = sweepLine(io);
  const options = {
    properties: properties.value,
    windows: windows.value,
    strategy: args.strategy,
    statesMax: args.statesMax ?? null,
    jobs: args.jobs ?? availableParallelism(),
  };
  const sweep = (hands: Hands | undefined) =>
    pipeline.sweep({
      ...{ boards, options, kernels: kernels.value, store: args.store ?? storeFolder(io) },
      aside: { onProgress: line.show, signal: stop.signal, ...(hands ? { hands } : {}) },
    });
  const swept = await withQueue(args, io, sweep, true).finally(() => {
    line.end();
    process.removeListener('SIGINT', onStop);
  });
  if (!swept.ok) return swept;
  const report: SweepReport = {
    tool: { name: 'racewindow', version: packageVersion(), format: 'racewindow/sweep@1' },
    ...swept.value,
    unread,
  };
  const exitCode = sweepExit(report);
  io.out(await sweepForms[args.format]({ report, exitCode, rules: pipeline.properties() }));
  return ok(exitCode);
}

/** Each kernel as it is and, with --with, once more with that. */
async function kernelsOf(args: SweepArguments): Promise<Result<KernelChoice[], UserError>> {
  const added = await addedBy(args.with ?? []);
  if (!added.ok) return added;
  const names = args.kernel ?? ['7.2'];
  return ok(
    names.flatMap((name) => {
      const plain: KernelChoice = { name, added: [], removed: [] };
      return args.with === undefined ? [plain] : [plain, { ...plain, added: added.value }];
    }),
  );
}

interface ReadBoards {
  readonly boards: readonly NamedBoard[];
  readonly unread: readonly UnreadBoard[];
}

/** The boards below @folders; one that cannot be read ends nothing. */
function readBoards(
  folders: readonly string[],
  pipeline: Pick<Pipeline, 'readBoard'>,
): Result<ReadBoards, UserError> {
  const files = boardsBelow(folders);
  if (!files.ok) return files;
  const boards: NamedBoard[] = [];
  const unread: UnreadBoard[] = [];
  for (const { name, file, error } of files.value) {
    const input = error === undefined ? readFirmware({ firmware: file }) : err(error);
    const platform = input.ok
      ? pipeline.readBoard(must(input.value, 'a board was named').firmware)
      : input;
    if (platform.ok) boards.push({ name, platform: platform.value });
    else {
      const { code, message } = platform.error;
      // No path of this machine stands in a report.
      unread.push({
        name,
        code,
        message: message.replaceAll(printable(file), printable(path.basename(file))),
      });
    }
  }
  return ok({ boards, unread });
}

/** Where results are kept unless told. */
function storeFolder({ env }: Io): string {
  const xdg = env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache');
  return path.join(base, 'racewindow', 'sweep');
}
