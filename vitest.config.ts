import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";
import "./test/map-group-by.mjs";

export default defineConfig({
  plugins: [preact()],
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.{ts,tsx}"] } },
      {
        extends: true,
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/browser/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          // One browser at a time: two cores, and a detector that uses one of them.
          fileParallelism: false,
          // A real browser beside other work loses a race now and then; the report names retries.
          retry: 1,
        },
      },
      {
        extends: true,
        test: {
          name: "trainer",
          include: ["test/trainer/**/*.test.ts"],
          testTimeout: 120_000,
          fileParallelism: false,
          pool: "forks",
        },
      },
    ],
  },
});
