// SPDX-License-Identifier: GPL-2.0-only
// Every file says its licence and its purpose, keeps to the limits, and names no machine.
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { fileNames, programs, type SourceFile, texts } from './sources.ts';

const linesMax = 400;
const columnsMax = 100;
const functionLinesMax = 70;
/** A model function may be as long as the C function that it stands for. */
const modelFunctionLinesMax = 120;

/** Data that a script writes: as long as they come out. One that is gone has to go from here. */
const generated: readonly string[] = ['src/questions/commit-effects-data.ts'];

/** Names of files, with what is wrong in each. */
function offenders(
  files: readonly SourceFile[],
  fault: (file: SourceFile) => string | null,
): string[] {
  return files.flatMap((file) => {
    const found = fault(file);
    return found === null ? [] : [`${file.name}: ${found}`];
  });
}

describe('every program', () => {
  test('begins with its licence and one sentence', () => {
    const bad = offenders(programs, ({ lines }) => {
      const first = lines[0]?.startsWith('#!') ? 1 : 0;
      if (lines[first] !== '// SPDX-License-Identifier: GPL-2.0-only') return 'no SPDX line';
      if (/^vitest\.config|\.d\.ts$/.test(lines[first + 1] ?? '')) return null;
      return /^(\/\/|\/\*\*?) ?\S|^import /.test(lines[first + 1] ?? '') ? null : 'no sentence';
    });
    expect(bad).toEqual([]);
  });

  test(`has at most ${linesMax} lines`, () => {
    const bad = offenders(programs, ({ lines }) =>
      lines.length > linesMax + 1 ? `${lines.length - 1} lines` : null,
    );
    const written = (fault: string): boolean => generated.some((g) => fault.startsWith(`${g}: `));
    expect(bad.filter((fault) => !written(fault))).toEqual([]);
    for (const name of generated) {
      const file = programs.find((p) => p.name === name);
      expect(file?.lines.slice(0, 3).join(' '), name).toMatch(/computed by .*; not to be edited/);
    }
  });

  test(`has lines of at most ${columnsMax} columns`, () => {
    const bad = offenders(programs, ({ lines }) => {
      const at = lines.findIndex((l) => l.length > columnsMax && !/https?:\/\//.test(l));
      return at < 0 ? null : `line ${at + 1}`;
    });
    expect(bad).toEqual([]);
  });

  test(`has functions of at most ${functionLinesMax} lines`, () => {
    const bad = offenders(programs, (file) => {
      const max = file.name.startsWith('src/kernel/') ? modelFunctionLinesMax : functionLinesMax;
      return file.name.startsWith('test/') ? null : longFunction(file, max);
    });
    expect(bad).toEqual([]);
  });
});

function longFunction(file: SourceFile, max: number): string | null {
  const source = ts.createSourceFile(file.name, file.text, ts.ScriptTarget.ES2022, true);
  const lineOf = (at: number): number => source.getLineAndCharacterOfPosition(at).line + 1;
  let found: string | null = null;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const [from, to] = [lineOf(node.getStart()), lineOf(node.end)];
      if (to - from + 1 > max) found ??= `line ${from}: ${to - from + 1} lines`;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('every text', () => {
  test('names no path of a machine', () => {
    const homes = ['work', 'root', 'home', 'farm', 'Users'].join('|');
    const path = new RegExp(`(^|[^A-Za-z0-9._~/*-])/(${homes})/[A-Za-z0-9.]`);
    const bad = offenders(texts, ({ lines }) => {
      const at = lines.findIndex((l) => path.test(l) || l.includes(`/tmp/${'bash'}`));
      return at < 0 ? null : `line ${at + 1}`;
    });
    expect(bad).toEqual([]);
  });

  test('names programs and patches that are there', () => {
    const there = new Set(fileNames);
    // CONTRIBUTING.md shows how files are made that are not there yet.
    const pages = texts.filter(({ name }) => name.endsWith('.md') && name !== 'CONTRIBUTING.md');
    const path = /\b(?:test|src|scripts|examples|bench)\/[\w./-]+\.(?:ts|mjs|json|patch|dts)\b/g;
    const bad = offenders(pages, ({ text }) => {
      const gone = (text.match(path) ?? []).filter((name) => !there.has(name));
      return gone.length === 0 ? null : gone.join(' ');
    });
    expect(pages.some(({ text }) => path.test(text))).toBe(true);
    expect(bad).toEqual([]);
  });

  test('ends in one line feed and has no trailing blanks', () => {
    const bad = offenders(texts, ({ name, text, lines }) => {
      if (text === '') return null;
      if (!text.endsWith('\n') || text.endsWith('\n\n')) return 'end of file';
      const at = lines.findIndex((l) => /[ \t\r]$/.test(l));
      return at < 0 || name.endsWith('.md') ? null : `line ${at + 1}`;
    });
    expect(bad).toEqual([]);
  });
});
