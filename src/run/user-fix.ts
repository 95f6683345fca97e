// SPDX-License-Identifier: GPL-2.0-only
// A user's own fix as findings and workers carry it: a script, made into a commit where it is used.
//
// The script is what esbuild makes of the user's TypeScript file: CommonJS that stands alone but
// for racewindow/*, which is answered with the modules of this program. It is trusted code, like
// any script that its user runs.

import { fail, type UserError } from '#base/errors';
import { andThen, ok, type Result } from '#base/result';
import * as env from '#env/index';
import type { KernelSpec } from '#finding/finding';
import * as kernel from '#kernel/index';

/** Name, hash and script of a fix. */
export type FixScript = KernelSpec['userFixes'][number];

/** What a fix may import. */
const modules: Readonly<Record<string, unknown>> = {
  'racewindow/env': env,
  'racewindow/kernel': kernel,
};

const hint = 'a fix may import racewindow/kernel and racewindow/env, and must load without effects';

/** Run the script of @fix and take the commit that it exports by default. */
export function commitFromScript(fix: FixScript): Result<kernel.Commit, UserError> {
  return andThen(runScript(fix), (exports) => kernel.loadUserFix(exports, fix.name));
}

function runScript(fix: FixScript): Result<unknown, UserError> {
  const module: { exports: unknown } = { exports: {} };
  const require = (id: string): unknown => {
    if (Object.hasOwn(modules, id)) return modules[id];
    throw new Error(`imports ${id}`);
  };
  try {
    const text = `${fix.source}\n//# sourceURL=${encodeURIComponent(fix.name)}`;
    const run = new Function('module', 'exports', 'require', text) as Script;
    run(module, module.exports, require);
    return ok(module.exports);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return fail('RW056', `${fix.name}: does not load: ${said}`, hint);
  }
}

type Script = (module: unknown, exports: unknown, require: (id: string) => unknown) => void;
