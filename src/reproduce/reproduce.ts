// SPDX-License-Identifier: GPL-2.0-only
// From a finding to a word: waits that are proved, a machine that has the scene, two boots.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { Finding } from '#finding/finding';
import type { Reproduction } from '#finding/reproduction';
import { readFirmwareFile } from '#firmware/file';
import { findRevision, type Revision } from '#kernel/index';
import { clientsOf, readPlatform } from '#platform/index';
import type { World } from '#worlds/world';
import { boardFile, boot, buildGuest, findKernel } from './machine.ts';
import { planFor, proofOf, type WaitPlan } from './plan.ts';
import type { Proof } from './prove.ts';
import { judge, seenIn } from './verdict.ts';
import { waitText } from './waits.ts';

/** What is asked for. */
interface ReproduceOptions {
  /** The series of the kernel that is booted. */
  readonly kernel: string;
  /** The folder for logs and what is built; null: boot nothing. */
  readonly out: string | null;
}

/** Force @finding, which was made under @revision, upon a kernel. */
export async function reproduce(
  finding: Finding,
  revision: Revision,
  { kernel, out }: ReproduceOptions,
): Promise<Result<Reproduction, UserError>> {
  const target = findRevision(kernel);
  if (!target.ok) return target;
  if (out !== null) {
    const fits = machineHas(finding);
    if (!fits.ok) return fits;
  }
  const files = out === null ? null : findKernel(kernel);
  if (files !== null && !files.ok) return files;
  const plan = planFor(finding, revision);
  if (!plan.ok) return plan;
  if (plan.value.waits === null) {
    const { tried, left } = plan.value;
    const hint = `the last of ${tried} sets of waits: ${left}`;
    return fail('RW500', `${finding.id}: no waits were found that leave no other order`, hint);
  }
  const told = tell(
    finding,
    revision,
    plan.value,
    proofOf(finding, target.value, plan.value.waits),
  );
  if (files === null || out === null) return ok(told);
  mkdirSync(out, { recursive: true });
  const guest = await buildGuest(files.value, out);
  if (!guest.ok) return guest;
  const base = ['go=1', ...argumentsFor(finding, told.waits)];
  const args = (order: boolean): string[] => base.filter((a) => order || !a.startsWith('order='));
  const booted = async (name: string, order: boolean) => {
    const log = await boot(files.value, guest.value, args(order), join(out, `${name}.log`));
    return seenIn(log, finding.property, told.device);
  };
  const control = await booted('control', false);
  const forced = await booted('forced', true);
  const verdict = judge(told, control, forced);
  return ok({ ...told, boot: { kernel: files.value.release, control, forced, ...verdict } });
}

const EXPECTED = {
  proved: 'breaks',
  escapes: 'may keep',
  stuck: 'stands still',
  bounded: 'not decided',
} as const;

function expectedOf(proof: Proof): Reproduction['expected'] {
  return proof.outcome === 'escapes' && proof.never ? 'keeps' : EXPECTED[proof.outcome];
}

function tell(finding: Finding, revision: Revision, plan: WaitPlan, proof: Proof): Reproduction {
  return {
    ...{ finding: finding.id, property: finding.property, window: finding.window },
    ...{ device: plan.device, found: nameOf(revision), waits: (plan.waits ?? []).map(waitText) },
    ...{ tried: plan.tried, states: plan.states, expected: expectedOf(proof), boot: null },
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
export function argumentsFor(finding: Finding, waits: readonly string[]): string[] {
  const points = waits.flatMap((wait) => wait.split('<'));
  const hooks = [...new Set(points.map((p) => p.replace(/^[a-z]+:|[+-]$/g, '')))].sort();
  const { instances } = finding.world as World;
  return [
    `dev=${finding.witness.subject}`,
    `iommu=${instances[0]?.device ?? ''}`,
    `hooks=${hooks.join(',')}`,
    `order=${waits.join(',')}`,
  ];
}

/** What the machine can do: bind a platform client while its IOMMU registers. */
function machineHas(finding: Finding): Result<null, UserError> {
  const bytes = readFirmwareFile(boardFile);
  if (!bytes.ok) return bytes;
  const platform = readPlatform(bytes.value);
  if (!platform.ok) return platform;
  const clients = clientsOf(platform.value).filter(({ bus }) => bus === 'platform');
  const names = clients.map(({ name }) => name);
  const { subject } = finding.witness;
  const hint = `it has ${names.join(', ')}: check examples/boards/qemu-virt.dtb`;
  if (!names.includes(subject)) {
    return fail('RW503', `the machine has no platform client ${subject}`, hint);
  }
  const world = finding.world as World;
  const kinds = world.threads.map(({ kind }) => kind);
  const other = kinds.find((kind) => kind !== 'iommu-probe' && kind !== 'driver-attach');
  const what = world.firmware === 'acpi' ? 'ACPI' : other;
  if (what === undefined) return ok(null);
  return fail('RW503', `the machine has no scene with ${what} yet`, 'take another finding');
}
