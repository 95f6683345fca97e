// SPDX-License-Identifier: GPL-2.0-only
// Which module imports which, read from the text of the files.

import path from 'node:path';

/** One import, or an export from another module. */
export interface Import {
  readonly from: string;
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** The values that it names, by the names they have there. */
  readonly names: readonly string[];
}

const statement = /(?:^|\n)(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^'\n]+)'/g;
const dynamic = /\bimport\(\s*'([^'\n]+)'\s*\)/g;

/** The imports of the file @name, of which @text is the text. */
export function importsOf(name: string, text: string): Import[] {
  const fixed = [...text.matchAll(statement)].map((m) => {
    const names =
      /\{([^}]*)\}/
        .exec(m[0])?.[1]
        ?.split(',')
        .map((n) => n.trim()) ?? [];
    const allTypes =
      names.some((n) => n !== '') && names.every((n) => n === '' || /^type /.test(n));
    const typeOnly = m[2] !== undefined || allTypes;
    const values = typeOnly ? [] : names.filter((n) => n !== '' && !/^type /.test(n));
    const asThere = values.map((n) => n.split(' as ')[0]!);
    return { from: name, specifier: m[3]!, typeOnly, names: asThere };
  });
  const late = [...text.matchAll(dynamic)].map((m) => m[1]!);
  return [
    ...fixed,
    ...late.map((specifier) => ({ from: name, specifier, typeOnly: false, names: [] })),
  ];
}

/** The module that an import names, such as `checker/machine/code`; null for a package. */
export function moduleOf({ from, specifier }: Import): string | null {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (!specifier.startsWith('.')) return null;
  const file = path.posix.join(path.posix.dirname(from), specifier);
  return path.posix.relative('src', file).replace(/\.ts$/, '');
}
