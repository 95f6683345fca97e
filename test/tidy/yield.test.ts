// SPDX-License-Identifier: GPL-2.0-only
// No forgotten `yield*`: a generator that is made and never run is an access that never happens.
import path from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { root } from './sources.ts';

/** Here every call of a generator function must be yielded, or handed on by a plain function. */
const strict = /^(src\/kernel|src\/env|examples\/fixes)\//;

function isGenerator(type: ts.Type): boolean {
  if (type.isUnion()) return type.types.some(isGenerator);
  return type.symbol?.name === 'Generator';
}

/** The function that @node stands in directly. */
function functionOf(node: ts.Node): ts.SignatureDeclaration | undefined {
  return ts.findAncestor(node.parent, ts.isFunctionLike);
}

function isGeneratorFunction(fn: ts.SignatureDeclaration | undefined): boolean {
  return fn !== undefined && 'asteriskToken' in fn && fn.asteriskToken !== undefined;
}

/** Climb out of brackets, casts and alternatives: what becomes of the value of @node. */
function useOf(node: ts.Node): { readonly parent: ts.Node; readonly child: ts.Node } {
  let child = node;
  while (
    ts.isParenthesizedExpression(child.parent) ||
    ts.isAsExpression(child.parent) ||
    ts.isNonNullExpression(child.parent) ||
    (ts.isConditionalExpression(child.parent) && child.parent.condition !== child)
  ) {
    child = child.parent;
  }
  return { parent: child.parent, child };
}

/** Operators whose value, or what they store, is the generator itself. */
const keeping: readonly ts.SyntaxKind[] = [
  ts.SyntaxKind.EqualsToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.QuestionQuestionEqualsToken,
];

/** True where a generator is dropped or tested like a value: wrong anywhere. */
function isDropped(parent: ts.Node, child: ts.Node): boolean {
  if (ts.isExpressionStatement(parent) || ts.isVoidExpression(parent)) return true;
  if (ts.isPrefixUnaryExpression(parent) || ts.isTemplateSpan(parent)) return true;
  if (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) return parent.expression === child;
  if (ts.isConditionalExpression(parent)) return parent.condition === child;
  if (!ts.isBinaryExpression(parent)) return false;
  return !keeping.includes(parent.operatorToken.kind);
}

/** True where a generator is run, or handed on by a function that is none itself. */
function isRun(parent: ts.Node, node: ts.Node): boolean {
  if (ts.isYieldExpression(parent)) return parent.asteriskToken !== undefined;
  const handsOn = ts.isReturnStatement(parent) || ts.isArrowFunction(parent);
  return handsOn && !isGeneratorFunction(functionOf(node));
}

/** True where @node, of the file @name, must not be a generator that is made. */
function isAmiss(node: ts.CallExpression, name: string): boolean {
  const { parent, child } = useOf(node);
  return strict.test(name) ? !isRun(parent, node) : isDropped(parent, child);
}

/** Places in @program where a generator is made and not run. */
function forgotten(program: ts.Program, only: (name: string) => boolean): string[] {
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const source of program.getSourceFiles()) {
    const name = path.relative(root, source.fileName).replaceAll(path.sep, '/');
    if (source.isDeclarationFile || !only(name)) continue;
    const visit = (node: ts.Node): void => {
      // What stands around a call is looked at first: that needs no types, which cost the most.
      if (ts.isCallExpression(node) && isAmiss(node, name)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        const bad = isGenerator(checker.getTypeAtLocation(node));
        if (bad) found.push(`${name}:${line + 1}: ${node.getText().slice(0, 60)}`);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

function readConfig(): ts.ParsedCommandLine {
  const file = path.join(root, 'tsconfig.json');
  const read = ts.readConfigFile(file, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(read.config, ts.sys, root);
}

/** A program of one file that stands in src/kernel, to test the test. */
function programOf(body: string): ts.Program {
  const name = path.join(root, 'src/kernel/tidy-sample.ts');
  const text = `import { type Kfn, load, type Handle } from '#env/op';
declare const dev: Handle<{ group: boolean }>;
declare function* probe(): Kfn<number>;
${body}`;
  const options: ts.CompilerOptions = { ...readConfig().options, noEmit: true };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (f) => f === name || fileExists(f);
  host.readFile = (f) => (f === name ? text : readFile(f));
  host.getSourceFile = (f, o, e) =>
    f === name ? ts.createSourceFile(f, text, o, true) : getSourceFile(f, o, e);
  return ts.createProgram([name], options, host);
}

function forgottenIn(body: string): number {
  return forgotten(programOf(body), (n) => n.endsWith('tidy-sample.ts')).length;
}

describe('a forgotten yield*', () => {
  test('is found as a statement, a condition, a value and a returned value', () => {
    const faults = [
      'probe();',
      'if (load(dev, "group")) return 1;',
      'const n = probe();',
      'return probe();',
      'const x = !load(dev, "group");',
      'yield probe() as never;',
    ];
    const body = faults.map((f, i) => `export function* f${i}(): Kfn<unknown> { ${f} return 0; }`);
    expect(forgottenIn(body.join('\n'))).toBe(faults.length);
  });

  test('is not seen where the generator runs or is handed on', () => {
    const body = `
export function* a(): Kfn<number> { return yield* probe(); }
export const b = () => probe();
export function c(): Kfn<number> { return (probe()); }
export function* d(x: boolean): Kfn<number> { return yield* (x ? probe() : a()); }
`;
    expect(forgottenIn(body)).toBe(0);
  });
});

describe('this repository', () => {
  let program: ts.Program;
  beforeAll(() => {
    const { fileNames, options } = readConfig();
    program = ts.createProgram(fileNames, { ...options, noEmit: true });
  });

  test('forgets no yield*', () => {
    expect(forgotten(program, (n) => /^(src|test|examples)\//.test(n))).toEqual([]);
  });
});
