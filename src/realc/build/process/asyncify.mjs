// SPDX-License-Identifier: GPL-2.0-only
// A program of its own around binaryen: a module on standard input, the rewritten one on fd 3.
//
//   node asyncify.mjs ENTRY REQUEST      REQUEST is JSON: imports, features, passes
//
// Binaryen is under the Apache licence, so it is never loaded into the process of racewindow; and
// what its WebAssembly has taken of memory is given back when this process ends.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Rewrite @bytes with the binaryen at @entry. */
async function asyncify(entry, { imports, features, passes }, bytes) {
  const { default: binaryen } = await import(pathToFileURL(entry).href);
  binaryen.setPassArgument('asyncify-imports', imports.join(','));
  binaryen.setDebugInfo(true);
  binaryen.setOptimizeLevel(1);
  binaryen.setShrinkLevel(0);
  const module = binaryen.readBinary(bytes);
  module.setFeatures(features.reduce((set, name) => set | (binaryen.Features[name] ?? 0), 0));
  module.runPasses(['remove-unused-module-elements', 'asyncify', ...passes]);
  return module.emitBinary();
}

try {
  const [entry, request] = process.argv.slice(2);
  writeFileSync(3, await asyncify(entry, JSON.parse(request), readFileSync(0)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
