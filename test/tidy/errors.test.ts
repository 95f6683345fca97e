// SPDX-License-Identifier: GPL-2.0-only
// What is printed of an error: every text that the sources have, in lines that a mail can quote.

import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { errorCodes, formatUserError, type UserError } from '#base/errors';
import { reportColumns } from '#base/text';
import { programs } from './sources.ts';

/** A text of the sources; what is filled in stands there as X. */
interface Text {
  readonly where: string;
  readonly text: string;
}

/** Constants of a file that are texts. */
function constantsOf(source: ts.SourceFile): ReadonlyMap<string, ts.Expression> {
  const found = new Map<string, ts.Expression>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      found.set(node.name.text, node.initializer);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The texts that @node may stand for; none where it is made elsewhere. */
function textsOf(node: ts.Expression, known: ReadonlyMap<string, ts.Expression>): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    return [node.head.text + node.templateSpans.map((s) => `X${s.literal.text}`).join('')];
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const rest = textsOf(node.right, known);
    return textsOf(node.left, known).flatMap((a) => rest.map((b) => a + b));
  }
  if (ts.isConditionalExpression(node)) {
    return [...textsOf(node.whenTrue, known), ...textsOf(node.whenFalse, known)];
  }
  const named = ts.isIdentifier(node) ? known.get(node.text) : undefined;
  return named === undefined ? [] : textsOf(named, known);
}

/** What makes an error, and where its message and its hint stand. */
const makers: ReadonlyMap<string, readonly number[]> = new Map([
  ['fail', [1, 2]],
  ['SourceError', [1, 2]],
  ['SceneError', [1, 2]],
  ['refusal', [4]],
  ['misfit', [1, 2]],
  ['wrongValue', [2, 3]],
]);

function errorTexts(): Text[] {
  return programs.flatMap(({ name, text }) => {
    if (!/^(src|scripts)\//.test(name)) return [];
    const source = ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true);
    const known = constantsOf(source);
    const found: Text[] = [];
    const visit = (node: ts.Node): void => {
      const isCall = ts.isCallExpression(node) || ts.isNewExpression(node);
      const places = isCall ? makers.get(node.expression.getText().split('.').at(-1)!) : undefined;
      for (const at of places ?? []) {
        const arg = isCall ? node.arguments?.[at] : undefined;
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        if (!arg) continue;
        for (const one of textsOf(arg, known)) found.push({ where: `${name}:${line}`, text: one });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

/** As printed, with the longest code. */
const printed = (message: string, hint: string): string[] =>
  formatUserError({ code: 'RW000' as UserError['code'], message, hint }).split('\n');

describe('an error', () => {
  const all = errorTexts();

  test('is found in the sources', () => {
    expect(all.length).toBeGreaterThan(150);
    for (const text of ['there is no fix to try', 'leave it out', 'unknown strategy']) {
      expect(all.map((each) => each.text)).toContain(text);
    }
  });

  test('has no line that is too long, whatever is filled in', () => {
    for (const { where, text } of all) {
      const filled = text.replaceAll('X', 'name-of-a-thing');
      for (const line of [...printed(filled, 'x'), ...printed('x', filled)]) {
        expect(line.length, where).toBeLessThanOrEqual(reportColumns);
      }
    }
  });

  test('is one sentence without a full stop, and so is what its code means', () => {
    const meanings = Object.entries(errorCodes).map(([where, text]) => ({ where, text }));
    for (const { where, text } of [...all, ...meanings]) {
      expect(text, where).not.toMatch(/[^.]\.$|\n|^$/);
    }
  });

  test('is wrapped at blanks and loses nothing', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '/', '-'), minLength: 1 });
    const sentence = fc
      .array(word, { minLength: 1, maxLength: 60 })
      .map((words) => words.map((w) => w.slice(0, 60)).join(' '));
    fc.assert(
      fc.property(sentence, sentence, (message, hint) => {
        const lines = printed(message, hint);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(reportColumns);
        const at = lines.findIndex((line) => line.startsWith('  hint: '));
        const joined = (part: string[]): string => part.map((l) => l.trim()).join(' ');
        expect(joined(lines.slice(0, at))).toBe(`RW000: ${message}`);
        expect(joined(lines.slice(at))).toBe(`hint: ${hint}`);
        expect(lines[0]).toMatch(/^RW000: /);
        for (const line of lines.slice(1, at)) expect(line).toMatch(/^ {2}\S/);
        for (const line of lines.slice(at + 1)) expect(line).toMatch(/^ {4}\S/);
      }),
    );
  });
});
