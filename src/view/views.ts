// SPDX-License-Identifier: GPL-2.0-only
// A board, a matrix and a diagnosis as what a page shows of them, with the findings they lead to.

import type { Diagnosis, Prevention } from '#finding/diagnosis';
import type { Finding } from '#finding/finding';
import { gravestFirst } from '#finding/harm';
import type { CheckReport } from '#finding/report';
import type { Platform, PlatformDevice } from '#platform/index';
import type { MatrixFile } from '#report/validate';
import { windows } from '#windows/index';
import type { BoardClient, BoardView, LogView, MatrixView, OptionRow } from './model/views.ts';

/** What of a report a board is coloured by. */
type BoardReport = Pick<CheckReport, 'findings' | 'verdicts'>;

type Places = ReadonlyMap<Finding, number>;

const placesOf = (findings: readonly Finding[]): Places => new Map(findings.map((f, i) => [f, i]));

/**
 * Who is behind whom on @platform, and what @report has found about each; @shown: the findings that
 * the page has, all of them unless others are known from before.
 */
export function boardView(
  platform: Platform,
  report: BoardReport,
  shown: readonly Finding[] = report.findings,
): BoardView {
  const places = placesOf(shown);
  const client = (device: PlatformDevice): BoardClient => clientOf(device, report, places);
  const rows = platform.iommus.map((iommu) => {
    const behind = platform.devices.filter((d) => d.iommus.some((u) => u.iommu === iommu.name));
    const state = iommu.registers ? '' : `, never registers: ${iommu.because ?? 'not used'}`;
    return { name: iommu.name, facts: `${iommu.driver}${state}`, clients: behind.map(client) };
  });
  const apart = platform.devices.filter((d) => d.refersToIommu && d.iommus.length === 0);
  const none = { name: 'behind no IOMMU', facts: '', clients: apart.map(client) };
  return {
    title: platform.model === '' ? 'a board without a model name' : platform.model,
    rows: apart.length === 0 ? rows : [...rows, none],
    options: optionsAsked(report.findings),
    notes: platform.notes,
  };
}

function clientOf(device: PlatformDevice, report: BoardReport, places: Places): BoardClient {
  const { name, bus, groupKey, problem } = device;
  const own = gravestFirst(report.findings.filter((f) => f.devices.includes(name)));
  const [gravest] = own;
  // An id, and a mask or more behind it where its IOMMU has several cells.
  const ids = device.iommus.flatMap((use) =>
    use.ids.length === 0 ? [] : use.ids.map((id) => `0x${id.toString(16)}`).join('/'),
  );
  const facts = [
    bus,
    ...(ids.length === 0 ? [] : [`id ${ids.join(' ')}`]),
    ...(groupKey === null || groupKey === name ? [] : [`in the group of ${groupKey}`]),
    ...(problem === null ? [] : [`-${problem.errno}: ${problem.because}`]),
  ];
  return {
    name,
    facts: facts.join(', '),
    state: gravest === undefined ? outcomeOf(name, report) : (gravest.harm ?? 'unknown'),
    windows: [...new Set(own.map((f) => f.window ?? 'new?'))],
    options: optionsAsked(own),
    at: (gravest && places.get(gravest)) ?? null,
  };
}

/** What each boot option that was asked about does to the windows of @findings. */
export function optionsAsked(findings: readonly Finding[]): OptionRow[] {
  const known = findings.filter(({ window }) => window !== null);
  const names = [...new Set(known.flatMap(({ avoided = [] }) => avoided.map(({ what }) => what)))];
  return names.map((what) => {
    const answers = new Map<string, Set<Prevention['prevents']>>();
    for (const { window, avoided } of known) {
      const answer = avoided?.find((a) => a.what === what)?.prevents ?? 'can not tell';
      answers.set(window!, (answers.get(window!) ?? new Set()).add(answer));
    }
    const ids = [...answers.keys()].sort();
    const leaves = ids.filter((id) => answers.get(id)!.has('no'));
    const open = ids.filter((id) => !leaves.includes(id) && answers.get(id)!.has('can not tell'));
    const avoids = ids.filter((id) => !leaves.includes(id) && !open.includes(id));
    return { what, avoids, leaves, open };
  });
}

/** What can be said of a device that no finding is about. */
function outcomeOf(name: string, { verdicts }: BoardReport): 'holds' | 'not decided' | 'not asked' {
  const own = verdicts.filter((v) => v.devices.includes(name)).map((v) => v.outcome);
  if (own.length === 0) return 'not asked';
  const decided = own.every((o) => o === 'holds' || o === 'not reached' || o === 'n.a.');
  return decided && own.includes('holds') ? 'holds' : 'not decided';
}

/** A matrix, each cell with the gravest of @findings that is of its window and kernel. */
export function matrixView(matrix: MatrixFile, findings: readonly Finding[]): MatrixView {
  const places = placesOf(findings);
  const sorted = gravestFirst(findings);
  const { kernels } = matrix;
  const rows = matrix.windows.map((window) => {
    const title = windows.find((w) => w.id === window)?.title ?? '';
    const cells = kernels.map((kernel) => {
      const cell = matrix.cells.find((c) => c.window === window && c.kernel === kernel);
      const { state = 'n.a.', rules = [], buses = [], because = null } = cell ?? {};
      const how = `breaks ${rules.join(', ')} on ${buses.join(', ')}`;
      const note = state === 'found' ? how : (because ?? '');
      const finding = sorted.find((f) => f.window === window && f.revision.name === kernel);
      return { kernel, state, note, at: finding === undefined ? null : places.get(finding)! };
    });
    return { window, title, cells };
  });
  return { kernels, rows };
}

/** What a boot log came to. */
export function logView(diagnosis: Diagnosis): LogView {
  const named = windows.filter((w) => diagnosis.windows.some((own) => own.window === w.id));
  return { diagnosis, titles: Object.fromEntries(named.map((w) => [w.id, w.title])) };
}
