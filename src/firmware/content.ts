// SPDX-License-Identifier: GPL-2.0-only
// What an input is, told by its content alone: names of files say nothing, and pipes have none.
import { latin1, u32be } from '#base/bytes';
import { isAcpiDump } from '#firmware/acpi/dump';
import { isTableAt } from '#firmware/acpi/table';
import { namesFunctions } from '#firmware/pci/boot-log';
import { isLspci } from '#firmware/pci/lspci';

/** Everything that somebody may give this program, or any program of the kind. */
export type Content =
  | 'empty'
  | 'dtb'
  | 'dtb-swapped'
  | 'dtb-table'
  | 'dts'
  | 'acpi'
  | 'acpidump'
  | 'lspci'
  | 'log'
  | 'finding'
  | 'report'
  | 'journal'
  | 'json'
  | 'patch'
  | 'fix'
  | 'gzip'
  | 'xz'
  | 'zstd'
  | 'bzip2'
  | 'elf'
  | 'text'
  | 'binary';

/** What each is called in a sentence. */
export const contentNames: Readonly<Record<Content, string>> = {
  empty: 'empty',
  dtb: 'a flattened device tree',
  'dtb-swapped': 'a flattened device tree whose words are little-endian',
  'dtb-table': 'an Android table of device trees',
  dts: 'the source of a device tree',
  acpi: 'an ACPI table',
  acpidump: 'what acpidump prints',
  lspci: 'what lspci prints',
  log: 'a kernel log',
  finding: 'a finding of racewindow',
  report: 'a report of racewindow',
  journal: 'a journal of racewindow',
  json: 'JSON',
  patch: 'a patch',
  fix: 'the source of a fix',
  gzip: 'compressed with gzip',
  xz: 'compressed with xz',
  zstd: 'compressed with zstd',
  bzip2: 'compressed with bzip2',
  elf: 'an ELF file',
  text: 'text',
  binary: 'of no kind that is known here',
};

const magics: readonly (readonly [number, Content])[] = [
  [0xd00dfeed, 'dtb'],
  [0xedfe0dd0, 'dtb-swapped'],
  [0xd7b7ab1e, 'dtb-table'],
  [0x7f454c46, 'elf'],
  [0x28b52ffd, 'zstd'],
];

/** Bytes at the beginning that are looked at. */
const headBytes = 64 * 1024;

/** The kind of an input. Only the beginning is looked at; a reader may find fault with the rest. */
export function contentOf(bytes: Uint8Array): Content {
  if (bytes.length === 0) return 'empty';
  const word = u32be(bytes, 0);
  const magic = magics.find(([value]) => value === word);
  if (magic) return magic[1];
  const head = latin1(bytes.subarray(0, headBytes));
  if (head.startsWith('\x1f\x8b')) return 'gzip';
  if (head.startsWith('\xfd7zXZ')) return 'xz';
  if (head.startsWith('BZh')) return 'bzip2';
  if (isTableAt(bytes, 0)) return 'acpi';
  return contentOfText(head);
}

function contentOfText(head: string): Content {
  // A serial console puts a stray control character into a log now and then.
  if (controlsIn(head) > head.length / 100 || head.includes('\0\0')) return 'binary';
  if (/^\s*[[{]/.test(head)) {
    const json = contentOfJson(head);
    if (json !== null) return json;
  }
  if (/^diff --git |^--- \S.*\n\+\+\+ \S/m.test(head)) return 'patch';
  if (/\/dts-v1\/|^\s*\/\s*\{|#include\s+["<].*dtsi?[">]/m.test(head)) return 'dts';
  if (isAcpiDump(head)) return 'acpidump';
  if (isLog(head)) return 'log';
  if (isLspci(head)) return 'lspci';
  if (/^import\s.*from\s+['"]racewindow|\bdefault defineCommit\b/m.test(head)) return 'fix';
  return 'text';
}

/** Control characters, but for tabs, ends of lines and escapes. */
function controlsIn(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 7 || (code > 13 && code < 32 && code !== 27)) count += 1;
  }
  return count;
}

/** JSON by what its first keys are; null for what only begins like it, as a log of [ 0.0] does. */
function contentOfJson(head: string): Content | null {
  // A report has findings in it.
  if (/"format":\s*"racewindow\/report@/.test(head)) return 'report';
  if (/"format":\s*"racewindow\/finding@/.test(head)) return 'finding';
  if (/"format":\s*"racewindow\/journal@/.test(head)) return 'journal';
  return /^\s*(\{\s*("|\})|\[\s*(["{[\]]|-?\d+[,\]\s]))/.test(head) && !isLog(head) ? 'json' : null;
}

/** With a device before it, as the kernel prints it; who writes of it leaves that out. */
const saidOfDevice = new RegExp(
  String.raw`\S+ [\w\\]+[.:][\w.:@-]+: ` +
    '(?:late IOMMU probe|deferred probe (?:pending|timeout)|' +
    String.raw`probe with driver \S+ failed)`,
);

/** Lines that the kernel prints, whatever stands before them. */
function isLog(head: string): boolean {
  if (/\bLinux version \d+\.\d+/.test(head) || namesFunctions(head)) return true;
  if (/Adding to iommu group \d|Adding device \S+ to group \d/.test(head)) return true;
  if (saidOfDevice.test(head)) return true;
  const stamped = head.match(/^.{0,120}?\[ {0,8}\d{1,9}\.\d{6}\]/gm)?.length ?? 0;
  const journal = head.match(/^[A-Z][a-z]{2} +\d+ [\d:]{8} \S+ kernel: /gm)?.length ?? 0;
  const trace = /^# tracer: /m.test(head) ? 1 : 0;
  return stamped + journal + trace > 0;
}
