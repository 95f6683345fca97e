// SPDX-License-Identifier: GPL-2.0-only
// A device is not bound before device_add() has set it up.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: 'a2225b6e834a',
  subject: "driver core: Don't let a device probe until it's ready",
  landed: 'v7.1-rc1',
  fixes: [],
  link: null,
  requires: [],
  conflicts: [],
  apply(draft) {
    draft.sw.ready_to_probe = true;
  },
});
