// SPDX-License-Identifier: GPL-2.0-only
// Which revision of the model stands for the release that a log names.

import { listed } from '#base/text';
import {
  commitLine,
  findRevision,
  placesOf,
  type Revision,
  revisionNames,
  stableTreeOf,
} from '#kernel/index';
import type { LogStory, Release } from '#log/index';
import { eventsOf } from '#log/story';

/** A revision of the model, and how well it stands for the release. */
export interface KernelOfLog {
  readonly revision: Revision | null;
  /** False where the release may differ from it in what matters. */
  readonly exact: boolean;
  readonly because: string;
}

/** The kernel that @story names, unless it prints what that kernel does not have. */
export function kernelOfLog(story: LogStory): KernelOfLog {
  const { releases } = story;
  if (releases.length > 1) {
    const names = releases.length < 5 ? listed(releases, 'and') : `${releases.length} releases`;
    return none(`the log names ${names}: which has printed what is not told`);
  }
  const kernel = kernelOf(story.release);
  const { revision } = kernel;
  if (revision === null) return kernel;
  const has = (sha: string) => revision.commits.some((commit) => commit.sha === sha);
  const [other] = printed(story).filter((sha) => !has(sha));
  if (other === undefined) return kernel;
  const text = story.release?.text ?? revision.name;
  return none(`${text} prints a line of ${commitLine(other)}, which ${revision.name} lacks`);
}

/** The commits that have brought a line which the log has. */
function printed({ log }: LogStory): string[] {
  return eventsOf(log, 'late').length === 0 ? [] : ['bcb81ac6ae3c'];
}

/** The revision that stands for @release. */
export function kernelOf(release: Release | null): KernelOfLog {
  if (release === null) return none('the log does not name its kernel');
  const { major, minor, patch, rc, next, text, isOwn } = release;
  const series = `${major}.${minor}`;
  if (next !== null) {
    return none(`${text} is a linux-next, which is between the kernels of the model`);
  }
  if (major < 6) return none(`${text} is older than the kernels of the model`);
  if (series === '6.15') return of615(patch, rc, release);
  const stable = stableTreeOf(series);
  if (stable !== null && rc === null && patch >= stable.since) {
    const { revision } = stable;
    return { revision, exact: !isOwn, because: `${text} is of that stable tree` };
  }
  const found = findRevision(series);
  if (!found.ok) {
    const names = revisionNames();
    const newest = names[names.length - 1]!;
    const [bigger, smaller] = newest.split('.').map(Number);
    const isNewer = major > bigger! || (major === bigger && minor > smaller!);
    return none(`${text} is ${isNewer ? 'newer' : 'other'} than the kernels of the model`);
  }
  const differs = differsFrom(found.value, release);
  return {
    revision: found.value,
    exact: differs === null,
    because: differs ?? `${text} has what ${series} has, as far as the model goes`,
  };
}

/** In what @release may differ from @revision, the first of its series; null where it can not. */
function differsFrom({ name, commits }: Revision, release: Release): string | null {
  const { patch, rc, text } = release;
  const stable = stableTreeOf(name);
  const later = commits.filter(({ landed }) => {
    const [, n] = landed.startsWith(`v${name}-`) ? (/-rc(\d+)$/.exec(landed) ?? []) : [];
    return rc !== null && Number(n ?? 0) > rc;
  });
  if (later.length > 0) return `${text} lacks what came into ${name} after it`;
  if (stable?.matters === true && patch > 0) {
    return `${text} has a part of what its stable tree has taken over`;
  }
  if (stable === null && patch > patchRead(name)) {
    return `${text} may have taken over more than the ${name} of the model has`;
  }
  return mayHaveMore(release);
}

/** The last release of the series @name in which the model was read, beyond its first. */
function patchRead(name: string): number {
  const [, patch = '0'] = /^\d+\.\d+\.(\d+)$/.exec(placesOf(name)?.release ?? '') ?? [];
  return Number(patch);
}

/** Why a release may have more than its number says; null where nothing speaks for it. */
function mayHaveMore({ text, isOwn, tellsPatch }: Release): string | null {
  if (isOwn) return `${text} is a tree of its own, which may have more or less`;
  return tellsPatch ? null : `${text} does not tell which stable release it is made of`;
}

/** Within v6.15 the fixes came one by one: two before its release, two in the first stable one. */
function of615(patch: number, rc: number | null, release: Release): KernelOfLog {
  const { text } = release;
  const more = mayHaveMore(release);
  if (rc !== null && rc < 6) {
    const because = `${text} is of the time of the model's 6.15-rc1`;
    return named('6.15-rc1', rc < 3 && more === null, because);
  }
  if (patch === 0) {
    return named('6.15.0', more === null, more ?? `${text} has neither of the fixes of 6.15.1`);
  }
  const isFirst = patch === 1 && more === null;
  return named(
    '6.15.1',
    isFirst,
    `${text} has the fixes of 6.15.1${isFirst ? '' : ', if not more'}`,
  );
}

function named(name: string, exact: boolean, because: string): KernelOfLog {
  const found = findRevision(name);
  return found.ok ? { revision: found.value, exact, because } : none(because);
}

function none(because: string): KernelOfLog {
  return { revision: null, exact: false, because };
}
