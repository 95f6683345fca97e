// SPDX-License-Identifier: GPL-2.0-only
// A check that keeps its search in a file and is killed again and again; prints its result.

import { check } from '#checker/check';
import { findRevision } from '#kernel/index';
import { watchedScene } from '#run/watched-scene';
import { worldsWith } from '../worlds.ts';

/** The largest of the generic worlds, with its search kept in @file if that is not ''. */
export function checkKept(file: string): string {
  const revision = findRevision('7.2');
  if (!revision.ok) throw new Error(revision.error.message);
  const [walks] = worldsWith('walk+walk');
  const scene = watchedScene(walks.world, revision.value, null);
  const checkpoint = file === '' ? undefined : { file, digest: 'kept', everyMs: 100 };
  return JSON.stringify(check(scene, { checkpoint, explainMax: 0 }));
}

if (process.argv[2] === 'checkpoint-child') process.stdout.write(checkKept(process.argv[3] ?? ''));
