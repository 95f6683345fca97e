// SPDX-License-Identifier: GPL-2.0-only
// What a command line asks for, whether a machine or a log has it.
import { expect, test } from 'vitest';
import { switchesOfLine } from '#worlds/command-line';

test.each([
  ['', false, false],
  ['driver_async_probe=*', true, false],
  ['quiet driver_async_probe="*" rw', true, false],
  ['driver_async_probe=nvme,*', true, false],
  ['driver_async_probe=nvme', false, false],
  ['driver_async_probe=* driver_async_probe=nvme', false, false],
  ['fw_devlink.strict=1', false, true],
  ['fw_devlink.strict=On root=/dev/vda', false, true],
  ['fw_devlink.strict=yes', false, true],
  ['fw_devlink.strict=1 fw_devlink.strict=0', false, false],
  ['xfw_devlink.strict=1', false, false],
])('%s', (line, asyncProbe, strictDevlink) => {
  expect(switchesOfLine(line)).toEqual({ asyncProbe, strictDevlink });
});
