// SPDX-License-Identifier: GPL-2.0-only
// An initramfs: a cpio archive of the form `newc`, as the kernel unpacks it.

/** A file in an archive. */
interface ArchiveFile {
  readonly name: string;
  /** With its type, as stat() has it. */
  readonly mode: number;
  readonly data: Uint8Array;
  /** Of a device node. */
  readonly device?: readonly [major: number, minor: number];
}

const NOTHING = new Uint8Array();

/** An archive of @files with a console, without which the first program says nothing. */
export function archive(files: readonly ArchiveFile[]): Uint8Array {
  const folder = { name: 'dev', mode: 0o040755, data: NOTHING };
  const node = { name: 'dev/console', mode: 0o020600, data: NOTHING, device: [5, 1] as const };
  const end = { name: 'TRAILER!!!', mode: 0, data: NOTHING };
  const all = [folder, node, ...files, end];
  return Buffer.concat(all.flatMap((file, i) => entry(file, i + 1)));
}

/** Header and name, then the content, each filled up to a multiple of four bytes. */
function entry({ name, mode, data, device = [0, 0] }: ArchiveFile, inode: number): Uint8Array[] {
  const named = Buffer.from(`${name}\0`);
  const [major, minor] = device;
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, named.length, 0];
  const digits = fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return [padded(Buffer.concat([Buffer.from(`070701${digits}`), named])), padded(data)];
}

function padded(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, new Uint8Array(-bytes.length & 3)]);
}
