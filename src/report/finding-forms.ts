// SPDX-License-Identifier: GPL-2.0-only
// What a finding can be written as beside text, JSON and a page: each form a file of its own.

import type { Finding } from '#finding/finding';
import type { FormName } from './form-names.ts';
import { mailReport } from './mail.ts';
import { markdownReport } from './markdown.ts';
import { svgReport } from './svg.ts';
import { traceDat } from './trace-dat.ts';

/** A form: how it is made, and whether several can follow each other in one stream. */
interface Form {
  readonly of: (finding: Finding) => string | Uint8Array;
  readonly joins: boolean;
}

/** By their names. */
export const findingForms: Readonly<Record<FormName, Form>> = {
  mail: { of: mailReport, joins: true },
  md: { of: markdownReport, joins: true },
  svg: { of: svgReport, joins: false },
  'trace.dat': { of: traceDat, joins: false },
};
