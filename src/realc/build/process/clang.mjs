// SPDX-License-Identifier: GPL-2.0-only
// A worker thread around @yowasp/clang: files in, an object or what the compiler says out.
//
// It is no TypeScript, so that it works from sources and from dist. As every entry of a pool, it
// sends { ok, value } back (src/run/reply.ts).

import { pathToFileURL } from 'node:url';

// Parts of the package tell how far they have been read, whatever they are asked: that would come
// out between the lines of a report.
console.log = () => {};

/** Modules that were asked for, by path. */
const loaded = new Map();

/** Compile with the clang at @entry; its work needs a wide stack. */
export default async function compile({ entry, args, tree }) {
  let text = '';
  const stderr = (bytes) => {
    if (bytes) text += Buffer.from(bytes).toString();
  };
  try {
    if (!loaded.has(entry)) loaded.set(entry, import(pathToFileURL(entry).href));
    const { commands } = await loaded.get(entry);
    const out = await commands.clang(args, tree, { stderr, fetchProgress() {} });
    return { ok: true, value: { bytes: out['out.o'] ?? null, text } };
  } catch (error) {
    return { ok: true, value: { bytes: null, text: text || String(error) } };
  }
}
