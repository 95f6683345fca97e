// SPDX-License-Identifier: GPL-2.0-only
// Findings and reports out of JSON text: parsed, held against the published schemas, or refused.

import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import type { CheckReport } from '#finding/report';

/** What a JSON file may hold. */
export type Document =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'report'; readonly report: CheckReport };

interface Validators {
  readonly finding: ValidateFunction;
  readonly report: ValidateFunction;
}

let validators: Validators | undefined;

function schemaText(name: string): string {
  return readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8');
}

/** The compiled schemas; made once, on first use. */
function compiled(): Validators {
  if (validators === undefined) {
    const schemas = new Ajv2020({ strict: true, allowUnionTypes: true });
    schemas.addSchema(JSON.parse(schemaText('finding-1')));
    validators = {
      finding: schemas.getSchema('finding-1.schema.json')!,
      report: schemas.compile(JSON.parse(schemaText('report-1'))),
    };
  }
  return validators;
}

/** Where findings and reports come from, for errors about a file that should be one. */
export const documentHint =
  'name a file written by racewindow check --out DIR, or by check --format json';

/** Read a finding or a report; @name is how the input is called in an error. */
export function parseDocument(text: string, name: string): Result<Document, UserError> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return fail('RW070', `${name}: not JSON`, documentHint);
  }
  const kind = kindOf(data);
  if (kind === null) {
    return fail(
      'RW071',
      `${name}: neither a racewindow finding nor a racewindow report`,
      documentHint,
    );
  }
  const validate = compiled()[kind];
  if (!validate(data)) {
    return fail(
      'RW071',
      `${name}: not a valid ${kind}: ${errorText(validate.errors?.[0])}`,
      `the format is in schema/${kind}-1.schema.json; write the file anew with racewindow check`,
    );
  }
  return kind === 'finding'
    ? ok({ kind, finding: data as unknown as Finding })
    : ok({ kind, report: data as unknown as CheckReport });
}

function kindOf(data: unknown): 'finding' | 'report' | null {
  if (typeof data !== 'object' || data === null) return null;
  const { format, tool } = data as { format?: unknown; tool?: { format?: unknown } | null };
  if (format === 'racewindow/finding@1') return 'finding';
  return tool?.format === 'racewindow/report@1' ? 'report' : null;
}

function errorText(error: ErrorObject | undefined): string {
  if (!error) return 'it does not match the schema';
  const where = error.instancePath === '' ? 'the top level' : error.instancePath;
  const extra = (error.params as { additionalProperty?: unknown }).additionalProperty;
  const named = typeof extra === 'string' ? ` (${extra})` : '';
  return `${where} ${error.message ?? 'does not match the schema'}${named}`;
}
