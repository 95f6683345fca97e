// SPDX-License-Identifier: GPL-2.0-only
// A report as SARIF 2.1.0, for those who show findings beside the source of the kernel.
//
// File and line are told where the source of the kernel was read, and nowhere else. Of the model
// it is the line at which a function begins; of the kernel's own C, that of the access. What was
// not decided is a result of the kind `open`, so that nobody takes the silence for a pass.

import { createHash } from 'node:crypto';
import { plural } from '#base/text';
import type { Baseline, KnownFinding } from '#finding/baseline';
import type { Finding } from '#finding/finding';
import type { Harm } from '#finding/harm';
import { contentKey } from '#finding/key';
import type { CheckReport, Verdict, WindowVerdict } from '#finding/report';
import { withoutBuffers } from './buffers.ts';
import { castLine, castOf } from './cast.ts';
import { placeOf } from './frames.ts';
import { decidingSteps, selectSteps } from './select.ts';
import { sweptKernel } from './sweep.ts';
import { tableLines } from './table.ts';
import { deviceText, findingTitle, preemptionText, windowText } from './words.ts';

type Rules = readonly { readonly id: string; readonly name: string; readonly rule: string }[];

/** What a report is told with. */
interface SarifOptions {
  /** All rules that there are. */
  readonly rules: Rules;
  readonly exitCode: number;
  readonly baseline?: Baseline | null;
}

const levels: Readonly<Record<Harm, 'error' | 'warning' | 'note'>> = {
  crash: 'error',
  memory: 'error',
  dead: 'error',
  isolation: 'error',
  warning: 'warning',
  order: 'note',
};

/** Rows of a run that are told. */
const rowsMax = 32;

/** @report as SARIF. */
export function sarifJson(report: CheckReport, options: SarifOptions): string {
  const { tool, kernel, input } = report;
  const { rules, baseline = null } = options;
  const ids = rules.map(({ id }) => id);
  const base = baseline === null ? {} : { baselineState: 'new' };
  const results = [
    ...report.findings.map((f) => ({ ...findingResult(f, ids), ...stateOf(f, baseline) })),
    ...(baseline?.gone ?? []).map((f) => goneResult(f, ids)),
    ...openResults(report, ids).map((result) => ({ ...result, ...base })),
  ];
  return sarifLog([
    {
      ...sarifTool(tool, rules),
      automationDetails: {
        id: `racewindow/${input?.basename ?? 'generic worlds'}/${sweptKernel(kernel)}`,
      },
      invocations: [invocation(report, options.exitCode)],
      ...sourceRoot(report.findings),
      columnKind: 'utf16CodeUnits',
      results,
    },
  ]);
}

/** @runs as a log. */
export function sarifLog(runs: readonly object[]): string {
  const $schema = 'https://json.schemastore.org/sarif-2.1.0.json';
  return `${JSON.stringify({ $schema, version: '2.1.0', runs }, null, 1)}\n`;
}

/** Who made a run, and the rules that results of it name. */
export function sarifTool(
  { name, version }: Pick<CheckReport['tool'], 'name' | 'version'>,
  rules: Rules,
): object {
  const told = rules.map(({ id, name, rule }) => {
    return { id, name, shortDescription: { text: rule } };
  });
  return { tool: { driver: { name, semanticVersion: version, rules: told } } };
}

/** Where the paths of places begin; nothing where no place is known. */
function sourceRoot(findings: readonly Finding[]): object {
  const releases = findings.flatMap(({ places, source, revision }) => {
    if (source !== undefined) return [revision.name];
    return places === undefined ? [] : [`Linux ${places.release}`];
  });
  const [first] = releases;
  if (first === undefined) return {};
  return { originalUriBaseIds: { SRCROOT: { description: { text: `the source of ${first}` } } } };
}

function invocation({ nothing, coverage, findings }: CheckReport, exitCode: number): object {
  const unplaced = findings.some((f) => placeAt(f, failingStep(f)) === null);
  const texts = [
    ...(nothing === undefined ? [] : [`nothing was checked: ${nothing.because.join('; ')}`]),
    ...coverage.bounded.map(({ limit, value, worlds }) => {
      const hit = limit === 'interrupted' ? limit : `${limit}=${value} was hit`;
      return `${hit} in ${plural(worlds.length, 'world')}: not a pass`;
    }),
    ...(unplaced ? [noPlaceText] : []),
  ];
  const notes = texts.map((text) => ({ level: 'warning', message: { text } }));
  return {
    executionSuccessful: exitCode === 0 || exitCode === 1 || exitCode === 3,
    exitCode,
    ...(notes.length === 0 ? {} : { toolExecutionNotifications: notes }),
  };
}

const noPlaceText =
  'file and line are left out where they are not known: the source of that kernel was not read,' +
  ' or it was changed';

/** The rule called @id, with its place among @ids if it is one of them. */
export function ruleOf(id: string, ids: readonly string[]): object {
  const index = ids.indexOf(id);
  return { ruleId: id, ...(index < 0 ? {} : { ruleIndex: index }) };
}

function findingResult(given: Finding, ids: readonly string[]): object {
  const finding = withoutBuffers(given);
  const { property, window, harm, witness, consequence, closers = [], devices, id } = finding;
  const what = findingTitle(finding, deviceText(finding));
  const text = [
    `${what}: ${witness.because}`,
    ...(consequence === undefined ? [] : [`so that ${consequence}`]),
    `takes ${preemptionText(finding)}`,
    ...closers.map((closer) => `closed by ${closer}`),
  ].join('; ');
  const failing = failingStep(finding);
  const others = decidingSteps(finding).filter((i) => i !== failing);
  return {
    ...ruleOf(property, ids),
    kind: 'fail',
    level: harm === undefined ? 'warning' : levels[harm],
    message: { text },
    locations: [locationOf(finding, failing)],
    ...(others.length === 0
      ? {}
      : {
          relatedLocations: others.map((i) => ({
            ...locationOf(finding, i),
            ...saying('the other access that decides'),
          })),
        }),
    codeFlows: [codeFlow(finding)],
    partialFingerprints: { 'racewindow/v1': fingerprint(given) },
    properties: { id, window, devices },
  };
}

/** Equal for what a baseline takes for the same finding. */
function fingerprint(finding: KnownFinding): string {
  return createHash('sha256').update(contentKey(finding)).digest('hex');
}

/** The step at which the rule is broken, as far as it is known. */
function failingStep({ failure, deciding, trace }: Finding): number {
  return failure?.step ?? deciding ?? trace.length - 1;
}

interface Place {
  readonly file: string;
  readonly line: number;
  /** The function that begins there; null where it is the access itself. */
  readonly begins: string | null;
}

/** Where step @index of @finding stands in the source of its kernel. */
function placeAt({ source, places, trace }: Finding, index: number): Place | null {
  const step = trace[index];
  if (step === undefined) return null;
  if (source !== undefined) {
    const { file, line } = step;
    return file === null || line === null ? null : { file, line, begins: null };
  }
  const known = places?.functions ?? {};
  const inner = step.stack.indexOf(placeOf(step));
  // Of a function that the release has inlined or renamed, its caller is told.
  const begins = step.stack.slice(Math.max(inner, 0)).find((fn) => Object.hasOwn(known, fn));
  return begins === undefined ? null : { ...known[begins]!, begins };
}

function saying(text: string): object {
  return { message: { text } };
}

function locationOf(finding: Finding, index: number): object {
  const step = finding.trace[index];
  if (step === undefined) return {};
  const place = placeAt(finding, index);
  const begins = place?.begins ?? null;
  return {
    ...(place === null ? {} : { physicalLocation: physical(place) }),
    logicalLocations: [{ name: placeOf(step), kind: 'function' }],
    ...(begins === null ? {} : saying(`in ${begins}(), which begins here`)),
  };
}

function physical({ file, line }: Place): object {
  return {
    artifactLocation: {
      uri: file.split('/').map(encodeURIComponent).join('/'),
      uriBaseId: 'SRCROOT',
    },
    region: { startLine: line },
  };
}

/** The run, as the table shows it: a flow for each thread, its steps numbered over all. */
function codeFlow(finding: Finding): object {
  const shown = selectSteps(finding, rowsMax);
  const cast = castOf(finding);
  const texts = new Map<number, string[]>();
  for (const { step, text } of tableLines(finding, shown, cast)) {
    texts.set(step, [...(texts.get(step) ?? []), text.trim()]);
  }
  const deciding = new Set(decidingSteps(finding));
  const steps = [...texts].map(([index, lines]) => ({ index, text: lines.join(' ') }));
  const threadOf = ({ index }: { readonly index: number }): string => finding.trace[index]!.thread;
  const told = castLine(cast);
  return {
    message: { text: told === '' ? 'the order in which the threads run' : told },
    threadFlows: [...new Set(steps.map(threadOf))].map((id) => ({
      id,
      locations: steps
        .filter((step) => threadOf(step) === id)
        .map(({ index, text }) => ({
          location: { ...locationOf(finding, index), ...saying(text) },
          executionOrder: index + 1,
          importance: deciding.has(index) ? 'essential' : 'important',
        })),
    })),
  };
}

/** How @finding stands to a baseline: what is known is no news, and is not to be acted on. */
function stateOf(finding: Finding, baseline: Baseline | null): object {
  if (baseline === null) return {};
  if (baseline.fresh.includes(finding)) return { baselineState: 'new' };
  const suppressions = [{ kind: 'external', status: 'accepted', justification: 'in the baseline' }];
  return { baselineState: 'unchanged', suppressions };
}

function goneResult(gone: KnownFinding, ids: readonly string[]): object {
  const { property, window, class: kind } = gone;
  return {
    ...ruleOf(property, ids),
    kind: 'fail',
    level: 'note',
    message: { text: `${windowText({ window })} on ${kind} is in the baseline, and is gone` },
    partialFingerprints: { 'racewindow/v1': fingerprint(gone) },
    baselineState: 'absent',
  };
}

/** What was not decided, and what is broken although no finding tells how. */
function openResults(report: CheckReport, ids: readonly string[]): object[] {
  const { verdicts, windows = [], findings, noticed = [] } = report;
  const cycles = noticed.filter(({ kind }) => kind === 'lock-order').map((n) => n.because);
  const told = new Set(findings.map(({ property }) => property));
  const rows: readonly (Verdict | WindowVerdict)[] = [...windows, ...verdicts];
  return rows.flatMap((row) => {
    const id = 'window' in row ? row.window : row.property;
    const where = `${id} on ${plural(row.devices.length, 'device')}`;
    const kind = openKinds[row.outcome];
    if (kind !== undefined) {
      const because = row.reason === undefined ? '' : `: ${row.reason}`;
      const text = `${where}: ${row.outcome}${because}`;
      return [{ ...ruleOf(id, ids), kind, level: 'none', message: { text } }];
    }
    if (row.outcome !== 'violated' || told.has(id)) return [];
    const text = [`${where} is violated`, ...cycles].join('; ');
    return [{ ...ruleOf(id, ids), kind: 'fail', level: 'warning', message: { text } }];
  });
}

/** What is no failure, and no pass either. */
export const openKinds: Readonly<
  Partial<Record<Verdict['outcome'] | WindowVerdict['outcome'], string>>
> = { bounded: 'open', 'not reached': 'open', 'n.a.': 'notApplicable' };
