// SPDX-License-Identifier: GPL-2.0-only
// What a machine says of itself beside its firmware: its kernel, its command line, its groups.
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import { printable, wrap } from '#base/text';
import { type KernelOfLog, kernelOf } from '#diagnosis/kernel-of';
import type { HostMachine } from '#firmware/machine';
import { readRelease } from '#log/index';
import { compareGroups, type Platform } from '#platform/index';
import { type LineSwitches, switchesOfLine } from '#worlds/command-line';

/** The kernel that is checked where nobody names one. */
const kernelUsual = '7.2';

/** The kernel named by `--kernel`: `auto` is that of the machine, if there is one. */
export function kernelNamed(name: string, machine: HostMachine | null): Result<string, UserError> {
  if (name !== 'auto') return ok(name);
  if (machine === null) return ok(kernelUsual);
  const { revision, because } = kernelOfMachine(machine);
  if (revision) return ok(revision.name);
  const hint = 'name the nearest with --kernel; racewindow kernels lists them';
  return fail('RW050', `no kernel stands for that of the machine: ${because}`, hint);
}

/** The revision that stands for the kernel of @machine. */
function kernelOfMachine({ release }: HostMachine): KernelOfLog {
  if (release !== null) return kernelOf(readRelease(release));
  return { revision: null, exact: false, because: 'it does not say its release' };
}

/** What the command line of the machine asks for, of what worlds know. */
export function axesOf(machine: HostMachine | null): LineSwitches {
  return switchesOfLine(machine?.commandLine ?? '');
}

/** Options that change what an IOMMU does, and that no world has. */
const notModelled: readonly (readonly [RegExp, string])[] = [
  [/^(iommu|intel_iommu|amd_iommu)=off$/, 'IOMMUs are switched off'],
  [/^iommu=pt$|^iommu\.passthrough=1$/, 'default domains are those of passthrough'],
  [/^iommu\.strict=0$/, 'flushes are lazy'],
  [/^driver_async_probe=(?!.*\*)/, 'some drivers probe asynchronously, those that are named'],
  [/^deferred_probe_timeout=/, 'the timeout of deferrals is another one'],
];

/** The machine against its platform, as lines of a report. */
export function machineLines(machine: HostMachine, platform: Platform): string[] {
  const out: string[] = ['This machine'];
  const say = (text: string): void => {
    out.push(...wrap(printable(text), { first: '  ', rest: '    ' }));
  };
  const { release, commandLine, groups, lacks } = machine;
  if (release !== null) {
    const { revision, exact, because } = kernelOfMachine(machine);
    const as = revision ? `, taken as ${revision.name}` : '';
    say(`kernel ${release}${as}${exact ? '' : `: ${because}`}`);
  }
  const axes = axesOf(machine);
  if (axes.asyncProbe) say('driver_async_probe=*: drivers probe on threads of their own');
  if (axes.strictDevlink) say('fw_devlink.strict=1');
  for (const word of (commandLine ?? '').split(/\s+/)) {
    const told = notModelled.find(([pattern]) => pattern.test(word));
    if (told) say(`${word}: ${told[1]}; the worlds do not have that`);
  }
  if (groups !== null) {
    const differences = compareGroups(platform, groups);
    const count = [...groups.values()].filter((names) => names.length > 0).length;
    if (differences.length === 0) say(`its ${count} IOMMU groups are those of the model`);
    for (const difference of differences) say(difference);
  }
  for (const lack of lacks) say(lack);
  return out;
}
