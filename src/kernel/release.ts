// SPDX-License-Identifier: GPL-2.0-only
// From what `uname -r` prints to the revision that stands for it.
import { revisionNames } from './revisions.ts';

/** A revision for a release; @exact: it is that release, or the stable tree that it is from. */
export interface ReleaseMatch {
  readonly name: string;
  readonly exact: boolean;
}

/**
 * The revision for a release such as `6.12.107+deb13-arm64`: itself; else the newest one of its
 * stable tree that is no newer; else the stable tree; else the release that it stands on. Null
 * where none of that series is known.
 */
export function revisionOfRelease(release: string): ReleaseMatch | null {
  const m = /^(\d+)\.(\d+)(?:\.(\d+))?(?:-(rc\d+))?/.exec(release);
  if (!m) return null;
  const [, major, minor, patch, candidate] = m;
  const series = `${major}.${minor}`;
  const names = revisionNames();
  const has = (name: string): boolean => names.includes(name);
  const level = Number(patch ?? 0);
  if (candidate !== undefined && has(`${series}-${candidate}`)) {
    return { name: `${series}-${candidate}`, exact: true };
  }
  const levels = names
    .map((name) => (name.startsWith(`${series}.`) ? Number(name.slice(series.length + 1)) : NaN))
    .filter((n) => n <= level);
  if (levels.length > 0) {
    const nearest = Math.max(...levels);
    return { name: `${series}.${nearest}`, exact: nearest === level && candidate === undefined };
  }
  if (level > 0 && has(`${series}.y`)) return { name: `${series}.y`, exact: true };
  if (!has(series)) return null;
  return { name: series, exact: level === 0 && candidate === undefined };
}
