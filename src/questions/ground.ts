// SPDX-License-Identifier: GPL-2.0-only
// Where else a question could be asked: worlds that were not explored, and later kernels.

import type { KernelSpec } from '#finding/finding';
import type { CheckOptions } from '#finding/report';
import { findRevision, type Revision, revisionNames } from '#kernel/index';
import type { Platform } from '#platform/index';
import { specOf } from '#run/kernel-spec';
import { comesUnder } from './comes.ts';
import type { Ground, Later, Question } from './reach.ts';
import { type ChosenWorlds, chooseWorlds } from './worlds.ts';

/** What a check of @platform asks under @kernel, and how it could be asked otherwise. */
export function groundsOf(
  platform: Platform | null,
  options: CheckOptions,
  { revision, spec }: { readonly revision: Revision; readonly spec: KernelSpec },
  chosen: ChosenWorlds,
): Question {
  const plain = findRevision(revision.name);
  const isPlain = plain.ok && sameKernel(specOf(plain.value, []), spec);
  const later = (hasIt: (revision: Revision) => boolean): Later | null => {
    const names = revisionNames();
    const from = names.indexOf(plain.ok ? plain.value.name : revision.name);
    for (const name of names.slice(Math.max(0, from))) {
      const found = findRevision(name);
      if (!found.ok || !hasIt(found.value)) continue;
      const how = `--kernel ${name}${isPlain ? '' : ', no --with, no --without'}`;
      return { ...groundOf(chooseWorlds(platform, options, name), specOf(found.value, [])), how };
    }
    return null;
  };
  return { ...groundOf(chosen, spec), revision, later };
}

function groundOf({ worlds, elsewhere }: ChosenWorlds, spec: KernelSpec): Ground {
  return { worlds, elsewhere, comes: comesUnder(spec) };
}

function sameKernel(a: KernelSpec, b: KernelSpec): boolean {
  return a.commits.join() === b.commits.join() && b.userFixes.length === 0;
}
