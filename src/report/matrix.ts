// SPDX-License-Identifier: GPL-2.0-only
// The matrix of windows and kernels as Markdown and as a page of HTML.

/** One window under one kernel. */
export interface MatrixCell {
  readonly window: string;
  readonly kernel: string;
  readonly state: 'found' | 'absent' | 'bounded' | 'n.a.';
  readonly rules: readonly string[];
  readonly buses: readonly string[];
  readonly because: string | null;
}

/** What is to be told. */
interface MatrixTable {
  readonly windows: readonly string[];
  readonly kernels: readonly string[];
  readonly cells: readonly MatrixCell[];
}

/** Short forms, so that a row fits a page. */
const marks = { found: 'X', absent: '-', bounded: '?', 'n.a.': ' ' } as const;

const legend =
  'X found, - absent (its precondition was reached, and everything explored), ' +
  '? not found within the limits, blank: cannot be told or cannot come about.';

/** A table in Markdown, with notes on what the marks do not say. */
export function matrixMarkdown(table: MatrixTable, titles: ReadonlyMap<string, string>): string {
  const head = `| | ${table.kernels.join(' | ')} | |`;
  const rule = `|---|${table.kernels.map(() => ':-:').join('|')}|---|`;
  const rows = table.windows.map((window) => {
    const cells = cellsOf(table, window).map((cell) => marks[cell.state]);
    return `| ${window} | ${cells.join(' | ')} | ${titles.get(window) ?? ''} |`;
  });
  return `${[head, rule, ...rows, '', legend, '', ...notes(table)].join('\n')}\n`;
}

/** For each window: the rules it breaks, on which buses where not on all, why it has no mark. */
function notes(table: MatrixTable): string[] {
  return table.windows.flatMap((window) => {
    const cells = cellsOf(table, window);
    const lines: string[] = [];
    for (const [because, kernels] of grouped(cells, noteOf)) {
      lines.push(`- ${window} in ${ranges(kernels, table.kernels)}: ${because}`);
    }
    return lines;
  });
}

function noteOf(cell: MatrixCell): string | null {
  if (cell.state === 'found') return `${cell.rules.join(', ')} on ${cell.buses.join(', ')}`;
  return cell.because;
}

function grouped(
  cells: readonly MatrixCell[],
  of: (cell: MatrixCell) => string | null,
): Map<string, string[]> {
  const byText = new Map<string, string[]>();
  for (const cell of cells) {
    const text = of(cell);
    if (text !== null) byText.set(text, [...(byText.get(text) ?? []), cell.kernel]);
  }
  return byText;
}

/** `6.1 to 6.6, 6.8`: neighbours in the table are drawn together. */
export function ranges(some: readonly string[], all: readonly string[]): string {
  if (some.length === all.length && all.length > 1) return 'all';
  const parts: string[][] = [];
  for (const name of all) {
    if (!some.includes(name)) continue;
    const last = parts[parts.length - 1];
    const before = last?.[last.length - 1];
    if (last && before !== undefined && all.indexOf(before) + 1 === all.indexOf(name)) {
      last.push(name);
    } else {
      parts.push([name]);
    }
  }
  return parts.map((p) => (p.length < 2 ? p[0] : `${p[0]} to ${p[p.length - 1]}`)).join(', ');
}

function cellsOf(table: MatrixTable, window: string): MatrixCell[] {
  return table.cells.filter((cell) => cell.window === window);
}

/** One self-contained page. */
export function matrixHtml(table: MatrixTable, titles: ReadonlyMap<string, string>): string {
  const head = table.kernels.map((k) => `<th scope="col">${escaped(k)}</th>`).join('');
  const rows = table.windows.map((window) => {
    const cells = cellsOf(table, window).map((cell) => {
      const title = noteOf(cell) ?? cell.state;
      const kind = cell.state === 'n.a.' ? 'na' : cell.state;
      return `<td class="${kind}" title="${escaped(title)}">${escaped(cell.state)}</td>`;
    });
    const title = escaped(titles.get(window) ?? '');
    return `<tr><th scope="row" title="${title}">${window}</th>${cells.join('')}</tr>`;
  });
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Race windows by kernel</title>
<style>
body { font: 14px/1.4 sans-serif; margin: 2em }
table { border-collapse: collapse }
td, th { border: 1px solid #999; padding: 2px 6px; text-align: center }
.found { background: #f6c6c0; color: #000 } .absent { background: #cfe8cf; color: #000 }
.bounded { background: #f3e6b3; color: #000 } .na { color: #666 }
</style>
<h1>Race windows by kernel</h1>
<table><tr><th></th>${head}</tr>
${rows.join('\n')}
</table>
<p>absent: the precondition was reached and everything explored; bounded: not found within the
limits; n.a.: cannot be told, or cannot come about. Point at a cell for the rules and buses.</p>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
