// SPDX-License-Identifier: GPL-2.0-only
// Which kernel sources are linked, with which flags, and which generated headers they expect.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Kernel files linked into the image, without `.c`; a tree that lacks one just goes without. */
export const KERNEL_FILES: readonly string[] = [
  'drivers/iommu/iommu',
  'drivers/iommu/of_iommu',
  'drivers/iommu/iommu-sysfs',
  'drivers/base/dd',
  'drivers/base/bus',
  'drivers/base/core',
  'drivers/base/driver',
  'drivers/base/platform',
  'drivers/base/class',
  'drivers/base/devres',
  'drivers/base/property',
  'drivers/base/swnode',
  'lib/klist',
  'lib/kobject',
  'lib/refcount',
  'lib/idr',
  'lib/xarray',
  'lib/radix-tree',
  'lib/string',
  'lib/find_bit',
  'lib/rbtree',
  'lib/ctype',
  'lib/list_sort',
  'lib/kasprintf',
  'lib/vsprintf',
  'lib/hexdump',
  'lib/kstrtox',
  'lib/bitmap',
  'kernel/notifier',
  'kernel/dma/mapping',
  'drivers/amba/bus',
  'drivers/pci/search',
  'drivers/pci/bus',
  'drivers/pci/host-bridge',
  'drivers/pci/pci-driver',
  'drivers/acpi/arm64/iort',
  'drivers/acpi/glue',
  'drivers/acpi/property',
  'drivers/acpi/scan',
  'drivers/of/base',
  'drivers/of/property',
  'drivers/of/device',
  'drivers/of/platform',
  'drivers/of/address',
];

/** Our own C beside them; see scene/. */
export const SCENE_FILES: readonly string[] = [
  'scene',
  'nodes',
  'buses',
  'acpi',
  'symbols',
  'iommus',
  'hooks',
  'locks',
];

/** Sources that must not be instrumented: the hooks themselves, and the locks. */
export const PLAIN_FILES: ReadonlySet<string> = new Set(['hooks', 'locks']);

const here = fileURLToPath(new URL('.', import.meta.url));

/** Folder of a data directory beside this module, in the sources or in the package. */
function dataDir(name: string): string {
  const beside = join(here, name);
  try {
    readdirSync(beside);
    return beside;
  } catch {
    return join(here, '../../../src/realc/build', name);
  }
}

export const shimDir = (): string => dataDir('shim');
export const sceneDir = (): string => dataDir('scene');
/** Programs that are run as processes of their own. */
export const processDir = (): string => dataDir('process');

/** Version of a tree, from its Makefile. */
export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
  readonly text: string;
}

/** Read VERSION and PATCHLEVEL of a tree; null where there is no kernel Makefile. */
export function kernelVersion(tree: string): KernelVersion | null {
  let text: string;
  try {
    text = readFileSync(join(tree, 'Makefile'), 'utf8').slice(0, 400);
  } catch {
    return null;
  }
  const get = (key: string): string | undefined =>
    new RegExp(`^${key}\\s*=\\s*(\\d+)`, 'm').exec(text)?.[1];
  const major = get('VERSION');
  const minor = get('PATCHLEVEL');
  if (major === undefined || minor === undefined) return null;
  const sub = get('SUBLEVEL') ?? '0';
  return { major: Number(major), minor: Number(minor), text: `${major}.${minor}.${sub}` };
}

/** Headers that Kbuild would generate for this tree: path below the include root -> text. */
export function generatedHeaders(tree: string, version: KernelVersion): Map<string, string> {
  const out = new Map<string, string>();
  const own = new Set(readdirSync(join(shimDir(), 'asm')));
  const head = '/* SPDX-License-Identifier: GPL-2.0-only */\n';
  for (const name of readdirSync(join(tree, 'include/asm-generic'))) {
    if (name.endsWith('.h') && !own.has(name)) {
      out.set(`asm/${name}`, `${head}#include <asm-generic/${name}>\n`);
    }
  }
  const ownUapi = new Set(readdirSync(join(shimDir(), 'uapi/asm')));
  for (const name of readdirSync(join(tree, 'include/uapi/asm-generic'))) {
    if (name.endsWith('.h') && !ownUapi.has(name)) {
      out.set(`uapi/asm/${name}`, `${head}#include <asm-generic/${name}>\n`);
    }
  }
  const code = version.major * 65536 + version.minor * 256;
  out.set(
    'uapi/linux/version.h',
    `${head}#define LINUX_VERSION_CODE ${code}\n` +
      '#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))\n',
  );
  out.set('generated/utsrelease.h', `${head}#define UTS_RELEASE "${version.text}"\n`);
  return out;
}

/** Include search path, in order. `k` is the kernel, `shim` ours, `gen` generated. */
export const INCLUDE_DIRS: readonly string[] = [
  'shim',
  'gen',
  'k/include',
  'shim/uapi',
  'gen/uapi',
  'k/include/uapi',
];

/** Headers every compilation starts with. */
export const FORCED_INCLUDES: readonly string[] = ['linux/kconfig.h', 'linux/compiler_types.h'];

const COMMON = [
  '--target=wasm32',
  '-nostdinc',
  '-std=gnu11',
  '-O2',
  '-mbulk-memory',
  '-gdwarf-4',
  '-fno-inline-functions',
  '-D__KERNEL__',
  '-D__linux__',
  '-D__DISABLE_EXPORTS',
  '-D__builtin_return_address(x)=((void*)0)',
  '-fshort-wchar',
  '-funsigned-char',
  '-fno-common',
  '-fno-strict-aliasing',
  '-fno-delete-null-pointer-checks',
  '-fms-extensions',
  '-fno-builtin',
  '-ffreestanding',
  '-fno-strict-overflow',
  '-fwrapv',
  '-Wno-everything',
  '-Werror=implicit-function-declaration',
  '-ferror-limit=4',
  '-fno-caret-diagnostics',
  '-fdebug-compilation-dir=.',
];

const TSAN = [
  '-Xclang',
  '-fsanitize=thread',
  '-mllvm',
  '-tsan-instrument-func-entry-exit=0',
  '-mllvm',
  '-tsan-distinguish-volatile=1',
];

/** Compiler flags of one file (source path without `.c`), without include paths and names. */
export function compileFlags(file: string, instrumented: boolean): string[] {
  const stem = basename(file).replaceAll('-', '_');
  return [
    ...COMMON,
    `-DKBUILD_MODFILE="${stem}"`,
    `-DKBUILD_BASENAME="${stem}"`,
    `-DKBUILD_MODNAME="${stem}"`,
    `-D__KBUILD_MODNAME=kmod_${stem}`,
    ...(instrumented ? TSAN : []),
  ];
}

/** Short content hash. */
export function sha(...parts: readonly (string | Uint8Array)[]): string {
  const h = createHash('sha256');
  for (const part of parts) h.update(part).update('\0');
  return h.digest('hex').slice(0, 32);
}
