// SPDX-License-Identifier: GPL-2.0-only
// A kernel that boots, and the one of a distribution, in the cache, as it is.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail, type UserError } from '#base/errors';
import { ok, type Result } from '#base/result';

/** A kernel, and what modules are built for it with. */
export interface KernelFiles {
  /** `7.2.12+deb13` */
  readonly release: string;
  readonly image: string;
  /** Where make builds a module, and the arguments that it takes. */
  readonly headers: string;
  readonly make: readonly string[];
  /** It was built by others, perhaps with a newer compiler than ours. */
  readonly isStock: boolean;
}

/** The kernel of @series; an error names what brings it. */
export function findKernel(series: string): Result<KernelFiles, UserError> {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const dir = join(cache, 'racewindow', 'kernels', series);
  if (!existsSync(join(dir, 'release'))) {
    const hint = `scripts/fetch-kernel ${series} brings it, if it is one that its --help names`;
    return fail('RW501', `the cache has no kernel ${series}`, hint);
  }
  const release = readFileSync(join(dir, 'release'), 'utf8').trim();
  return ok({
    release,
    image: join(dir, 'usr/lib/modules', `${release}-arm64`, 'vmlinuz'),
    headers: join(dir, 'usr/src', `linux-headers-${release}-arm64`),
    make: ['DEB_BUILD_ARCH=amd64'],
    isStock: true,
  });
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

/** What make is called with to build a module for @kernel; @work: a folder for what that takes. */
export function makeArguments(kernel: KernelFiles, work: string): readonly string[] {
  if (!kernel.isStock) return kernel.make;
  const cc = join(work, 'cc');
  writeFileSync(cc, compiler, { mode: 0o755 });
  return [...kernel.make, `CC=${cc}`];
}
