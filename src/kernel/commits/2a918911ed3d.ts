// SPDX-License-Identifier: GPL-2.0-only
// A mock device gets its fwspec before it is added.
import { defineCommit } from '../commit.ts';

export default defineCommit({
  sha: '2a918911ed3d',
  subject: 'iommufd: Register iommufd mock devices with fwspec',
  landed: 'v6.18-rc1',
  fixes: [],
  link: null,
  requires: ['3f7c32091628'],
  conflicts: [],
  apply(draft) {
    draft.sw.mock_fwspec = true;
  },
});
