// SPDX-License-Identifier: GPL-2.0-only
// A check that keeps its search in a file and is killed again and again; prints its result.

import { check } from '#checker/check';
import { Keeper } from '#checker/search/checkpoint/checkpoint';
import { findRevision } from '#kernel/index';
import { checkpointStore } from '#run/checkpoint-file';
import { watchedScene } from '#run/watched-scene';
import { worldsWith } from '../worlds.ts';

/** The largest of the generic worlds, with its search kept in @file if that is not ''. */
export function checkKept(file: string): string {
  const revision = findRevision('7.2');
  if (!revision.ok) throw new Error(revision.error.message);
  const [walks] = worldsWith('walk+walk');
  const scene = watchedScene(walks.world, revision.value, null);
  const checkpoint =
    file === '' ? undefined : checkpointStore({ file, digest: 'kept', everyMs: 0 });
  return JSON.stringify(check(scene, { checkpoint, explainMax: 0 }));
}

/** Die as from outside, right after so many checkpoints were written: on any machine the same. */
function dieAfter(saves: number): void {
  const { save } = Keeper.prototype;
  let left = saves;
  Keeper.prototype.save = function (search) {
    save.call(this, search);
    if (--left === 0) process.kill(process.pid, 'SIGKILL');
  };
}

if (process.argv[4] !== undefined) dieAfter(Number(process.argv[4]));
if (process.argv[2] === 'checkpoint-child') process.stdout.write(checkKept(process.argv[3] ?? ''));
