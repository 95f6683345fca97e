// SPDX-License-Identifier: GPL-2.0-only
// racewindow check: a board, a kernel and a question in; a report and an exit code out.

import { availableParallelism } from 'node:os';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { plural } from '#base/text';
import { isWritable, type OutputFile, readText, writeFiles } from '#cli/files';
import { addedBy } from '#cli/fix';
import { idsOption } from '#cli/ids';
import { type FirmwareArguments, type FirmwareInput, readFirmware } from '#cli/input';
import { type Io, paintFor } from '#cli/io';
import { axesOf, kernelNamed, machineLines } from '#cli/machine';
import type { ChosenKernel, Pipeline } from '#cli/pipeline';
import { progressLine } from '#cli/progress';
import type { Format } from '#cli/readers';
import { withSeed } from '#cli/strategy';
import { applyBaseline, type Baseline } from '#finding/baseline';
import type { Finding, Memory } from '#finding/finding';
import type { CheckOptions, CheckReport, Strategy } from '#finding/report';
import type { Platform } from '#platform/index';
import { type ExitCode, exitCodeOf } from '#report/exit';
import { findingJson, reportJson } from '#report/json';
import { mailReport } from '#report/mail';
import { type Show, shownOf } from '#report/summary';
import { textReport } from '#report/text';
import { documentHint, parseDocument } from '#report/validate';
import { fileStem, windowText } from '#report/words';
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
  readonly format: Format;
  readonly out?: string;
  readonly show?: number | 'all';
  readonly summary?: boolean;
}

/** Everything the user asked for, read and validated. */
interface Question {
  readonly platform: Platform | null;
  readonly input: FirmwareInput | null;
  readonly kernel: ChosenKernel;
  readonly options: CheckOptions;
  readonly format: Format;
  /** Which findings to tell in full. */
  readonly show: Show;
  /** Findings of the baseline; null without one. */
  readonly earlier: readonly Finding[] | null;
}

/** Run the command. */
export async function runCheck(
  args: CheckArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<ExitCode, UserError>> {
  const question = await ask(args, pipeline);
  if (!question.ok) return question;
  const { platform, input, format, earlier, show } = question.value;
  const report = await answer(question.value, args, io);

  const { length } = report.findings;
  if (typeof show === 'number' && show > length) {
    const hint = 'the last column of the summary has their numbers; leave --show out to see it';
    return fail('RW072', `--show ${show}: there are ${plural(length, 'finding')}`, hint);
  }
  const baseline = earlier && applyBaseline(report.findings, earlier);
  if (args.out !== undefined) {
    const files = await writeFiles(args.out, outputFiles(report.findings, format));
    if (!files.ok) return files;
  }
  if (input?.machine && platform) {
    // Beside what other programs read there is no place for it.
    const say = format === 'text' ? io.out : io.err;
    say(`${machineLines(input.machine, platform).join('\n')}\n\n`);
  }
  await print({ report, format, baseline, show }, io, pipeline);
  return ok(exitCodeOf(report, baseline));
}

/** The report that `check` would print, with every finding explained. */
export async function checkReport(
  args: CheckArguments,
  io: Io,
  pipeline: Pipeline,
): Promise<Result<CheckReport, UserError>> {
  const question = await ask(args, pipeline);
  return question.ok ? ok(await answer(question.value, args, io)) : question;
}

async function answer(question: Question, args: CheckArguments, io: Io): Promise<CheckReport> {
  const { platform, input, kernel, options, format, earlier, show } = question;
  const progress = progressLine(io);
  const start = io.now();
  const written = format !== 'text' || args.out !== undefined;
  // Why findings fail that are not told in full is not asked.
  const toExplain = (all: readonly Finding[]): readonly Finding[] => {
    const isNumber = typeof show === 'number';
    const told = earlier === null || isNumber ? all : applyBaseline(all, earlier).fresh;
    return written ? all : shownOf(told, show);
  };
  const asked = { ...options, toExplain };
  const result = await kernel.check(platform, asked, progress.show).finally(progress.end);
  return {
    ...result,
    input: input && { basename: input.basename, sha256: input.sha256 },
    timing: { elapsedMs: Math.round(io.now() - start), jobs: options.jobs },
  };
}

async function ask(args: CheckArguments, pipeline: Pipeline): Promise<Result<Question, UserError>> {
  const limits = limitOptions(args);
  if (!limits.ok) return limits;
  const { show, summary } = args;
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
  if (args.actors !== undefined && platform.value === null) {
    const hint = 'leave it away: the generic worlds have all actors';
    return fail('RW060', '--actors is for the worlds of a board', hint);
  }
  const line = axesOf(machine);
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
    },
    format: args.format,
    show: show ?? (summary ? 'none' : 'gravest'),
    earlier: earlier.value,
  });
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

function nameOptions(
  args: CheckArguments,
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

function readBaseline(name: string | undefined): Result<readonly Finding[] | null, UserError> {
  if (name === undefined) return ok(null);
  const text = readText(name, documentHint);
  if (!text.ok) return text;
  const parsed = parseDocument(text.value, name);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  return ok(value.kind === 'finding' ? [value.finding] : value.report.findings);
}

/** What --out writes: each finding as JSON, which replays, and as a mail where those are wanted. */
function outputFiles(findings: readonly Finding[], format: Format): OutputFile[] {
  const taken = new Set<string>();
  return findings.flatMap((finding) => {
    let stem = fileStem(finding);
    for (let n = 2; taken.has(stem); n++) stem = `${fileStem(finding)}-${n}`;
    taken.add(stem);
    const json = { name: `${stem}.json`, text: findingJson(finding) };
    return format === 'mail' ? [json, { name: `${stem}.mail`, text: mailReport(finding) }] : [json];
  });
}

/** What is printed, and how. */
interface Printed {
  readonly report: CheckReport;
  readonly format: Format;
  readonly baseline: Baseline | null;
  readonly show: Show;
}

async function print(
  { report, format, baseline, show }: Printed,
  io: Io,
  pipeline: Pipeline,
): Promise<void> {
  if (format === 'text') {
    const rules = new Map(pipeline.properties().map((p) => [p.id, p.name]));
    const windows = new Map(pipeline.windows().map((w) => [w.id, w.name]));
    io.out(textReport(report, { paint: paintFor(io), rules, windows, baseline, show }));
    return;
  }
  if (format === 'json') io.out(reportJson(report));
  else if (format === 'html') io.out(await htmlOf(report, baseline?.fresh ?? report.findings));
  else io.out((baseline?.fresh ?? report.findings).map(mailReport).join('\n'));
  if (baseline) {
    const known = plural(baseline.known.length, 'known finding');
    io.err(`baseline: ${known}, ${baseline.fresh.length} new\n`);
    for (const f of baseline.known) io.err(`  known: ${windowText(f)} ${f.id}\n`);
  }
}

async function htmlOf(report: CheckReport, findings: readonly Finding[]): Promise<string> {
  const [{ pageHtml }, { filePage, titleOfReport }] = await Promise.all([
    import('#view/html'),
    import('#view/build'),
  ]);
  return pageHtml(filePage(findings, titleOfReport(report)));
}
