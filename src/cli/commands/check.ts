// SPDX-License-Identifier: GPL-2.0-only
// racewindow check: a board, a kernel and a question in; a report and an exit code out.

import { availableParallelism } from 'node:os';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { plural } from '#base/text';
import {
  baselineBoard,
  type ReadBaseline,
  readBaseline,
  refuseOther,
  refuseOtherKernel,
  writeBaseline,
} from '#cli/baseline';
import { isWritable, type OutputFile, writeFiles } from '#cli/files';
import { addedBy } from '#cli/fix';
import { type CheckForm, checkForms } from '#cli/forms';
import { idsOption } from '#cli/ids';
import { type FirmwareArguments, type FirmwareInput, readFirmware } from '#cli/input';
import { type Io, paintFor } from '#cli/io';
import { axesOf, kernelNamed, machineLines } from '#cli/machine';
import type { ChosenKernel, Pipeline } from '#cli/pipeline';
import { progressLine } from '#cli/progress';
import { withSeed } from '#cli/strategy';
import { applyBaseline, askedOf, type BaselineBoard, partFindings } from '#finding/baseline';
import type { Finding, Memory } from '#finding/finding';
import type { CheckOptions, CheckReport, Strategy } from '#finding/report';
import type { Platform } from '#platform/index';
import { type ExitCode, exitCodeOf, exitCodes } from '#report/exit';
import { findingForms } from '#report/finding-forms';
import { isForm } from '#report/form-names';
import { findingJson } from '#report/json';
import { type Show, shownOf } from '#report/summary';
import { baselineRows } from '#report/text';
import { fileStem } from '#report/words';
import { brokenCheckpoint, journalFault } from '#run/journal';

/** The options of the command line. */
export interface CheckArguments extends FirmwareArguments {
  readonly kernel: string;
  readonly with?: readonly string[];
  readonly without?: readonly string[];
  readonly device?: readonly string[];
  readonly property?: readonly string[];
  readonly window?: readonly string[];
  readonly async?: boolean;
  readonly strictDevlink?: boolean;
  readonly actors?: readonly string[];
  readonly strategy: Strategy;
  readonly seed?: number;
  readonly memory?: Memory | null;
  readonly auditCache?: number;
  readonly depthMax?: number;
  readonly minimiseMax?: number;
  readonly resume?: string;
  readonly statesMax?: number;
  /** Milliseconds. */
  readonly timeMax?: number;
  readonly jobs?: number;
  readonly baseline?: string;
  readonly writeBaseline?: string;
  readonly format: CheckForm;
  readonly out?: string;
  readonly show?: number | 'all';
  readonly summary?: boolean;
  readonly avoid?: boolean;
}

/** Everything the user asked for, read and validated. */
interface Question {
  readonly platform: Platform | null;
  readonly input: FirmwareInput | null;
  readonly kernel: ChosenKernel;
  readonly options: CheckOptions;
  readonly format: CheckForm;
  /** Which findings to tell in full. */
  readonly show: Show;
  readonly board: BaselineBoard | null;
  /** The baseline; null without one. */
  readonly earlier: ReadBaseline | null;
}

/** Run the command. */
export async function runCheck(
  args: CheckArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<ExitCode, UserError>> {
  const question = await ask(args, pipeline);
  if (!question.ok) return question;
  const { platform, input, format, earlier, show, board, options } = question.value;
  const { report, isCut } = await answer(question.value, args, io);

  const { length } = report.findings;
  if (typeof show === 'number' && show > length) {
    const hint = 'the last column of the summary has their numbers; leave --show out to see it';
    return fail('RW072', `--show ${show}: there are ${plural(length, 'finding')}`, hint);
  }
  const own = earlier === null ? ok(undefined) : refuseOtherKernel(earlier, report.kernel);
  if (!own.ok) return own;
  const asked = askedOf(options, report.coverage.strategy);
  const baseline = earlier && applyBaseline(report, earlier, asked);
  if (args.out !== undefined) {
    const files = await writeFiles(args.out, outputFiles(report.findings, format));
    if (!files.ok) return files;
  }
  if (args.writeBaseline !== undefined && !isCut) {
    const written = await writeBaseline(args.writeBaseline, report, board, asked);
    if (!written.ok) return written;
  }
  if (input?.machine && platform) {
    // Beside what other programs read there is no place for it.
    const say = format === 'text' ? io.out : io.err;
    say(`${machineLines(input.machine, platform).join('\n')}\n\n`);
  }
  const exitCode = isCut ? exitCodes.interrupted : exitCodeOf(report, baseline);
  const [rules, windows] = [pipeline.properties(), pipeline.windows()];
  const asking = { platform, baseline, show, paint: paintFor(io) };
  const printed = { report, ...asking, exitCode, rules, windows };
  io.out(await checkForms[format](printed));
  if (isCut) io.err(`${cutText(args)}\n`);
  if (baseline && format !== 'text') io.err(`${baselineRows(baseline).join('\n')}\n`);
  return ok(exitCode);
}

/** The report that `check` would print, with every finding explained. */
export async function checkReport(
  args: CheckArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<CheckReport, UserError>> {
  const question = await ask(args, pipeline);
  return question.ok ? ok((await answer(question.value, args, io)).report) : question;
}

function cutText({ writeBaseline }: CheckArguments): string {
  const kept = writeBaseline === undefined ? '' : '; no baseline was written';
  return `interrupted: this is what was found so far${kept}`;
}

/** A report, and whether Ctrl-C has cut it short. */
interface Answer {
  readonly report: CheckReport;
  readonly isCut: boolean;
}

async function answer(question: Question, args: CheckArguments, io: Io): Promise<Answer> {
  const { platform, input, kernel, options, format, earlier, show } = question;
  const progress = progressLine(io);
  const start = io.now();
  const written = format !== 'text' || args.out !== undefined;
  // Why findings fail that are not told in full is not asked.
  const toExplain = (all: readonly Finding[]): readonly Finding[] => {
    const isNumber = typeof show === 'number';
    const told = earlier === null || isNumber ? all : partFindings(all, earlier.findings).fresh;
    return written ? all : shownOf(told, show);
  };
  const asked = { ...options, toExplain };
  const stop = new AbortController();
  // The first Ctrl-C tells what there is; a second one ends it as ever.
  const onStop = (): void => stop.abort();
  if (kernel.stops) process.once('SIGINT', onStop);
  const result = await kernel.check(platform, asked, progress.show, stop.signal).finally(() => {
    progress.end();
    process.removeListener('SIGINT', onStop);
  });
  const report = {
    ...result,
    input: input && { basename: input.basename, sha256: input.sha256 },
    timing: { elapsedMs: Math.round(io.now() - start), jobs: options.jobs },
  };
  return { report, isCut: stop.signal.aborted };
}

async function ask(args: CheckArguments, pipeline: Pipeline): Promise<Result<Question, UserError>> {
  const limits = limitOptions(args);
  if (!limits.ok) return limits;
  const { show, summary, format } = args;
  if (isForm(format) && !findingForms[format].joins && args.out === undefined) {
    const message = `--format ${format} makes a file for each finding`;
    return fail('RW066', message, 'add --out DIR');
  }
  if (show !== undefined && summary) {
    return fail('RW066', '--show and --summary exclude each other', 'leave out one of them');
  }
  const input = readFirmware(args);
  if (!input.ok) return input;
  const machine = input.value?.machine ?? null;
  const kernel = await chooseKernel(args, machine, pipeline);
  if (!kernel.ok) return kernel;
  const platform = input.value === null ? ok(null) : pipeline.readBoard(input.value.firmware);
  if (!platform.ok) return platform;

  const names = nameOptions(args, pipeline, platform.value);
  if (!names.ok) return names;
  const earlier = readBaseline(args.baseline);
  if (!earlier.ok) return earlier;
  const board = baselineBoard(platform.value, input.value?.sha256);
  const own = earlier.value === null ? ok(undefined) : refuse(earlier.value, board, kernel.value);
  if (!own.ok) return own;
  if (args.actors !== undefined && platform.value === null) {
    const hint = 'leave it away: the generic worlds have all actors';
    return fail('RW060', '--actors is for the worlds of a board', hint);
  }
  const line = axesOf(machine);
  const refused = refuseAvoid(args, platform.value);
  if (!refused.ok) return refused;
  const asyncProbe = args.async ?? line.asyncProbe;
  const strictDevlink = args.strictDevlink ?? line.strictDevlink;
  return ok({
    platform: platform.value,
    input: input.value,
    kernel: kernel.value,
    options: {
      ...names.value,
      ...limits.value,
      asyncProbe,
      strictDevlink,
      ...(args.actors === undefined ? {} : { actors: args.actors }),
      ...(args.avoid === true ? { avoid: true } : {}),
    },
    format,
    show: show ?? (summary ? 'none' : 'gravest'),
    board,
    earlier: earlier.value,
  });
}

/** What --avoid can not be asked beside. */
function refuseAvoid(
  { avoid, memory, summary }: CheckArguments,
  platform: Platform | null,
): Result<void, UserError> {
  if (avoid !== true) return ok(undefined);
  if (platform === null) {
    const hint = 'name a FIRMWARE, or add --live: options are asked of the worlds of a board';
    return fail('RW060', '--avoid is about the boot options of a board', hint);
  }
  const other = memory ? '--memory' : summary ? '--summary' : null;
  if (other === null) return ok(undefined);
  return fail('RW066', `--avoid and ${other} exclude each other`, 'leave out one of them');
}

type Limits = Pick<
  CheckOptions,
  | 'strategy'
  | 'memory'
  | 'statesMax'
  | 'timeMaxMs'
  | 'auditCache'
  | 'depthMax'
  | 'minimiseMax'
  | 'resume'
  | 'jobs'
>;

function limitOptions(args: CheckArguments): Result<Limits, UserError> {
  const { seed, memory = null, statesMax = null, timeMax = null, jobs } = args;
  const { auditCache, depthMax, minimiseMax, resume } = args;
  const strategy = withSeed(args.strategy, seed);
  if (!strategy.ok) return strategy;
  if (resume !== undefined && !isWritable(resume)) {
    const message = `--resume ${resume}: cannot be read and written`;
    return fail('RW001', message, 'name a file that is not there yet, or a journal');
  }
  const fault = resume === undefined ? null : journalFault(resume);
  if (fault !== null) {
    const hint = 'name a file that is not there yet, or a journal';
    return fail('RW004', `--resume ${resume}: ${fault}`, hint);
  }
  const broken = resume === undefined ? null : brokenCheckpoint(resume);
  if (broken !== null) {
    const message = `--resume ${resume}: ${broken.file} is no checkpoint: ${broken.because}`;
    return fail('RW004', message, 'remove it: its world then begins again');
  }
  return ok({
    strategy: strategy.value,
    ...(memory === null ? {} : { memory }),
    statesMax,
    ...(auditCache === undefined ? {} : { auditCache }),
    ...(depthMax === undefined ? {} : { depthMax }),
    ...(minimiseMax === undefined ? {} : { minimiseMax }),
    ...(resume === undefined ? {} : { resume }),
    timeMaxMs: timeMax,
    // One warm thread does the boards that there are as fast as two on two cores.
    jobs: jobs ?? Math.max(1, availableParallelism() - 1),
  });
}

async function chooseKernel(
  args: CheckArguments,
  machine: FirmwareInput['machine'],
  pipeline: Pipeline,
): Promise<Result<ChosenKernel, UserError>> {
  const added = await addedBy(args.with ?? []);
  if (!added.ok) return added;
  const name = kernelNamed(args.kernel, machine);
  if (!name.ok) return name;
  return pipeline.chooseKernel({
    name: name.value,
    added: added.value,
    removed: args.without ?? [],
  });
}

type Names = Pick<CheckOptions, 'devices' | 'properties' | 'windows'>;

/** The devices, rules and windows that @args name; an error where there is none of that name. */
export function nameOptions(
  args: Pick<CheckArguments, 'device' | 'property' | 'window'>,
  pipeline: Pipeline,
  platform: Platform | null,
): Result<Names, UserError> {
  const clients = pipeline.clientNames(platform);
  for (const name of args.device ?? []) {
    if (clients.includes(name)) continue;
    const where = platform === null ? 'the generic worlds have' : 'this board has';
    const hint = didYouMean(name, clients, 'device');
    return fail('RW061', `${name}: ${where} no such device behind an IOMMU`, hint);
  }
  const rules = pipeline.properties().map((p) => p.id);
  const properties = idsOption(args.property, rules, 'RW062', 'rule');
  if (!properties.ok) return properties;
  const known = pipeline.windows().map((w) => w.id);
  const windows = idsOption(args.window, known, 'RW063', 'window');
  if (!windows.ok) return windows;
  return ok({
    devices: args.device ?? null,
    properties: properties.value,
    windows: windows.value,
  });
}

/** Refuse what is known to be no baseline for this check before the check is made. */
function refuse(
  earlier: ReadBaseline,
  board: BaselineBoard | null,
  { report }: ChosenKernel,
): Result<void, UserError> {
  const own = refuseOther(earlier, board);
  return own.ok && report !== undefined ? refuseOtherKernel(earlier, report) : own;
}

/** What --out writes: each finding as JSON, which replays, and in @format where that is a form. */
export function outputFiles(findings: readonly Finding[], format: CheckForm): OutputFile[] {
  const taken = new Set<string>();
  return findings.flatMap((finding) => {
    let stem = fileStem(finding);
    for (let n = 2; taken.has(stem); n++) stem = `${fileStem(finding)}-${n}`;
    taken.add(stem);
    const json = { name: `${stem}.json`, text: findingJson(finding) };
    if (!isForm(format)) return [json];
    return [json, { name: `${stem}.${format}`, text: findingForms[format].of(finding) }];
  });
}
