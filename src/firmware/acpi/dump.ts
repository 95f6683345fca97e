// SPDX-License-Identifier: GPL-2.0-only
// The text that acpidump writes: tables as hex, each below a line with its signature and address.
//
//   IORT @ 0x000000007962E498
//     0000: 49 4F 52 54 EC 00 00 00 03 55 42 4F 43 48 53 20  IORT.....UBOCHS
import type { Remarks } from '#firmware/acpi/remarks';

const titleLine = /^[> ]*([A-Z_][A-Z0-9_!$]{3}|RSD PTR|RSDP) @ (?:0x)?[0-9a-f]+/i;
const dataLine = /^[> ]*([0-9a-f]{4,8}): ((?:[0-9a-f]{2} ){0,15}[0-9a-f]{2})(?= |$)/i;

/** True where @text looks like what acpidump writes. */
export function isAcpiDump(text: string): boolean {
  const lines = text.split(/\r?\n/, 200);
  const at = lines.findIndex((line) => titleLine.test(line));
  return at >= 0 && lines.slice(at + 1, at + 4).some((line) => dataLine.test(line));
}

/** The bytes of each table in @text, without the root pointer. */
export function readAcpiDump(text: string, remarks: Remarks): Uint8Array[] {
  const tables: { name: string; bytes: number[] }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const title = titleLine.exec(line);
    if (title) {
      tables.push({ name: (title[1] ?? '').toUpperCase(), bytes: [] });
      continue;
    }
    const data = dataLine.exec(line);
    const table = tables.at(-1);
    if (!data || !table) continue;
    const { name, bytes } = table;
    const offset = Number.parseInt(data[1] ?? '', 16);
    if (offset !== bytes.length) {
      const message = `${name}: the dump goes on at ${offset} after ${bytes.length} bytes`;
      remarks.add('RW026', `${message}; what follows is left out`);
      // Nothing else fits on to it: the next line of this table has a higher offset yet.
      continue;
    }
    for (const pair of (data[2] ?? '').split(' ')) bytes.push(Number.parseInt(pair, 16));
  }
  return tables
    .filter(({ name, bytes }) => !name.startsWith('RSD') && bytes.length > 0)
    .map(({ bytes }) => Uint8Array.from(bytes));
}
