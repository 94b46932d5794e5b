/** Runs one of our commands as a person would, without the packages' and the browser's set-up. */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const root = join(import.meta.dirname, "..", "..");
// Not tsx's own command: on a busy machine that kills what does not answer a signal in 30 ms.
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

export interface CommandResult {
  /** Null where a signal ended it. */
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** Called with all of standard error so far, whenever there is more. */
  onStderr?: (text: string, pid: number) => void;
}

/** @param script path from the repository root, such as `cli/scan.ts`. */
export function runCommand(
  script: string,
  args: string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { INIT_CWD: _, DISPLAY: __, WAYLAND_DISPLAY: ___, ...inherited } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", tsx, join(root, script), ...args], {
      cwd: options.cwd ?? root,
      env: { ...inherited, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      options.onStderr?.(stderr, child.pid ?? 0);
    });
    child.on("error", reject).on("close", (status) => resolve({ status, stdout, stderr }));
  });
}
