// The ffmpeg that videos are decoded with: the machine's own, or a static build out of a PyPI wheel.
import { spawn } from "node:child_process";
import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../cache";
import { run } from "../setup/command";
import { extractFromWheel, fetchWheel } from "../setup/wheel";

/** Carries a static ffmpeg 7.0.2 for Linux on x86-64. */
const WHEEL = "imageio-ffmpeg==0.6.0";
const MEMBER = "imageio_ffmpeg/binaries/ffmpeg-";

/**
 * Path of an ffmpeg: `UNMASK_FFMPEG`, the one on PATH, or the wheel's, fetched once.
 *
 * @throws Error saying how to get one.
 */
export async function ensureFfmpeg(onMessage: (message: string) => void): Promise<string> {
  const named = process.env.UNMASK_FFMPEG || "ffmpeg";
  if (await runs(named)) return named;
  if (process.env.UNMASK_FFMPEG) throw new Error(`UNMASK_FFMPEG: ${named} cannot be run`);
  const folder = cacheFolder("ffmpeg");
  const fetched = await builtIn(folder);
  if (fetched) return fetched;
  onMessage(`no ffmpeg on this machine; fetching ${WHEEL} (30 MB, once)`);
  try {
    await extractFromWheel(await fetchWheel(WHEEL, join(folder, "wheels")), folder, [MEMBER]);
  } catch (error) {
    throw new Error(
      `ffmpeg is needed to read videos: install it (Debian: apt install ffmpeg), or name one in UNMASK_FFMPEG. ${(error as Error).message}`,
    );
  }
  const path = await builtIn(folder);
  if (!path || !(await runs(path))) throw new Error(`the ffmpeg of ${WHEEL} does not run here`);
  return path;
}

async function builtIn(folder: string): Promise<string | null> {
  const binaries = join(folder, "imageio_ffmpeg", "binaries");
  const [name] = (await readdir(binaries).catch(() => [])).filter((one) => /^ffmpeg-/.test(one));
  if (!name) return null;
  const path = join(binaries, name);
  await chmod(path, 0o755);
  return path;
}

async function runs(program: string): Promise<boolean> {
  return run(program, ["-hide_banner", "-version"]).then(
    () => true,
    () => false,
  );
}

/** Longer than any clip of the data sets takes to decode; a hostile one must not hold a run up. */
const DEADLINE_MS = 10 * 60_000;
/** What is kept of ffmpeg's messages, characters. */
const MAX_MESSAGES = 20_000;

export interface FfmpegRun {
  /** What it writes to `pipe:1`. */
  output: AsyncIterable<Uint8Array>;
  /** Resolves when the program has ended, with its messages; `code` is null if it was ended. */
  ended: Promise<{ code: number | null; messages: string }>;
  stop(): void;
}

/** Starts ffmpeg on one local file; nothing in the file can make it open another or a network. */
export function startFfmpeg(
  program: string,
  file: string,
  inputOptions: readonly string[],
  outputOptions: readonly string[],
): FfmpegRun {
  const args = [
    ...["-hide_banner", "-nostdin", "-threads", "1", "-protocol_whitelist", "file,pipe"],
    ...inputOptions,
    ...["-i", `file:${file}`],
    ...outputOptions,
  ];
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: DEADLINE_MS });
  let messages = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages = (messages + text).slice(-MAX_MESSAGES);
  });
  const ended = new Promise<{ code: number | null; messages: string }>((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${program} cannot be run: ${error.message}`)));
    child.on("close", (code) => resolve({ code, messages }));
  });
  // Told to whoever awaits it; until then it must not count as unhandled.
  ended.catch(() => {});
  return { output: child.stdout, ended, stop: () => void child.kill("SIGKILL") };
}
