// SPDX-License-Identifier: GPL-2.0-only
// A file that the page hands to its reader.

/** Offer @bytes as a file called @name; nothing leaves the machine. */
export function saveFile(name: string, bytes: Uint8Array | string): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
