// SPDX-License-Identifier: GPL-2.0-only
// A kernel tree as a build takes it: the part that our machine needs, patched, under a digest.
//
// Of folders that no kernel of ours is built of only what Kconfig and make read is taken: a sixth
// of the whole. The tree itself is read and never written.

import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';

/** A tree, and what patches make of it: path -> new content, null where a file is gone. */
export interface KernelTree {
  readonly dir: string;
  /** `7.2.12`, of its Makefile. */
  readonly version: string;
  readonly overlay: ReadonlyMap<string, Uint8Array | null>;
}

const drivers = [
  ...['accel', 'ata', 'block', 'bluetooth', 'comedi', 'crypto', 'cxl', 'edac', 'gpu', 'hid'],
  ...['hwmon', 'hv', 'i2c', 'iio', 'infiniband', 'input', 'isdn', 'leds', 'md', 'media', 'message'],
  ...['mfd', 'mtd', 'net', 'nvme', 'phy', 'pinctrl', 'platform', 'regulator'],
  ...['remoteproc', 'rpmsg', 'scsi', 'soundwire', 'spi', 'staging', 'target', 'thermal', 'usb'],
  ...['video', 'w1', 'watchdog'],
];
const architectures = [
  ...['alpha', 'arc', 'arm', 'csky', 'hexagon', 'loongarch', 'm68k', 'microblaze', 'mips'],
  ...['nios2', 'openrisc', 'parisc', 'powerpc', 'riscv', 's390', 'sh', 'sparc', 'um', 'xtensa'],
  'arm64/boot/dts',
];
const fileSystems = [
  ...['afs', 'bcachefs', 'btrfs', 'ceph', 'ext4', 'f2fs', 'gfs2', 'jfs', 'nfs', 'nfsd', 'ntfs'],
  ...['ntfs3', 'ocfs2', 'smb', 'ubifs', 'udf', 'xfs'],
];
const unneeded = new Set([
  ...['Documentation', 'net', 'rust', 'samples', 'sound', 'tools/perf', 'tools/testing'],
  ...drivers.map((name) => `drivers/${name}`),
  ...architectures.map((name) => `arch/${name}`),
  ...fileSystems.map((name) => `fs/${name}`),
]);

/** What is read of every folder, for the configuration is made of all of them. */
const described = /^(Kconfig|Makefile|Kbuild)/;
/** Of x86 a list is read: which system calls another architecture may lack. */
const x86 = /^arch\/x86\/(?!entry\/syscalls\/)/;

/** All that a build takes of the tree @dir, as sorted paths. */
function partOf(dir: string): string[] {
  const paths: string[] = [];
  const visit = (folder: string, describedOnly: boolean): void => {
    for (const entry of readdirSync(join(dir, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isTaken = !(describedOnly || x86.test(path)) || described.test(entry.name);
      if (!entry.isDirectory()) {
        if (isTaken) paths.push(path);
      } else if (entry.name !== '.git') {
        visit(path, describedOnly || unneeded.has(path));
      }
    }
  };
  visit('', false);
  return paths.sort();
}

/** The part of @tree that is built, or why none can be. */
export function readPart({ dir }: KernelTree): Result<readonly string[], UserError> {
  const whole = 'scripts/fetch-linux 7.2 --whole unpacks one and prints its path';
  if (!existsSync(join(dir, 'arch/arm64/Kconfig'))) {
    return fail('RW504', `${dir} is no whole kernel tree: it has no arch/arm64/Kconfig`, whole);
  }
  const made = ['.config', 'include/config', 'arch/arm64/include/generated'];
  const old = made.find((path) => existsSync(join(dir, path)));
  if (old === undefined) return ok(partOf(dir));
  const hint = 'make mrproper there, or give another';
  return fail('RW504', `${dir} has been built in: it has ${old}`, hint);
}

/** Digest of @paths in @tree, of what its patches make of them, and of @further. */
export function digestOf(
  { dir, overlay }: KernelTree,
  paths: readonly string[],
  further: readonly string[],
): string {
  const hash = createHash('sha256').update(JSON.stringify(further));
  const content = (path: string): Uint8Array | string => {
    const at = join(dir, path);
    const state = lstatSync(at);
    if (state.isSymbolicLink()) return `link ${readlinkSync(at)}`;
    return state.isFile() ? readFileSync(at) : '';
  };
  const add = (path: string, bytes: Uint8Array | string): void => {
    hash.update(`\0${path}\0${bytes.length}\0`).update(bytes);
  };
  for (const path of paths) if (!overlay.has(path)) add(path, content(path));
  for (const path of [...overlay.keys()].sort()) add(path, overlay.get(path) ?? 'gone');
  return hash.digest('hex').slice(0, 32);
}

/** Copy @paths of @tree to @to, as they are without its patches. */
export function copyPart({ dir }: KernelTree, paths: readonly string[], to: string): void {
  const folders = new Set(paths.map((path) => dirname(path)));
  for (const folder of folders) mkdirSync(join(to, folder), { recursive: true });
  for (const path of paths) {
    const [from, at] = [join(dir, path), join(to, path)];
    const state = lstatSync(from);
    if (state.isSymbolicLink()) symlinkSync(readlinkSync(from), at);
    else if (state.isFile()) {
      copyFileSync(from, at);
      chmodSync(at, state.mode | 0o600);
    }
  }
}

/** Put into @to, a copy of the tree, what the patches make of it. */
export function overlayPart({ overlay }: KernelTree, to: string): void {
  for (const [path, bytes] of overlay) {
    const at = join(to, path);
    if (bytes === null) rmSync(at, { force: true });
    else {
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, bytes);
    }
  }
}
