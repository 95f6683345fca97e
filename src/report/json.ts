// SPDX-License-Identifier: GPL-2.0-only
// Reports and findings as JSON text: two-space indentation, keys in the order of their types.

import type { Finding } from '#finding/finding';
import type { CheckReport } from '#finding/report';

/** The report as `--format json` prints it. */
export function reportJson(report: CheckReport): string {
  const { tool, kernel, input, nothing, coverage, verdicts, properties, windows } = report;
  const { findings, noticed, timing } = report;
  const asked = { tool, kernel, input, nothing, coverage, verdicts, properties, windows };
  const ordered = { ...asked, findings, noticed, timing };
  const short = findings.map((f) => orderFinding(withoutPassing(f)));
  return `${JSON.stringify({ ...ordered, findings: short }, null, 2)}\n`;
}

/** A report names the passing run of a finding; its steps, as many again, are in --out alone. */
function withoutPassing(finding: Finding): Finding {
  const { why } = finding;
  if (!why?.pair?.trace) return finding;
  const { trace: _, ...pair } = why.pair;
  return { ...finding, why: { ...why, pair } };
}

/** One finding as `--out` writes it. */
export function findingJson(finding: Finding): string {
  return `${JSON.stringify(orderFinding(finding), null, 2)}\n`;
}

function orderFinding(finding: Finding): Finding {
  const { witness } = finding;
  const facts = Object.fromEntries(
    Object.keys(witness.facts)
      .sort()
      .map((key) => [key, witness.facts[key]!]),
  );
  return { ...finding, witness: { ...witness, facts } };
}
