// SPDX-License-Identifier: GPL-2.0-only
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Tests that explore large worlds, build or run other programs, or type-check the whole repo. All
 * else is fast: no search of it may store more than test/support/fast-limit.ts allows.
 */
const slow = [
  'test/acceptance/**',
  'test/checker/{counts,crosscheck,cyclic,limits,progress,small-programs,store-buffers}.test.ts',
  'test/checker/{program/litmus,textbook}.test.ts',
  'test/checker/{detect,dpor}/**',
  'test/checker/search/{audit,checkpoint,done-again}.test.ts',
  'test/cli/{docs,interrupt,machine,program,stdin}.test.ts',
  'test/docs/contributing.test.ts',
  'test/fixes/**',
  'test/kernel/{fields,lock-rules,mock,windows}.test.ts',
  'test/log/{admits,board,likelier}.test.ts',
  'test/platform/{boards,mutated}.test.ts',
  'test/questions/{bisect,check,commit-effects,explained,matrix,strategies,transfer}.test.ts',
  'test/questions/{avoid,verdicts}.test.ts',
  'test/questions/{by-window,ways-there}.test.ts',
  'test/realc/{conform,machine,search}/**',
  'test/realc/{check,reached,replay,series,try}.test.ts',
  'test/reproduce/plan.test.ts',
  'test/run/**',
  'test/scripts/**',
  'test/tidy/{package,yield}.test.ts',
  'test/view/compare.test.ts',
  'test/worlds/classes.test.ts',
  'test/windows/{found,lock-order,mates,narrow,partial-fwspec,windows}.test.ts',
];
/** A test names what it asks by `#folder/file` or by its path below src: it is the same file. */
const alias = [{ find: /^(?:\.\.\/)+src\/(.*)\.ts$/, replacement: '#$1' }];

/**
 * `npm test` builds first, and asks what was built: Node loads that by itself and runs it a third
 * faster than what vitest makes of the sources, which vitest alone asks.
 */
const isBuilt = process.env['RACEWINDOW_DIST'] === '1';
const conditions = [...(isBuilt ? [] : ['racewindow-src']), 'node', 'import'];

/** Tests that take long are begun first: begun last, they would leave one core idle. */
const longest =
  /cli\/docs|windows\/windows|acceptance\/|questions\/explained|search\/checkpoint|realc\/|docs\//;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => longest.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  resolve: { conditions, alias },
  ssr: { resolve: { conditions } },
  test: {
    server: { deps: { external: [/\/dist\//] } },
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Wide enough for a machine with other work to do: no result depends on how fast it is.
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: slow,
          setupFiles: ['test/support/fast-limit.ts'],
        },
      },
      { extends: true, test: { name: 'full', include: slow.map(testsIn) } },
    ],
  },
});

function testsIn(pattern: string): string {
  return pattern.endsWith('/**') ? `${pattern}/*.test.ts` : pattern;
}
