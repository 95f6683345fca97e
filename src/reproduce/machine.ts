// SPDX-License-Identifier: GPL-2.0-only
// The machine: a kernel, our module and our first program, under QEMU.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { World } from '#worlds/world';
import { archive } from './archive.ts';
import { boardFile, unitsFile } from './guest-files.ts';
import { type KernelFiles, makeArguments } from './stock.ts';
import { requireTools, run } from './tool.ts';

/** What builds and boots, and the Debian package that has it. */
const tools = {
  'qemu-system-aarch64': 'qemu-system-arm',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu',
  make: 'make',
} as const;

/** The UEFI firmware that hands ACPI tables to the kernel. */
const uefi = '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd';

/** An error that names what is missing to boot by @firmware, and who has it. */
export function requireMachine(firmware: World['firmware']): Result<null, UserError> {
  if (firmware === 'acpi' && !existsSync(uefi)) {
    return fail('RW501', `there is no ${uefi}`, 'Debian has it in the package qemu-efi-aarch64');
  }
  return requireTools(tools);
}

/**
 * Build the module and the first program of the sources in @work; the path of an archive with
 * both. @log: what the compilers say.
 */
export async function buildGuest(
  kernel: KernelFiles,
  folder: string,
  log: string,
): Promise<Result<string, UserError>> {
  // make goes to the headers first: from there, a path that is relative leads nowhere.
  const work = resolve(folder);
  const args = ['-C', kernel.headers, `M=${work}`, ...makeArguments(kernel, work), 'modules'];
  const made = await run('make', args, buildMsMax);
  const flags = ['-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-O1'];
  const output = ['-o', join(work, 'init'), join(work, 'init.c')];
  const first = await run('aarch64-linux-gnu-gcc', [...flags, ...output], buildMsMax);
  writeFileSync(log, made.text + first.text);
  if (made.code !== 0 || first.code !== 0) {
    return fail('RW502', `the module does not build for ${kernel.release}`, `see ${log}`);
  }
  const file = join(work, 'initramfs.cpio');
  const content = (name: string): Uint8Array => readFileSync(join(work, name));
  const module = { name: 'racewindow.ko', mode: 0o100644, data: content('racewindow.ko') };
  const program = { name: 'init', mode: 0o100755, data: content('init') };
  writeFileSync(file, archive([module, program]));
  return ok(file);
}

/**
 * After so long the kernel gives deferral up, where it does. The time begins anew when the module
 * registers a driver: long enough to come to that, however busy the machine.
 */
export const EXPIRY_SECONDS = 10;

/** A build, and a boot, that take longer than this have hung. */
const buildMsMax = 300_000;
const bootMsMax = 180_000;

/** What boots: the kernel, the archive with the module, and who tells it of the devices. */
interface BootedMachine {
  readonly kernel: KernelFiles;
  readonly initramfs: string;
  readonly firmware: World['firmware'];
  /** The kernel gives deferral up after a while. */
  readonly expires: boolean;
  /** Its IOMMUs are those that our module drives. */
  readonly hasUnits: boolean;
}

/** Boot it with @args for the module; the text of its serial console, kept as @log. */
export async function boot(
  { kernel, initramfs, firmware, expires, hasUnits }: BootedMachine,
  args: readonly string[],
  log: string,
): Promise<string> {
  const acpi = firmware === 'acpi';
  const timeout = expires ? EXPIRY_SECONDS : -1;
  const always = ['console=ttyAMA0', 'panic=-1', 'oops=panic', `deferred_probe_timeout=${timeout}`];
  const line = [...always, ...(acpi ? ['acpi=force'] : []), '--', ...args];
  const { text } = await run(
    'qemu-system-aarch64',
    [
      ...['-M', 'virt,iommu=smmuv3,gic-version=3', '-cpu', 'cortex-a57', '-smp', '2'],
      ...['-m', '1024', '-nic', 'none', '-nographic', '-no-reboot'],
      ...(acpi ? ['-bios', uefi] : ['-dtb', hasUnits ? unitsFile : boardFile]),
      // A PCI function that copies by DMA to any address.
      ...['-device', 'edu,addr=1,dma_mask=0xffffffffff'],
      ...['-kernel', kernel.image, '-initrd', initramfs, '-append', line.join(' ')],
    ],
    bootMsMax,
  );
  writeFileSync(log, text);
  return text;
}
