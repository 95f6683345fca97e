// SPDX-License-Identifier: GPL-2.0-only
// The tests that drive a browser; they run by themselves (npm run test:browser).
import { defineConfig } from 'vitest/config';

const conditions = ['racewindow-src', 'node', 'import'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['test/browser/*.browser.ts'],
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
