// SPDX-License-Identifier: GPL-2.0-only
// Findings and reports out of JSON text: parsed, held against the published schemas, or refused.

import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { BaselineFile, KnownFinding } from '#finding/baseline';
import { incoherence } from '#finding/coherent';
import type { Diagnosis } from '#finding/diagnosis';
import type { Finding } from '#finding/finding';
import { readFinding } from '#finding/finding-1';
import type { CheckReport } from '#finding/report';
import type { MatrixCell } from './matrix.ts';

/** What a JSON file may hold. */
export type Document =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'report'; readonly report: CheckReport };

/** What a file says that it is. */
type Kind = 'finding-1' | 'finding-2' | 'report-1' | 'baseline-1' | 'matrix-1' | 'diagnosis-1';

type Validators = Readonly<Record<Kind, ValidateFunction>>;

let validators: Validators | undefined;

function schemaText(name: string): string {
  return readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8');
}

/** The compiled schemas; made once, on first use. */
function compiled(): Validators {
  if (validators === undefined) {
    const schemas = new Ajv2020({ strict: true, allowUnionTypes: true });
    schemas.addSchema(JSON.parse(schemaText('finding-1')));
    schemas.addSchema(JSON.parse(schemaText('finding-2')));
    validators = {
      'finding-1': schemas.getSchema('finding-1.schema.json')!,
      'finding-2': schemas.getSchema('finding-2.schema.json')!,
      'report-1': schemas.compile(JSON.parse(schemaText('report-1'))),
      'baseline-1': schemas.compile(JSON.parse(schemaText('baseline-1'))),
      'matrix-1': schemas.compile(JSON.parse(schemaText('matrix-1'))),
      'diagnosis-1': schemas.compile(JSON.parse(schemaText('diagnosis-1'))),
    };
  }
  return validators;
}

/** Where findings and reports come from, for errors about a file that should be one. */
export const documentHint =
  'name a file written by racewindow check --out DIR, or by check --format json';

/** Read a finding or a report; @name is how the input is called in an error. */
export function parseDocument(text: string, name: string): Result<Document, UserError> {
  const read = parseAny(text, name, documentHint);
  if (!read.ok) return read;
  const { value } = read;
  if (value.kind === 'finding' || value.kind === 'report') return ok(value);
  const what = `a ${value.kind}, which does not tell its findings`;
  return fail('RW071', `${name}: ${what}`, documentHint);
}

/** Whatever can be looked at. */
export type Viewed = Exclude<Any, { kind: 'baseline' }>;

/** Read what can be looked at: a finding, a report, a matrix or a diagnosis. */
export function parseViewed(text: string, name: string): Result<Viewed, UserError> {
  const read = parseAny(text, name, documentHint);
  if (!read.ok) return read;
  if (read.value.kind !== 'baseline') return ok(read.value);
  return fail('RW071', `${name}: a baseline, which does not tell its findings`, documentHint);
}

/** Where baselines come from, for errors about a file that should be one. */
export const baselineHint = 'name a file written by racewindow check --write-baseline FILE';

/** What stands for a baseline: one, or a report or a finding, which is no file of that kind. */
interface BaselineDocument {
  readonly file: BaselineFile | null;
  readonly findings: readonly KnownFinding[];
}

/** Read a baseline, or a report or a finding in its place. */
export function parseBaseline(text: string, name: string): Result<BaselineDocument, UserError> {
  const read = parseAny(text, name, baselineHint);
  if (!read.ok) return read;
  const { value } = read;
  switch (value.kind) {
    case 'baseline':
      return ok({ file: value.file, findings: value.file.findings });
    case 'report':
      return ok({ file: null, findings: value.report.findings });
    case 'finding':
      return ok({ file: null, findings: [value.finding] });
    default:
      return fail('RW071', `${name}: a ${value.kind}, which tells no findings`, baselineHint);
  }
}

/** What `matrix --format json` prints. */
export interface MatrixFile {
  readonly windows: readonly string[];
  readonly kernels: readonly string[];
  readonly cells: readonly MatrixCell[];
}

type Any =
  | Document
  | { readonly kind: 'baseline'; readonly file: BaselineFile }
  | { readonly kind: 'matrix'; readonly matrix: MatrixFile }
  | { readonly kind: 'diagnosis'; readonly diagnosis: Diagnosis };

function parseAny(text: string, name: string, hint: string): Result<Any, UserError> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return fail('RW070', `${name}: not JSON`, hint);
  }
  const kind = kindOf(data);
  if (kind === null) {
    const message = `${name}: neither a racewindow finding nor a racewindow report`;
    return fail('RW071', hint === baselineHint ? `${message}, nor a baseline` : message, hint);
  }
  const validate = compiled()[kind];
  const invalid = (what: string): Result<never, UserError> =>
    fail(
      'RW071',
      `${name}: not a valid ${kind.replace(/-\d$/, '')}: ${what}`,
      `the format is in schema/${kind}.schema.json; write the file anew with racewindow check`,
    );
  if (!validate(data)) return invalid(errorText(validate.errors));
  if (kind === 'baseline-1') return ok({ kind: 'baseline', file: data as BaselineFile });
  if (kind === 'matrix-1') return ok({ kind: 'matrix', matrix: data as MatrixFile });
  if (kind === 'diagnosis-1') return ok({ kind: 'diagnosis', diagnosis: data as Diagnosis });
  const report = kind === 'report-1' ? (data as unknown as CheckReport) : null;
  const findings = report === null ? [readFinding(data)] : report.findings.map(readFinding);
  for (const [i, finding] of findings.entries()) {
    const wrong = incoherence(finding);
    if (wrong !== null) return invalid(report === null ? wrong : `/findings/${i}${wrong}`);
  }
  if (report !== null) return ok({ kind: 'report', report: { ...report, findings } });
  return ok({ kind: 'finding', finding: findings[0]! });
}

function kindOf(data: unknown): Kind | null {
  if (typeof data !== 'object' || data === null) return null;
  const { format, tool } = data as { format?: unknown; tool?: { format?: unknown } | null };
  if (format === 'racewindow/finding@1') return 'finding-1';
  if (format === 'racewindow/finding@2') return 'finding-2';
  if (format === 'racewindow/baseline@1') return 'baseline-1';
  if (format === 'racewindow/matrix@1') return 'matrix-1';
  if (format === 'racewindow/diagnosis@1') return 'diagnosis-1';
  return tool?.format === 'racewindow/report@1' ? 'report-1' : null;
}

function errorText(errors: readonly ErrorObject[] | null | undefined): string {
  // That "then" or "else" does not match says nothing; what does not match in it does.
  const error = errors?.find((e) => e.keyword !== 'if');
  if (!error) return 'it does not match the schema';
  const where = error.instancePath === '' ? 'the top level' : error.instancePath;
  const extra = (error.params as { additionalProperty?: unknown }).additionalProperty;
  const named = typeof extra === 'string' ? ` (${extra})` : '';
  return `${where} ${error.message ?? 'does not match the schema'}${named}`;
}
