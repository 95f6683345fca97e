// SPDX-License-Identifier: GPL-2.0-only
// Deep links: the finding, the branch and the step that a page shows, as the hash of its address.
//
//   #finding=3&branch=41.0.modprobe,57.0.swapper/0&step=60
//
// Steps are counted from 1, as they are shown. A part of a branch is a step, the answer of the
// environment and the thread that goes on there.

import type { Fork } from './data.ts';
import { type ViewName, viewNames } from './views.ts';

/** Where a page is. */
export interface PagePlace {
  readonly finding: number | null;
  readonly branch: readonly Fork[];
  /** Index into the run; null: where the page thinks best. */
  readonly step: number | null;
  /** What is shown beside the findings; null: they are. */
  readonly view: ViewName | null;
  /** The kernel that the finding is held against; left out where there is none. */
  readonly kernel?: string | null;
  /** True: beside the finding stands the run with the two that decide the other way round. */
  readonly swapped?: boolean;
}

/** Branches of branches of a link at most. */
const FORKS_MAX = 16;

/** The place that @hash names; a part that is none is left out. */
export function readLink(hash: string): PagePlace {
  const values = new URLSearchParams(hash.replace(/^#/, ''));
  const branch = (values.get('branch') ?? '').split(',').flatMap((text) => forkOf(text) ?? []);
  const kernel = values.get('kernel');
  return {
    ...(kernel !== null && /^[\w.@+~-]{1,40}$/.test(kernel) ? { kernel } : {}),
    ...(values.get('swapped') === 'yes' ? { swapped: true } : {}),
    finding: numberOf(values.get('finding')),
    branch: branch.slice(0, FORKS_MAX),
    step: numberOf(values.get('step')),
    view: viewNames.find((name) => name === values.get('view')) ?? null,
  };
}

/** The hash that names @place; empty for the first page. */
export function linkTo({ finding, branch, step, view, kernel, swapped }: PagePlace): string {
  const parts: string[] = view === null ? [] : [`view=${view}`];
  if (finding !== null) parts.push(`finding=${finding + 1}`);
  if (branch.length > 0) parts.push(`branch=${branch.map(forkText).join()}`);
  if (kernel != null) parts.push(`kernel=${encodeURIComponent(kernel)}`);
  if (swapped === true) parts.push('swapped=yes');
  if (step !== null) parts.push(`step=${step + 1}`);
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

function forkText({ step, thread, choice }: Fork): string {
  // A thread's name may hold what parts a link.
  return `${step + 1}.${choice}.${encodeURIComponent(encodeURIComponent(thread))}`;
}

function forkOf(text: string): Fork | null {
  const [, step, choice, thread] = /^(\d{1,6})\.(\d{1,4})\.([^,]{1,400})$/.exec(text) ?? [];
  if (step === undefined || Number(step) < 1) return null;
  try {
    return { step: Number(step) - 1, choice: Number(choice), thread: decodeURIComponent(thread!) };
  } catch {
    return null;
  }
}

function numberOf(text: string | null): number | null {
  return text !== null && /^[1-9]\d{0,5}$/.test(text) ? Number(text) - 1 : null;
}
