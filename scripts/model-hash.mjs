// SPDX-License-Identifier: GPL-2.0-only
// Note the hash of the sources of model and checker beside what was built of them.
//
//   node scripts/model-hash.mjs      after tsc: `npm run build` does both
import { writeFileSync } from 'node:fs';
import { commandLine } from './options.mjs';

commandLine(import.meta.url);
const { modelHash } = await import('../dist/run/producer.js');

const src = new URL('../src/', import.meta.url);
const dist = new URL('../dist/model.json', import.meta.url);
writeFileSync(dist, `${JSON.stringify({ model: modelHash(src) })}\n`);
