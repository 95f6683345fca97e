// SPDX-License-Identifier: GPL-2.0-only
// A patch judged in the kernel's own C: what it closes, opens and leaves against the tree without.
//
// Both sides are searched in the same worlds with the same bounds. A bound of preemptions is none
// of time: that something is closed means that all runs up to it were made, and none shows it.

import type { Finding } from '#finding/finding';
import type { CheckOptions } from '#finding/report';
import type { Platform } from '#platform/index';
import { type Trial, trialOf } from '#questions/try';
import { SourceError } from '#realc/build/errors';
import { type BuildOptions, buildTree, type KernelImage, patchTree } from '#realc/build/image';
import type { PatchInput } from '#realc/build/patch';
import type { Explored } from '#run/explore';
import { threadsOf } from '#run/hands';
import { chosenWorlds, findingsOf, firstsOf } from './check.ts';
import { searchWorlds } from './search-all.ts';

/** Which tree, what it has already, and what is to be judged. */
interface SourceTryOptions extends Omit<BuildOptions, 'patches'> {
  /** Patches that both sides have. */
  readonly below: readonly PatchInput[];
  readonly patches: readonly PatchInput[];
  readonly check: CheckOptions;
  readonly world: string | null;
  onWorld?(done: number, total: number, world: string): void;
}

/** What a patch does, and to which version. */
interface SourceTrial {
  readonly version: string;
  readonly trial: Trial;
  /** Worlds that cannot be built of the kernel sources, with the reason. */
  readonly refused: readonly string[];
  /** Files of the patches that the tree does not hold. */
  readonly leftOut: readonly string[];
  /** What the patched tree shows, so what is opened and what is left. */
  readonly findings: readonly Finding[];
}

/** Search the worlds in @tree without and with the patches, and compare. */
export async function trySource(
  tree: string,
  platform: Platform | null,
  opt: SourceTryOptions,
): Promise<SourceTrial> {
  const { below, check } = opt;
  const patches = [...below, ...opt.patches];
  // A build takes minutes; whether the patches apply is known at once.
  const { leftOut } = patchTree(tree, { ...opt, patches });
  const base = await buildTree(tree, { ...opt, patches: below });
  const fixed = await buildTree(tree, { ...opt, patches });
  const worlds = firstsOf(chosenWorlds(platform, opt));
  const tasks = worlds.map(({ world }) => ({ world, check }));
  const refused = new Set<string>();
  let done = 0;
  const search = async (image: KernelImage) => {
    const answers = await searchWorlds(image, tasks, threadsOf(check.jobs), (i) =>
      opt.onWorld?.(++done, 2 * tasks.length, worlds[i]!.world.name),
    );
    const outcomes = answers.map((a, i) => ({ ...a, derived: worlds[i]!, stand: worlds[i]! }));
    const explored = answers.map(({ search: s, findings, refused: why }, i): Explored | null => {
      const { world, classKey } = worlds[i]!;
      if (s === null) {
        refused.add(why ?? world.name);
        return null;
      }
      const sightings = findings.map(({ property, window, witness }) => ({
        property,
        report: property,
        window,
        classKey,
        because: witness.because,
      }));
      const { runs: states, complete } = s;
      const looked = { windows: null, reached: [], switches: [] };
      const known = { world: world.name, classKey, sightings, ...looked };
      return { ...known, states, bounded: !complete };
    });
    return { outcomes, explored };
  };
  const { explored: before } = await search(base);
  const { explored: after, outcomes } = await search(fixed);
  if (refused.size > 0 && opt.world !== null) {
    throw new SourceError('RW309', [...refused][0]!, 'choose another world');
  }
  const pairs = before.flatMap((b, i) => (b && after[i] ? [[b, after[i]] as const] : []));
  const trial = trialOf(pairs);
  const findings = findingsOf(fixed, outcomes, { ...opt, patches });
  return { version: base.version.text, trial, refused: [...refused].sort(), leftOut, findings };
}
