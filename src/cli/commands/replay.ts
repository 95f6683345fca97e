// SPDX-License-Identifier: GPL-2.0-only
// racewindow replay: shows a finding from its JSON alone and runs its schedule again.

import path from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { didYouMean } from '#base/suggest';
import { plural } from '#base/text';
import { buildProgress } from '#cli/coded';
import { inputName, readText, reportBytes, writeFiles } from '#cli/files';
import { type Io, paintFor } from '#cli/io';
import type { Pipeline, TreeChoice } from '#cli/pipeline';
import type { Format } from '#cli/readers';
import { packageVersion } from '#cli/version';
import type { Finding } from '#finding/finding';
import { type ExitCode, exitCodes } from '#report/exit';
import { isForm } from '#report/form-names';
import { findingJson } from '#report/json';
import { findingText, plain } from '#report/text';
import { type Document, documentHint, parseDocument } from '#report/validate';
import { retold } from '#run/told';

/** The options of the command line. */
interface ReplayArguments {
  readonly file: string;
  readonly id?: string;
  readonly brief?: boolean;
  /** Run the code of the user's own fixes that the file brings with it. */
  readonly trustFixes?: boolean;
  readonly format: Format;
  /** A file to write to, in place of standard output. */
  readonly out?: string;
  /** Of findings of the kernel's own C: the tree that they were found in. */
  readonly tree?: string;
  readonly cc?: string;
}

/** Run the command: one finding in full, or every finding of a report in a line each, or a page. */
export async function runReplay(
  args: ReplayArguments,
  io: Io,
  pipeline: Pick<Pipeline, 'replay'>,
): Promise<Result<ExitCode, UserError>> {
  const read = readFindings(args);
  if (!read.ok) return read;
  const { document, findings: chosen } = read.value;

  const full = chosen.length === 1 && args.brief !== true;
  const { format, out, tree, cc = null } = args;
  const page = format === 'html' && args.brief !== true;
  if (!full && !page && (format !== 'text' || out !== undefined)) {
    const hint = args.brief === true ? 'leave --brief out' : 'choose it with --id';
    const what = format === 'text' ? '--out' : `--format ${format}`;
    return fail('RW066', `${what} is for one finding in full`, hint);
  }
  if (cc !== null && tree === undefined) {
    return fail('RW064', '--cc builds a tree, and there is no --tree', 'add --tree TREE');
  }
  const choice = tree === undefined ? null : { tree, cc, onProgress: buildProgress(io) };
  const beside = page || format !== 'text' || out !== undefined;
  for (const finding of chosen) {
    const again = await replayOne(finding, pipeline, choice, args.trustFixes, full && !page);
    if (!again.ok) return again;
    // What does not replay is not shown: it says what is not so.
    const told = retold(finding);
    if (full && !page) {
      const { alike } = again.value;
      const own = alike === undefined ? told.finding : { ...told.finding, alike };
      const given = await deliver(await written(own, format, out, io), out, io);
      if (!given.ok) return given;
    }
    for (const remark of told.remarks) io.err(`${finding.id}: ${remark}\n`);
    const say = beside ? io.err : io.out;
    say(`${full ? '' : `${finding.id}: `}replayed: same witness\n`);
  }
  if (!page) return ok(exitCodes.holds);
  const given = await deliver(await pageOf(document, chosen), out, io);
  return given.ok ? ok(exitCodes.holds) : given;
}

/** Print @text, or write it to the file @out. */
async function deliver(
  text: string | Uint8Array,
  out: string | undefined,
  io: Io,
): Promise<Result<unknown, UserError>> {
  if (out !== undefined) {
    return writeFiles(path.dirname(out), [{ name: path.basename(out), text }]);
  }
  if (typeof text !== 'string' && io.outIsTerminal) {
    const message = 'a terminal can not show --format trace.dat';
    return fail(
      'RW066',
      message,
      'add --out trace.dat, and open it with trace-cmd report trace.dat',
    );
  }
  return ok(io.out(text));
}

/** What the file that the user named holds, and the findings of it that are asked for. */
export function readFindings(
  args: Pick<ReplayArguments, 'file' | 'id'>,
): Result<{ readonly document: Document; readonly findings: readonly Finding[] }, UserError> {
  const text = readText(args.file, documentHint, reportBytes);
  if (!text.ok) return text;
  const document = parseDocument(text.value, args.file === '-' ? inputName('-') : args.file);
  if (!document.ok) return document;
  const findings = choose(document.value, args);
  return findings.ok ? ok({ document: document.value, findings: findings.value }) : findings;
}

/** The findings of @document that are asked for: one by its id or number, or all. */
function choose(
  document: Document,
  args: Pick<ReplayArguments, 'file' | 'id'>,
): Result<readonly Finding[], UserError> {
  const findings = document.kind === 'finding' ? [document.finding] : document.report.findings;
  if (findings.length === 0) {
    return fail('RW072', `${args.file}: the report has no finding`, 'nothing to replay: it holds');
  }
  const { id } = args;
  if (id === undefined) return ok(findings);
  const found = findings.find((f) => f.id === id) ?? findings[numbered(id) - 1];
  if (found) return ok([found]);
  const ids = findings.map((f) => f.id);
  const hint = didYouMean(id, ids, 'finding');
  const there = plural(findings.length, 'finding');
  return fail('RW072', `${args.file} has ${there}, and none is called ${id}`, hint);
}

/** The number of a finding, counted from 1; 0 where @id is none. */
function numbered(id: string): number {
  return /^\d{1,6}$/.test(id) ? Number(id) : 0;
}

/** @finding in @format. */
async function written(
  finding: Finding,
  format: Format,
  out: string | undefined,
  io: Io,
): Promise<string | Uint8Array> {
  if (format === 'json') return findingJson(finding);
  if (isForm(format))
    return (await import('#report/finding-forms')).findingForms[format].of(finding);
  const paint = out === undefined ? paintFor(io) : plain;
  return `${findingText(finding, paint).join('\n')}\n\n`;
}

/** One page of all @document has that was asked for. */
async function pageOf(document: Document, findings: readonly Finding[]): Promise<string> {
  const [{ pageHtml }, { filePage, titleOfReport }] = await Promise.all([
    import('#view/html'),
    import('#view/build'),
  ]);
  const title = document.kind === 'report' ? titleOfReport(document.report) : 'findings';
  return pageHtml(filePage(findings.map(retold), title));
}

/** Run the schedule of @finding again; it must break the same rule for the same reason. */
export async function replayOne(
  finding: Finding,
  pipeline: Pick<Pipeline, 'replay'>,
  tree: TreeChoice | null,
  trustFixes = false,
  inFull = false,
): Promise<Result<Finding, UserError>> {
  const again = await pipeline.replay(finding, tree, trustFixes, inFull);
  if (!again.ok) return again;
  const difference = firstDifference(finding, again.value);
  if (difference === null) return again;
  return fail(
    'RW074',
    `${finding.id}: replayed to another witness: ${difference}`,
    writtenBy(finding),
  );
}

/** Why a replay may differ. */
function writtenBy({ producer }: Finding): string {
  const again = 'check the board again';
  if (producer === null) return `it was written by an older version, or edited; ${again}`;
  const mine = packageVersion();
  if (producer.version === mine) return `the model has changed, or the file was edited; ${again}`;
  return `it was written by version ${producer.version}, this is ${mine}; ${again}`;
}

/** What a replay must bring back, each with how it is called in an error. */
const compared: readonly (readonly [string, (f: Finding) => unknown])[] = [
  ['property', (f) => f.property],
  ['window', (f) => f.window],
  ['subject', (f) => f.witness.subject],
  ['reason', (f) => f.witness.because],
  ['facts', (f) => Object.entries(f.witness.facts).sort(([a], [b]) => (a < b ? -1 : 1))],
  ['preemptions', (f) => f.preemptions],
  ['number of steps', (f) => f.trace.length],
  ['steps', (f) => f.trace.map((s) => [s.thread, s.op, s.object, s.field, s.result, s.events])],
];

/** Older findings have the locks of a step in no order. */
const comparedNow: typeof compared = [...compared, ['locks', (f) => f.trace.map((s) => s.locks)]];

function firstDifference(before: Finding, after: Finding): string | null {
  for (const [name, of] of before.producer === null ? compared : comparedNow) {
    const [a, b] = [JSON.stringify(of(before)), JSON.stringify(of(after))];
    if (a === b) continue;
    return ['steps', 'facts', 'locks'].includes(name)
      ? `the ${name} differ`
      : `${name} ${a} is now ${b}`;
  }
  return null;
}
