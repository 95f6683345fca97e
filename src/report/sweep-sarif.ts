// SPDX-License-Identifier: GPL-2.0-only
// A sweep as SARIF 2.1.0: a run for each kernel, and what each board comes to at its firmware.
//
// A sweep keeps no runs of a kernel, so that no line of one is told: a result stands at the file
// of the board, and names the devices. What was not decided is a result of the kind `open`.

import { plural } from '#base/text';
import type { SweepReport, SweptAnswer, SweptBoard } from '#finding/sweep';
import { openKinds, ruleOf, sarifLog, sarifTool } from './sarif.ts';
import { sweptKernel } from './sweep.ts';
import { windowText } from './words.ts';

/** What a sweep is told with. */
interface SweepSarifOptions {
  readonly rules: readonly { readonly id: string; readonly name: string; readonly rule: string }[];
  readonly exitCode: number;
}

/** @report as SARIF. */
export function sweepSarif(report: SweepReport, { rules, exitCode }: SweepSarifOptions): string {
  const ids = rules.map(({ id }) => id);
  return sarifLog(
    report.kernels.map((kernel, k) => ({
      ...sarifTool(report.tool, rules),
      automationDetails: { id: `racewindow/sweep/${sweptKernel(kernel)}` },
      originalUriBaseIds: { BOARDS: { description: { text: 'the folders that were swept' } } },
      invocations: [invocation(report, exitCode, k)],
      columnKind: 'utf16CodeUnits',
      results: report.boards.flatMap((board) => boardResults(board, k, ids)),
    })),
  );
}

function invocation({ boards, unread }: SweepReport, exitCode: number, k: number): object {
  const texts = [
    ...unread.map(({ name, code, message }) => `${name} was not read: ${code}: ${message}`),
    ...boards.flatMap(({ name, answers }) => {
      const answer = answers[k];
      if (!answer) return [];
      const hit = answer.bounded.map(({ limit, value }) => `${limit}=${value}`);
      return hit.length === 0 ? [] : [`${name}: ${hit.join(', ')} was hit: not a pass`];
    }),
  ];
  const notes = texts.map((text) => ({ level: 'warning', message: { text } }));
  return {
    executionSuccessful: exitCode === 0 || exitCode === 1 || exitCode === 3,
    exitCode,
    ...(notes.length === 0 ? {} : { toolExecutionNotifications: notes }),
  };
}

function boardResults({ name, answers }: SweptBoard, k: number, ids: readonly string[]): object[] {
  const answer = answers[k];
  const at = (devices: readonly string[]): object => ({
    locations: [
      {
        physicalLocation: {
          artifactLocation: {
            uri: name.split('/').map(encodeURIComponent).join('/'),
            uriBaseId: 'BOARDS',
          },
        },
        ...(devices.length === 0
          ? {}
          : { logicalLocations: devices.map((device) => ({ name: device, kind: 'device' })) }),
      },
    ],
  });
  if (!answer) {
    const message = { text: `${name}: not done, the sweep was stopped` };
    return [{ kind: 'open', level: 'none', message, ...at([]) }];
  }
  if (answer.nothing) {
    const message = { text: `${name}: no client is behind an IOMMU` };
    return [{ kind: 'notApplicable', level: 'none', message, ...at([]) }];
  }
  const broken = answer.breaks.map(({ property, window, devices }) => ({
    ...ruleOf(property, ids),
    kind: 'fail',
    level: 'warning',
    message: {
      text: `${windowText({ window })} on ${plural(devices.length, 'device')} of ${name}`,
    },
    ...at(devices),
    properties: { window, devices },
  }));
  return [...broken, ...openResults(name, answer, ids, at)];
}

/** What was not decided, and what is broken although no window or run tells how. */
function openResults(
  board: string,
  { verdicts, windows = [], breaks }: SweptAnswer,
  ids: readonly string[],
  at: (devices: readonly string[]) => object,
): object[] {
  const told = new Set(breaks.map(({ property }) => property));
  return [...windows, ...verdicts].flatMap((row) => {
    const id = 'window' in row ? row.window : row.property;
    const text = `${id} on ${plural(row.devices.length, 'device')} of ${board}: ${row.outcome}`;
    const said = { ...ruleOf(id, ids), message: { text }, ...at(row.devices) };
    const kind = openKinds[row.outcome];
    if (kind !== undefined) return [{ ...said, kind, level: 'none' }];
    if (row.outcome !== 'violated' || told.has(id)) return [];
    return [{ ...said, kind: 'fail', level: 'warning' }];
  });
}
