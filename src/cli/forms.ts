// SPDX-License-Identifier: GPL-2.0-only
// The forms in which check and sweep print: one table each. The words of --format, the help and
// what is printed come from here; a form is loaded once it is asked for.

import { listed } from '#base/text';
import type { Baseline } from '#finding/baseline';
import type { CheckReport } from '#finding/report';
import type { SweepReport } from '#finding/sweep';
import type { Platform } from '#platform/index';
import type { ExitCode } from '#report/exit';
import type { FormName } from '#report/form-names';
import type { Show } from '#report/summary';
import type { Paint } from '#report/text';

/** What a check prints, with what it is told by. */
interface PrintedCheck {
  readonly report: CheckReport;
  /** The board; null: the worlds are generic. */
  readonly platform: Platform | null;
  readonly baseline: Baseline | null;
  readonly show: Show;
  readonly paint: Paint;
  readonly exitCode: ExitCode;
  readonly rules: readonly { readonly id: string; readonly name: string; readonly rule: string }[];
  readonly windows: readonly { readonly id: string; readonly name: string }[];
}

type Form<P> = (printed: P) => Promise<string>;

/** Forms of a check; `text` alone is for people at a terminal. */
export const checkForms = {
  text: async ({ report, baseline, show, paint, rules, windows }) => {
    const { textReport } = await import('#report/text');
    const names = { rules: namesOf(rules), windows: namesOf(windows) };
    return textReport(report, { paint, ...names, baseline, show });
  },
  mail: async (printed) => joined(printed, 'mail'),
  md: async (printed) => joined(printed, 'md'),
  json: async ({ report }) => (await import('#report/json')).reportJson(report),
  html: async ({ report, platform, baseline }) => {
    const [{ pageHtml }, { filePage, titleOfReport }, { boardView }, { noViews }, { asFound }] =
      await Promise.all([
        import('#view/html'),
        import('#view/build'),
        import('#view/views'),
        import('#view/model/views'),
        import('#run/told'),
      ]);
    const shown = baseline?.fresh ?? report.findings;
    // One finding is a page of its own.
    const isWhole = platform !== null && shown.length !== 1;
    const views = isWhole ? { ...noViews, board: boardView(platform, report, shown) } : noViews;
    return pageHtml(filePage(shown.map(asFound), titleOfReport(report), [], views));
  },
  junit: async (printed) => {
    const { junitXml } = await import('#report/junit');
    return junitXml([await resultsOf(printed)]);
  },
  ktap: async (printed) => {
    const { ktapText } = await import('#report/ktap');
    return ktapText([await resultsOf(printed)]);
  },
  sarif: async ({ report, baseline, exitCode, rules }) => {
    const { sarifJson } = await import('#report/sarif');
    return sarifJson(report, { rules, exitCode, baseline });
  },
  // A file for each finding, which --out writes.
  svg: async () => '',
  'trace.dat': async () => '',
} as const satisfies Readonly<Record<string, Form<PrintedCheck>>>;

/** What a sweep prints, with what it is told by. */
type PrintedSweep = Pick<PrintedCheck, 'exitCode' | 'rules'> & { readonly report: SweepReport };

/** Forms of a sweep. */
export const sweepForms = {
  text: async ({ report }) => (await import('#report/sweep')).sweepText(report),
  csv: async ({ report }) => (await import('#report/sweep')).sweepCsv(report),
  json: async ({ report }) => (await import('#report/sweep')).sweepJson(report),
  html: async ({ report }) => (await import('#report/sweep-html')).sweepHtml(report),
  junit: async ({ report }) => {
    const { sweepResults } = await import('#report/results');
    return (await import('#report/junit')).junitXml(sweepResults(report));
  },
  ktap: async ({ report }) => {
    const { sweepResults } = await import('#report/results');
    return (await import('#report/ktap')).ktapText(sweepResults(report));
  },
  sarif: async ({ report, ...told }) => {
    return (await import('#report/sweep-sarif')).sweepSarif(report, told);
  },
} as const satisfies Readonly<Record<string, Form<PrintedSweep>>>;

/** A word of --format. */
export type CheckForm = keyof typeof checkForms;
export type SweepForm = keyof typeof sweepForms;

/** The words of a table. */
export function wordsOf<F extends string>(forms: Readonly<Record<F, unknown>>): readonly F[] {
  return Object.keys(forms) as F[];
}

/** The words of a table as a line of --help has them: `text, csv or json`. */
export function wordsText(forms: Readonly<Record<string, unknown>>): string {
  return listed(wordsOf(forms));
}

/** The findings of a check in a form that they can follow each other in. */
async function joined({ report, baseline }: PrintedCheck, name: FormName): Promise<string> {
  const { findingForms } = await import('#report/finding-forms');
  return (baseline?.fresh ?? report.findings).map(findingForms[name].of).join('\n');
}

function namesOf(list: PrintedCheck['windows']): ReadonlyMap<string, string> {
  return new Map(list.map(({ id, name }) => [id, name]));
}

async function resultsOf({ report, baseline, rules, windows }: PrintedCheck) {
  const { checkResults } = await import('#report/results');
  return checkResults(report, { names: namesOf([...rules, ...windows]), baseline });
}
