// SPDX-License-Identifier: GPL-2.0-only
// Which revision of the model stands for the release that a log names.

import {
  commitLine,
  findRevision,
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
  const { major, minor, patch, rc, next, text } = release;
  const series = `${major}.${minor}`;
  if (next !== null) {
    return none(`${text} is a linux-next, which is between the kernels of the model`);
  }
  if (major < 6) return none(`${text} is older than the kernels of the model`);
  if (series === '6.15') return of615(patch, rc, release);
  const stable = stableTreeOf(series);
  if (stable !== null && rc === null && patch >= stable.since) {
    const { revision } = stable;
    return { revision, exact: !release.isOwn, because: `${text} is of that stable tree` };
  }
  const found = findRevision(series);
  if (!found.ok) {
    const names = revisionNames();
    const newest = names[names.length - 1]!;
    const [bigger, smaller] = newest.split('.').map(Number);
    const isNewer = major > bigger! || (major === bigger && minor > smaller!);
    return none(`${text} is ${isNewer ? 'newer' : 'other'} than the kernels of the model`);
  }
  const isPart = stable?.matters === true && patch > 0;
  const because = isPart
    ? `${text} has a part of what its stable tree has taken over`
    : `${text} is that release`;
  return { revision: found.value, exact: !isPart && !release.isOwn, because };
}

/** Within v6.15 the fixes came one by one: two before its release, two in the first stable one. */
function of615(patch: number, rc: number | null, { text, isOwn }: Release): KernelOfLog {
  if (rc !== null && rc < 6) {
    return named('6.15-rc1', rc < 3 && !isOwn, `${text} is of the time of the model's 6.15-rc1`);
  }
  return patch === 0
    ? named('6.15.0', !isOwn, `${text} has neither of the fixes of 6.15.1`)
    : named('6.15.1', !isOwn, `${text} has the fixes of 6.15.1`);
}

function named(name: string, exact: boolean, because: string): KernelOfLog {
  const found = findRevision(name);
  return found.ok ? { revision: found.value, exact, because } : none(because);
}

function none(because: string): KernelOfLog {
  return { revision: null, exact: false, because };
}
