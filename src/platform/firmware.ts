// SPDX-License-Identifier: GPL-2.0-only
// From firmware of either kind to a Platform.
import type { UserError } from '#base/errors';
import { mapResult, ok, type Result } from '#base/result';
import type { BoardFirmware } from '#firmware/firmware';
import { platformFromAcpi } from '#platform/acpi/read';
import { platformFromTree } from '#platform/read';
import type { Platform } from '#platform/types';

/** Understand the machine that @firmware describes. Errors: RW030-RW033, of device trees alone. */
export function platformOf(firmware: BoardFirmware): Result<Platform, UserError> {
  const platform =
    firmware.kind === 'dt'
      ? platformFromTree(firmware.tree)
      : ok(platformFromAcpi(firmware.tables, firmware.around));
  const { notes } = firmware;
  return mapResult(platform, (p) => ({ ...p, notes: [...p.notes, ...notes] }));
}
