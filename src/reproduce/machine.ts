// SPDX-License-Identifier: GPL-2.0-only
// The machine: a Debian kernel as it is, our module and our first program, under QEMU.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';
import type { World } from '#worlds/world';
import { archive } from './archive.ts';

/** What builds and boots, and the Debian package that has it. */
const tools = {
  'qemu-system-aarch64': 'qemu-system-arm',
  'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu',
  make: 'make',
} as const;

const guestUrl = new URL('../../src/reproduce/guest/', import.meta.url);
const boardUrl = new URL('../../examples/boards/qemu-virt.dtb', import.meta.url);

/** The files that make up the module. */
export const moduleFiles = ['racewindow.h', 'order.c', 'client.c', 'scene.c', 'Makefile'] as const;

/** The files that a machine is built of. */
export const guestFiles = [...moduleFiles, 'init.c'] as const;

/** The text of a file of the guest. */
export function guestFile(name: string): string {
  return readFileSync(new URL(name, guestUrl), 'utf8');
}

/** The blob that the machine is booted with: what it has, `check` can be asked about. */
export const boardFile = fileURLToPath(boardUrl);

/** A kernel in the cache. */
interface KernelFiles {
  readonly dir: string;
  /** `7.2.12+deb13` */
  readonly release: string;
}

/** The UEFI firmware that hands ACPI tables to the kernel. */
const uefi = '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd';

/** The kernel of @series and the tools; an error names what is missing and who has it. */
export function findKernel(
  series: string,
  firmware: World['firmware'],
): Result<KernelFiles, UserError> {
  if (firmware === 'acpi' && !existsSync(uefi)) {
    return fail('RW501', `there is no ${uefi}`, 'Debian has it in the package qemu-efi-aarch64');
  }
  const path = (process.env['PATH'] ?? '').split(delimiter);
  for (const [tool, from] of Object.entries(tools)) {
    if (path.some((dir) => existsSync(join(dir, tool)))) continue;
    return fail('RW501', `${tool} is not installed`, `Debian has it in the package ${from}`);
  }
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const dir = join(cache, 'racewindow', 'kernels', series);
  if (!existsSync(join(dir, 'release'))) {
    const hint = `scripts/fetch-kernel ${series} brings it, if it is one that its --help names`;
    return fail('RW501', `the cache has no kernel ${series}`, hint);
  }
  return ok({ dir, release: readFileSync(join(dir, 'release'), 'utf8').trim() });
}

/** What a compiler that is older than the kernel's does not know is left out. */
const compiler = `#!/bin/sh
for word; do
	shift
	case $word in
	-fpatchable-function-entry=*) ;;
	-fmin-function-alignment=*) set -- "$@" "-falign-functions=\${word#*=}" ;;
	*) set -- "$@" "$word" ;;
	esac
done
exec aarch64-linux-gnu-gcc "$@"
`;

/** Build the module and the first program in @out/build; the path of the archive with both. */
export async function buildGuest(
  kernel: KernelFiles,
  out: string,
): Promise<Result<string, UserError>> {
  // make goes to the headers first: from there, a path that is relative leads nowhere.
  const work = resolve(out, 'build');
  writeFileSync(join(work, 'cc'), compiler, { mode: 0o755 });
  const headers = join(kernel.dir, 'usr/src', `linux-headers-${kernel.release}-arm64`);
  const made = await run(
    'make',
    ['-C', headers, `M=${work}`, `CC=${join(work, 'cc')}`, 'DEB_BUILD_ARCH=amd64', 'modules'],
    buildMsMax,
  );
  const init = join(work, 'init');
  const flags = ['-static', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-O1'];
  const args = [...flags, '-o', init, join(work, 'init.c')];
  const first = await run('aarch64-linux-gnu-gcc', args, buildMsMax);
  writeFileSync(join(out, 'build.log'), made.text + first.text);
  if (made.code !== 0 || first.code !== 0) {
    const log = join(out, 'build.log');
    return fail('RW502', `the module does not build for ${kernel.release}`, `see ${log}`);
  }
  const file = join(out, 'initramfs.cpio');
  const content = (name: string): Uint8Array => readFileSync(join(work, name));
  const module = { name: 'racewindow.ko', mode: 0o100644, data: content('racewindow.ko') };
  const program = { name: 'init', mode: 0o100755, data: content('init') };
  writeFileSync(file, archive([module, program]));
  return ok(file);
}

/** A build, and a boot, that take longer than this have hung. */
const buildMsMax = 300_000;
const bootMsMax = 180_000;

/** What boots: the kernel, the archive with the module, and who tells it of the devices. */
interface BootedMachine {
  readonly kernel: KernelFiles;
  readonly initramfs: string;
  readonly firmware: World['firmware'];
}

/** Boot it with @args for the module; the text of its serial console, kept as @log. */
export async function boot(
  { kernel, initramfs, firmware }: BootedMachine,
  args: readonly string[],
  log: string,
): Promise<string> {
  const image = join(kernel.dir, 'usr/lib/modules', `${kernel.release}-arm64`, 'vmlinuz');
  const acpi = firmware === 'acpi';
  const always = ['console=ttyAMA0', 'panic=-1', 'deferred_probe_timeout=-1'];
  const line = [...always, ...(acpi ? ['acpi=force'] : []), '--', ...args];
  const { text } = await run(
    'qemu-system-aarch64',
    [
      ...['-M', 'virt,iommu=smmuv3,gic-version=3', '-cpu', 'cortex-a57', '-smp', '2'],
      ...['-m', '1024', '-nic', 'none', '-nographic', '-no-reboot'],
      ...(acpi ? ['-bios', uefi] : ['-dtb', boardFile]),
      // A PCI function that copies by DMA to any address.
      ...['-device', 'edu,addr=1,dma_mask=0xffffffffff'],
      ...['-kernel', image, '-initrd', initramfs, '-append', line.join(' ')],
    ],
    bootMsMax,
  );
  writeFileSync(log, text);
  return text;
}

/** What ends a program that has no other wish. */
const ends = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Run a tool without input: its exit code and all that it says. Who ends us ends it, too. */
function run(
  command: string,
  args: readonly string[],
  timeout: number,
): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((finish) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout });
    const parts: Buffer[] = [];
    const textOf = (): string => Buffer.concat(parts).toString('utf8');
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => parts.push(d));
    const stop = (signal: NodeJS.Signals): void => {
      free();
      child.kill();
      process.kill(process.pid, signal);
    };
    const free = (): void => {
      for (const signal of ends) process.removeListener(signal, stop);
    };
    for (const signal of ends) process.once(signal, stop);
    const done = (code: number | null, text: string): void => {
      free();
      finish({ code, text });
    };
    child.on('error', (error) => done(null, `${error.message}\n`));
    child.on('close', (code) => done(code, textOf()));
  });
}
