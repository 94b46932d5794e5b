// Runs a program and turns its failure into an error that says what was run and what it said.
import { spawn } from "node:child_process";

/** Resolves with standard output; standard error is kept for the message. */
export function run(program: string, args: readonly string[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("error", (error) => reject(new Error(`${program} cannot be run: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve(out);
      else
        reject(
          new Error(
            `${program} ${args.join(" ")} ended with ${code}:\n${(err || out).slice(-2000)}`,
          ),
        );
    });
  });
}

/** Whether a program can be started at all. */
export async function isInstalled(program: string): Promise<boolean> {
  try {
    await run(program, ["--version"]);
    return true;
  } catch {
    return false;
  }
}
