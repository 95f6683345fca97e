// SPDX-License-Identifier: GPL-2.0-only
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['racewindow-src', 'node', 'import'] },
  ssr: { resolve: { conditions: ['racewindow-src', 'node', 'import'] } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
