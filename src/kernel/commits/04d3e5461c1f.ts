// SPDX-License-Identifier: GPL-2.0-only
// dev->driver is stored with WRITE_ONCE().
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '04d3e5461c1f',
  subject: 'driver core: introduce device_set_driver() helper',
  landed: 'v6.15-rc1',
  fixes: [],
  link: null,
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.driver_write_once = true;
  },
});
