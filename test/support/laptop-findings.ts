// SPDX-License-Identifier: GPL-2.0-only
// Findings of the laptop of examples/, explained, as `check` tells them.
import type { Finding } from '#finding/finding';
import type { CheckOptions, CheckResult } from '#finding/report';
import { findRevision } from '#kernel/index';
import { checkPlatform } from '#questions/check';
import { laptop } from './boards.ts';

/** Those of its GPU under @kernel; in @windows only, unless that is null. */
export async function laptopFindings(
  kernel = '6.15.0',
  windows: readonly string[] | null = ['C09'],
): Promise<readonly Finding[]> {
  return (await laptopReport(kernel, windows)).findings;
}

/** The whole of what that check has come to. */
export async function laptopReport(
  kernel: string,
  windows: readonly string[] | null,
  more: Partial<CheckOptions> = {},
): Promise<CheckResult> {
  const revision = findRevision(kernel);
  if (!revision.ok) throw new Error(`${kernel} is not known`);
  return checkPlatform(
    laptop(),
    { revision: revision.value, userFixes: [] },
    {
      ...{ devices: ['3d00000.gpu'], properties: null, windows },
      ...{ asyncProbe: false, strictDevlink: false, strategy: { kind: 'exhaustive' } },
      ...{ statesMax: null, timeMaxMs: null, jobs: 1, ...more },
    },
    '0.1.0',
    () => undefined,
  );
}
