// SPDX-License-Identifier: GPL-2.0-only
// Which release a kernel says to be: `6.1.0-50-arm64 ... Debian 6.1.176-1` is 6.1.176.

import { inOrder } from './pattern.ts';

/** A release as numbers. */
export interface Release {
  readonly major: number;
  readonly minor: number;
  /** 0 for `6.15.0` and for what has none. */
  readonly patch: number;
  /** 1 for `-rc1`; null for a release. */
  readonly rc: number | null;
  /** The date of a linux-next, as in 20250313; null for others. */
  readonly next: string | null;
  /** As `uname -r` has it. */
  readonly text: string;
  /** Built by its user, or by a vendor: it may have more than the release has. */
  readonly isOwn: boolean;
  /** False where a distribution keeps the name of the first release, and tells no other. */
  readonly tellsPatch: boolean;
}

/** Characters of a release that are looked at. */
const RELEASE_MAX = 80;

/**
 * Plain releases, and those of distributions that stay close to them. Enterprise kernels (`el10`,
 * and `-150600` of SUSE) take over what they like from later ones.
 */
const KNOWN = new RegExp(
  `^\\d+\\.\\d+(?:\\.\\d+)?(?:-rc\\d+)?(?:-\\d{1,5}(?:\\.\\d+)?|-0\\.\\w+)*(?:[-+.](?:${[
    ...['generic', 'lowlatency', 'amd64', 'arm64', 'armmp', 'riscv64', 'cloud', 'rt', 'default'],
    ...['arch\\d+', 'lts', 'zen\\d+', 'deb\\d+', 'bpo', 'fc\\d+', 'x86_64', 'aarch64', '\\d{1,5}'],
  ].join('|')}))*$`,
);

/** The release in what follows "Linux version "; null where there is none. */
export function readRelease(version: string): Release | null {
  const text = (version.split(/\s/)[0] ?? '').slice(0, RELEASE_MAX);
  const m = /^(\d+)\.(\d+)(?:\.(\d+))?(?:[-~](rc\d+))?/.exec(text);
  if (m === null) return null;
  const plain = { major: m[1]!, minor: m[2]!, patch: m[3] ?? '0' };
  const own = packaged(version).find((r) => r.major === plain.major && r.minor === plain.minor);
  const rc = m[4] ?? null;
  const next = /-next-?(\d{8})/.exec(text);
  return {
    major: Number(plain.major),
    minor: Number(plain.minor),
    patch: Number((own ?? plain).patch),
    rc: rc === null ? null : Number(rc.slice(2)),
    next: next?.[1] ?? null,
    text,
    isOwn: !KNOWN.test(text),
    tellsPatch: own !== undefined || !/^\d+\.\d+\.0-\d/.test(text),
  };
}

const OF_TRACE = inOrder(
  /^CPU: \d+ (?:UID: \d+ )?PID: \d+ Comm: .{1,40}? (?:Not tainted|Tainted: [A-Z -]+?) +/,
  /(\d+\.\d+\S* #.*)$/,
);
const OF_UNAME = /^Linux \S{1,64} (\d+\.\d+\S* #\d.*)$/;

/**
 * The release, and what stands behind it, where a call trace or `uname -a` names it, as in "CPU: 1
 * PID: 13 Comm: swapper/0 Not tainted 6.14.0-rc3 #315"; null elsewhere.
 */
export function runningIn(body: string): { text: string; by: 'trace' | 'uname' } | null {
  const ofTrace = OF_TRACE.exec(body)?.[1];
  if (ofTrace !== undefined) return { text: ofTrace, by: 'trace' };
  const ofUname = OF_UNAME.exec(body)?.[1];
  return ofUname === undefined ? null : { text: ofUname, by: 'uname' };
}

/**
 * Distributions keep the name of the first release and tell the true one beside; compilers are of
 * distributions, too.
 */
function packaged(version: string): { major: string; minor: string; patch: string }[] {
  const told = version.matchAll(/(?:\bDebian |\(Ubuntu \S+ )(\d+)\.(\d+)\.(\d+)[-)]/g);
  return [...told].map((m) => ({ major: m[1]!, minor: m[2]!, patch: m[3]! }));
}
