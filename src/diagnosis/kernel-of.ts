// SPDX-License-Identifier: GPL-2.0-only
// Which revision of the model stands for the release that a log names.

import { listed } from '#base/text';
import {
  type Commit,
  commitLine,
  findRevision,
  placesOf,
  type Revision,
  revisionNames,
  revisionOfTree,
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
  const { major, minor, next, text } = release;
  if (next !== null) {
    return none(`${text} is a linux-next, which is between the kernels of the model`);
  }
  if (major < 6) return none(`${text} is older than the kernels of the model`);
  const revision = nearest(release);
  if (revision === null) {
    const names = revisionNames();
    const newest = names[names.length - 1]!;
    const [bigger, smaller] = newest.split('.').map(Number);
    const isNewer = major > bigger! || (major === bigger && minor > smaller!);
    return none(`${text} is ${isNewer ? 'newer' : 'other'} than the kernels of the model`);
  }
  const differs = differsFrom(revision, release);
  const isStable = stableTreeOf(seriesOf(release))?.revision === revision;
  const likeIt = `${text} has what ${revision.name} has, as far as the model goes`;
  const isIt = text === revision.name ? `${text} is a kernel of the model` : likeIt;
  const because = isStable ? `${text} is of that stable tree` : isIt;
  return { revision, exact: differs === null, because: differs ?? because };
}

function seriesOf({ major, minor }: Release): string {
  return `${major}.${minor}`;
}

/** The last revision of its series that is not later; of a candidate the whole if it has all. */
function nearest(release: Release): Revision | null {
  const { rc, patch } = release;
  const series = seriesOf(release);
  if (rc === null) return revisionOfTree(`${series}.${patch}`);
  const whole = revisionOfTree(series);
  const early = findRevision(`${series}-rc1`);
  return whole !== null && early.ok && landedIn(whole, series, rc).length > 0 ? early.value : whole;
}

/** The commits of @revision that came into @series after its candidate @after, up to @upTo. */
function landedIn(
  { commits }: Revision,
  series: string,
  after: number,
  upTo = Infinity,
): readonly Commit[] {
  return commits.filter(({ landed }) => {
    const rc = landed.startsWith(`v${series}-rc`) ? Number(landed.split('-rc')[1]) : 0;
    return rc > after && rc <= upTo;
  });
}

/** In what @release may differ from @revision, which is nearest; null where it can not. */
function differsFrom(revision: Revision, release: Release): string | null {
  const { patch, rc, text } = release;
  const series = seriesOf(release);
  const stable = stableTreeOf(series);
  const whole = revisionOfTree(series);
  if (rc !== null && whole !== null) {
    const later = revision === whole && landedIn(whole, series, rc).length > 0;
    if (later) return `${text} lacks what came into ${series} after it`;
    const since = revision !== whole && landedIn(whole, series, 1, rc).length > 0;
    if (since) return `${text} has a part of what came into ${series} after ${revision.name}`;
  }
  if (stable === null && patch > patchRead(revision)) {
    return `${text} may have taken over more than the ${revision.name} of the model has`;
  }
  if (stable?.matters === true && revision !== stable.revision && patch > 0) {
    return `${text} has a part of what its stable tree has taken over`;
  }
  return mayHaveMore(release);
}

/** The last release that @revision is known to stand for, as a number within its series. */
function patchRead({ name }: Revision): number {
  const [, patch = '0'] = /^\d+\.\d+\.(\d+)$/.exec(placesOf(name)?.release ?? name) ?? [];
  return Number(patch);
}

/** Why a release may have more than its number says; null where nothing speaks for it. */
function mayHaveMore({ text, isOwn, tellsPatch }: Release): string | null {
  if (isOwn) return `${text} is a tree of its own, which may have more or less`;
  return tellsPatch ? null : `${text} does not tell which stable release it is made of`;
}

function none(because: string): KernelOfLog {
  return { revision: null, exact: false, because };
}
