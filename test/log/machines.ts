// SPDX-License-Identifier: GPL-2.0-only
// The machines of the recorded logs, from their ACPI tables, and the logs.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readTablesFolder } from '#firmware/acpi/folder';
import { type Platform, platformOf } from '#platform/index';

/**
 * The machine whose tables are in test/fixtures/acpi/@name; which functions it has, the log tells.
 */
export function acpiMachine(name: string): Platform {
  const read = readTablesFolder(`test/fixtures/acpi/${name}`);
  if (!read.ok || !read.value) throw new Error(`${name} has no tables`);
  const around = { functions: null, names: new Map<string, string>() };
  const platform = platformOf({ ...read.value.firmware, around });
  if (!platform.ok) throw new Error(platform.error.message);
  return platform.value;
}

/** The log in test/fixtures/logs. */
export function recordedLog(name: string): string {
  const packed = readFileSync(new URL(`../fixtures/logs/${name}.log.gz`, import.meta.url));
  return new TextDecoder().decode(gunzipSync(packed));
}
