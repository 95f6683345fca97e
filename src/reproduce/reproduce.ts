// SPDX-License-Identifier: GPL-2.0-only
// From a finding to a word: waits that are proved, a machine that has the scene, two boots.

import { join } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import type { Reproduction } from '#finding/reproduction';
import { findRevision, type Revision } from '#kernel/index';
import { hooksAt } from './hooks.ts';
import { boot, buildGuest, findKernel, guestFile, guestFiles } from './machine.ts';
import { expectedOf, planFor, type WaitPlan } from './plan.ts';
import type { Expected } from './prove.ts';
import type { MachineScene } from './scene.ts';
import { judge, seenIn } from './verdict.ts';
import { waitText } from './waits.ts';

/** Where a machine is built, and where its logs are kept. */
interface Workshop {
  readonly dir: string;
  /** Write the sources of what is built there; an error names what is in the way. */
  readonly write: (
    files: readonly { readonly name: string; readonly text: string }[],
  ) => Promise<Result<unknown, UserError>>;
}

/** What is asked for. */
interface ReproduceOptions {
  /** The series of the kernel that is booted. */
  readonly kernel: string;
  /** Null: nothing is loaded anywhere. */
  readonly scene: MachineScene | null;
  /** Null: boot nothing. */
  readonly out: Workshop | null;
}

/** Force @finding, which is one that is forced and was made under @revision, upon a kernel. */
export async function reproduce(
  finding: Finding,
  revision: Revision,
  { kernel, scene, out }: ReproduceOptions,
): Promise<Result<Reproduction, UserError>> {
  const series = findRevision(kernel);
  if (!series.ok) return series;
  // A distribution's kernel has what the stable tree of its series has.
  const stable = findRevision(`${kernel}.y`);
  const target = stable.ok ? stable.value : series.value;
  const files = out && scene ? findKernel(kernel, scene.firmware) : null;
  if (files !== null && !files.ok) return files;
  if (out !== null) {
    const sources = guestFiles.map((name) => ({ name, text: guestFile(name) }));
    const written = await out.write(sources);
    if (!written.ok) return written;
  }
  const plan = planFor(finding, revision);
  if (!plan.ok) return plan;
  if (plan.value.waits === null) {
    const { tried, left } = plan.value;
    const hint = `the last of ${tried} sets of waits: ${left}`;
    return fail('RW500', `${finding.id}: no waits were found that leave no other order`, hint);
  }
  const comesTo = expectedOf(finding, target, plan.value.waits);
  const told = {
    ...tell(finding, revision, plan.value, { expected: comesTo, model: target.name }),
    machine: scene && { firmware: scene.firmware, device: scene.device, iommu: scene.iommu },
  };
  if (files === null || out === null || scene === null) return ok(told);
  const { dir: logs } = out;
  const guest = await buildGuest(files.value, logs);
  if (!guest.ok) return guest;
  const base = ['go=1', ...argumentsFor(scene, told.waits)];
  const machine = { kernel: files.value, initramfs: guest.value, firmware: scene.firmware };
  const args = (order: boolean): string[] => base.filter((a) => order || !a.startsWith('order='));
  const booted = async (name: string, order: boolean) => {
    const log = await boot(machine, args(order), join(logs, `${name}.log`));
    return seenIn(log, finding.property, scene.device);
  };
  const control = await booted('control', false);
  const forced = await booted('forced', true);
  const seen = { control, forced, ...judge(told, control, forced) };
  return ok({ ...told, boot: { kernel: files.value.release, logs, ...seen } });
}

function tell(
  finding: Finding,
  revision: Revision,
  plan: WaitPlan,
  target: { readonly expected: Expected; readonly model: string },
): Omit<Reproduction, 'machine'> {
  return {
    ...{ finding: finding.id, property: finding.property, window: finding.window },
    ...{ device: plan.device, found: nameOf(revision), waits: (plan.waits ?? []).map(waitText) },
    ...{ tried: plan.tried, states: plan.states, ...target, boot: null },
  };
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
    `iommu=${scene.iommu}`,
    `act=${scene.act}`,
    ...(scene.async ? ['async=1'] : []),
    `hooks=${hooks.join(',')}`,
    `order=${waits.join(',')}`,
  ];
}
