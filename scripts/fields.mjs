// SPDX-License-Identifier: GPL-2.0-only
// Which fields the model has, and which members and names an unpacked kernel tree has.
//
// scripts/drift TREE --names VERSION records what a tree has of them in members.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../src/', import.meta.url));
/** Where the structs, constants and variables stand that the model has fields of. */
const places = [
  ...['include/linux', 'include/linux/device', 'drivers/base', 'drivers/iommu', 'drivers/pci'],
  ...['kernel/workqueue.c', 'kernel/workqueue_internal.h', 'lib/klist.c', 'lib/idr.c'],
];

/** All fields of the model, as `struct.field`. */
export function fieldsOfModel() {
  const members = new Map();
  const structs = new Map();
  for (const folder of ['kernel', 'env']) {
    for (const file of readdirSync(path.join(src, folder), { recursive: true }).map(String)) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(path.join(src, folder, file), 'utf8');
      for (const [, name, body] of text.matchAll(
        /^(?:export )?interface (\w+)Fields\b[^{]*\{([^}]*)\}/gm,
      )) {
        const names = [...body.matchAll(/^ {2}(?:readonly )?(\w+)\??: /gm)].map((m) => m[1]);
        members.set(name, names);
      }
      const made = /(?:defineStruct|new Handle)<(\w+)Fields>\(\s*'(\w+)'/g;
      const derived = /extends Handle<(\w+)Fields\b[^{]*\{[\s\S]*?super\('(\w+)'/g;
      for (const pattern of [made, derived]) {
        for (const [, name, struct] of text.matchAll(pattern)) structs.set(name, struct);
      }
    }
  }
  return [...members]
    .flatMap(([name, names]) => names.map((field) => `${structs.get(name) ?? '?'}.${field}`))
    .sort();
}

/** Names that the table of src/report/fields.ts says stand for fields in the kernel. */
export function namesOfTable() {
  const text = readFileSync(path.join(src, 'report/fields.ts'), 'utf8');
  const lists = [...text.matchAll(/\bis: \[([^\]]*)\]|\bflag\('\w+', ('\w+')\)/g)];
  return lists.flatMap((m) => [...(m[1] ?? m[2]).matchAll(/'([\w.]+)'/g)].map((name) => name[1]));
}

function sourcesOf(tree) {
  return places.flatMap((place) => {
    const full = path.join(tree, place);
    if (!existsSync(full)) return [];
    if (/\.[ch]$/.test(place)) return [full];
    const inside = readdirSync(full).filter((file) => /\.[ch]$/.test(file));
    return inside.map((file) => path.join(full, file));
  });
}

/** C without comments and directives. */
function plain(text) {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/\/\/.*/g, '')
    .replace(/^[ \t]*#.*(?:\\\n.*)*$/gm, '');
}

/** Names of the members that are declared in @body, those of anonymous structs, too. */
function membersIn(body) {
  const flat = body
    .replace(/\b(?:struct|union|enum)(?:\s+\w+)?\s*\{|\}/g, ';')
    .replace(/\bDECLARE_BITMAP\s*\(\s*(\w+)[^)]*\)/g, 'long $1')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b__\w+(?:\([^)]*\))?/g, ' ');
  return flat.split(';').flatMap((each) => {
    const pointer = /\(\s*\*\s*(?:const\s+)?(\w+)\s*\)/.exec(each);
    if (pointer) return [pointer[1]];
    return each
      .split(',')
      .flatMap((part) => /(\w+)\s*(?::\s*\w+\s*)?$/.exec(part.trim())?.[1] ?? []);
  });
}

/** All `struct.member` that C in @text declares. */
export function membersOf(text) {
  const source = plain(text);
  const found = new Set();
  for (const match of source.matchAll(/\bstruct\s+(\w+)\s*\{/g)) {
    const begin = match.index + match[0].length;
    let end = begin;
    for (let depth = 1; depth > 0 && end < source.length; end++) {
      if (source[end] === '{') depth++;
      else if (source[end] === '}') depth--;
    }
    for (const name of membersIn(source.slice(begin, end - 1))) found.add(`${match[1]}.${name}`);
  }
  return found;
}

/** Which of @wanted @tree has: members, or words of its C. */
export function namesInTree(tree, wanted) {
  const found = new Set();
  const words = wanted.filter((name) => !name.includes('.'));
  for (const file of sourcesOf(tree)) {
    const text = readFileSync(file, 'latin1');
    for (const member of membersOf(text)) found.add(member);
    for (const word of words) {
      if (text.includes(word) && new RegExp(`\\b${word}\\b`).test(text)) found.add(word);
    }
  }
  return wanted.filter((name) => found.has(name)).sort();
}
