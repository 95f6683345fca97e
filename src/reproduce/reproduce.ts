// SPDX-License-Identifier: GPL-2.0-only
// From a finding to a word: waits that are proved, a machine that has the scene, two boots.
//
// A kernel with patches of the user's is booted beside the tree that they are for: under the same
// waits, so that what the patches change is all that differs.

import { join } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import type { BootedKernel, Reproduction } from '#finding/reproduction';
import {
  type Commit,
  findRevision,
  type Revision,
  revisionOfTree,
  withCommits,
} from '#kernel/index';
import { buildKernel } from './build-kernel.ts';
import { guestFile, guestFiles } from './guest-files.ts';
import { hooksAt } from './hooks.ts';
import { boot, buildGuest, EXPIRY_SECONDS, requireMachine } from './machine.ts';
import { expectedOf, planFor, type WaitPlan } from './plan.ts';
import type { MachineScene } from './scene.ts';
import { findKernel, type KernelFiles } from './stock.ts';
import type { KernelTree } from './tree.ts';
import { type Judgement, judge, seenIn } from './verdict.ts';
import { type Wait, waitText } from './waits.ts';

/** Where a machine is built, and where its logs are kept. */
interface Workshop {
  readonly dir: string;
  /** Write the sources of what is built in a folder of it; an error names what is in the way. */
  readonly write: (
    folder: string,
    files: readonly { readonly name: string; readonly text: string }[],
  ) => Promise<Result<unknown, UserError>>;
  /** Told what takes its time. */
  readonly say: (text: string) => void;
}

/** A tree that a kernel is built from, and what is known of it. */
export interface TreeKernel {
  readonly tree: KernelTree;
  /** Names of what it was changed by. */
  readonly patches: readonly string[];
  /** What its model has or lacks; null: nobody has said what the patches are in the model. */
  readonly model: {
    readonly with: readonly (string | Commit)[];
    readonly without: readonly string[];
  } | null;
}

/** What is asked for. */
interface ReproduceOptions {
  /** The series of the kernel that is booted, as a distribution has it; or a tree. */
  readonly on: string | TreeKernel;
  /** Null: nothing is loaded anywhere. */
  readonly scene: MachineScene | null;
  /** Null: boot nothing. */
  readonly out: Workshop | null;
}

/** A kernel to boot, and its model. */
interface Target {
  readonly model: Revision | null;
  readonly files: () => Promise<Result<KernelFiles, UserError>>;
}

/** Force @finding, which is one that is forced and was made under @revision, upon a kernel. */
export async function reproduce(
  finding: Finding,
  revision: Revision,
  { on, scene, out }: ReproduceOptions,
): Promise<Result<Reproduction, UserError>> {
  const targets = targetsOf(on, out?.say ?? (() => {}));
  if (!targets.ok) return targets;
  const { target, before } = targets.value;
  const ready = out && scene ? requireMachine(scene.firmware) : ok(null);
  if (!ready.ok) return ready;
  // A tree is built once the waits are known; what a stock kernel lacks is told before that.
  const there = out && scene && typeof on === 'string' ? await target.files() : ok(null);
  if (!there.ok) return there;
  const plan = planFor(finding, revision);
  if (!plan.ok) return plan;
  const { waits, tried, left } = plan.value;
  if (waits === null) {
    const hint = `the last of ${tried} sets of waits: ${left}`;
    return fail('RW500', `${finding.id}: no waits were found that leave no other order`, hint);
  }
  const told = {
    ...tell(finding, revision, plan.value),
    ...expectedUnder(finding, target, waits),
    ...{ patches: typeof on === 'string' ? [] : on.patches, boot: null },
    machine: scene && machineOf(scene),
  };
  if (out === null || scene === null) return ok(told);
  const trial = { finding, waits, scene, out };
  const first = before && (await bootOf(trial, before, 'without', null));
  if (first !== null && !first.ok) return first;
  const judged = first?.value ?? null;
  const done = await bootOf(trial, target, '', judged);
  if (!done.ok) return done;
  return ok({ ...told, boot: { ...done.value, logs: out.dir, without: judged } });
}

/** What is booted under @on, and what without its patches, if it has any. */
function targetsOf(
  on: string | TreeKernel,
  say: (text: string) => void,
): Result<{ readonly target: Target; readonly before: Target | null }, UserError> {
  if (typeof on === 'string') {
    const series = findRevision(on);
    if (!series.ok) return series;
    // A distribution's kernel has what the stable tree of its series has.
    const stable = findRevision(`${on}.y`);
    const model = stable.ok ? stable.value : series.value;
    return ok({ target: { model, files: async () => findKernel(on) }, before: null });
  }
  const { tree, model } = on;
  const base = revisionOfTree(tree.version);
  if (base === null) {
    const hint = 'racewindow kernels lists those that there are models of';
    return fail('RW504', `${tree.dir}: there is no model of ${tree.version}`, hint);
  }
  const changed = model === null ? ok(null) : withCommits(base, model);
  if (!changed.ok) return changed;
  const plain = { ...tree, overlay: new Map() };
  const isPatched = tree.overlay.size > 0;
  return ok({
    target: { model: changed.value, files: () => buildKernel(tree, say) },
    before: isPatched ? { model: base, files: () => buildKernel(plain, say) } : null,
  });
}

/** What @waits come to in the model of a kernel, and which that is. */
function expectedUnder(
  finding: Finding,
  { model }: Target,
  waits: readonly Wait[],
): Pick<Reproduction, 'expected' | 'model'> {
  if (model === null) return { expected: 'no model', model: null };
  return { expected: expectedOf(finding, model, waits), model: nameOf(model) };
}

/** What is booted on whichever kernel. */
interface Trial {
  readonly finding: Finding;
  readonly waits: readonly Wait[];
  readonly scene: MachineScene;
  readonly out: Workshop;
}

/** Boot @target twice; @name: of what is kept of it; @before: what came of it without patches. */
async function bootOf(
  { finding, waits, scene, out }: Trial,
  target: Target,
  name: string,
  before: Judgement | null,
): Promise<Result<BootedKernel, UserError>> {
  const files = await target.files();
  if (!files.ok) return files;
  const called = (what: string): string => (name === '' ? what : `${what}-${name}`);
  const sources = guestFiles.map((file) => ({ name: file, text: guestFile(file) }));
  const written = await out.write(called('build'), sources);
  if (!written.ok) return written;
  const log = (what: string): string => join(out.dir, `${called(what)}.log`);
  const guest = await buildGuest(files.value, join(out.dir, called('build')), log('build'));
  if (!guest.ok) return guest;
  const plan = {
    ...{ property: finding.property, window: finding.window, waits: waits.map(waitText) },
    ...expectedUnder(finding, target, waits),
  };
  const base = ['go=1', ...argumentsFor(scene, plan.waits)];
  const machine = { kernel: files.value, initramfs: guest.value, ...scene };
  const booted = async (what: string, args: readonly string[]) =>
    seenIn(await boot(machine, args, log(what)), finding.property, scene.subject);
  const free = base.filter((a) => !a.startsWith('order='));
  const control = await booted('control', free);
  const forced = await booted('forced', base);
  const { release: kernel, isStock } = files.value;
  const { expected, model } = plan;
  const seen = { control, forced, ...judge(plan, control, forced, before) };
  return ok({ kernel, isStock, expected, model, ...seen });
}

function tell(
  finding: Finding,
  revision: Revision,
  { device, waits, tried, states }: WaitPlan,
): Omit<Reproduction, 'machine' | 'boot' | 'expected' | 'model' | 'patches'> {
  return {
    ...{ finding: finding.id, property: finding.property, window: finding.window },
    ...{ device, found: nameOf(revision), waits: (waits ?? []).map(waitText), tried, states },
  };
}

function machineOf({ firmware, device, subject, iommu }: MachineScene): Reproduction['machine'] {
  return { firmware, device, subject, iommu };
}

/** `7.2 without da33e87bd2bf`: a revision keeps the name that it began with. */
function nameOf(revision: Revision): string {
  const base = findRevision(revision.name);
  const [had, has] = [base.ok ? base.value.commits : [], revision.commits].map((list) =>
    list.map(({ sha }) => sha),
  ) as [string[], string[]];
  const less = had.filter((sha) => !has.includes(sha));
  const more = has.filter((sha) => !had.includes(sha));
  const part = (word: string, list: readonly string[]): string =>
    list.length === 0 ? '' : ` ${word} ${list.join(', ')}`;
  return `${revision.name}${part('without', less)}${part('with', more)}`;
}

/** What the module is loaded with, but for `go=1`. */
export function argumentsFor(scene: MachineScene, waits: readonly string[]): string[] {
  const hooks = hooksAt(waits.flatMap((wait) => wait.split('<')));
  return [
    `dev=${scene.device}`,
    ...(scene.subject === scene.device ? [] : [`subject=${scene.subject}`]),
    `iommu=${scene.iommu}`,
    ...(scene.ready === null ? [] : [`ready=${scene.ready}`]),
    ...(scene.beside === null ? [] : [`beside=${scene.beside}`]),
    `act=${scene.act}`,
    ...(scene.async ? ['async=1'] : []),
    ...(scene.expires ? [`timeout=${4000 * EXPIRY_SECONDS}`] : []),
    `hooks=${hooks.join(',')}`,
    `order=${waits.join(',')}`,
  ];
}
