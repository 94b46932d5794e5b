// Keeps two machines that share a disk from taking the same step. A lock is a file that only its
// holder touches; one that nobody has touched for long, or whose process is known to be gone, is
// taken over.
import { randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import {
  type FileHandle,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

export interface LockTimes {
  heartbeatMs: number;
  /** Untouched for so long, a lock counts as abandoned. */
  staleMs: number;
}

/**
 * A stage may compute for minutes without giving its timers a turn (a look at many held-out pictures),
 * and a disk may hang; a step that is taken over too early is computed twice.
 */
export const LOCK_TIMES: LockTimes = { heartbeatMs: 30_000, staleMs: 15 * 60_000 };

interface Holder {
  token: string;
  /** Where `pid` means something: the host, and on Linux the process namespace in it. */
  place: string;
  pid: number;
  since: string;
}

const FILE = "lock";

/** Pods of one node may share its host name, but not their process numbers. */
function placeOfProcesses(): string {
  try {
    return `${hostname()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return hostname();
  }
}

/** Tokens of this very process, so that a lock with its number but from before a restart is seen. */
const ownTokens = new Set<string>();

export class Lock {
  /** Aborts if somebody else has taken the lock over. */
  readonly lost: AbortSignal;
  private readonly losing = new AbortController();
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly holder: Holder,
    private readonly file: FileHandle,
    { heartbeatMs }: LockTimes,
  ) {
    this.lost = this.losing.signal;
    this.timer = setInterval(() => void this.beat(), heartbeatMs);
    this.timer.unref();
  }

  /** @returns null if somebody else holds it. */
  static async take(folder: string, times: LockTimes = LOCK_TIMES): Promise<Lock | null> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, FILE);
    const token = randomUUID();
    const place = placeOfProcesses();
    const since = new Date().toISOString();
    const holder: Holder = { token, place, pid: process.pid, since };
    for (const attempt of ["first", "after a stale one"]) {
      const file = await createExclusively(path);
      if (file) {
        ownTokens.add(token);
        await writeHolder(file, holder);
        return new Lock(path, holder, file, times);
      }
      if (attempt === "first" && !(await removeIfStale(path, folder, times))) break;
    }
    return null;
  }

  /** Whether the lock is still this holder's; ask before publishing what was made under it. */
  async isHeld(): Promise<boolean> {
    return (await readHolder(this.path))?.token === this.holder.token;
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    if (await this.isHeld()) await rm(this.path, { force: true });
    await this.file.close();
    ownTokens.delete(this.holder.token);
  }

  private async beat(): Promise<void> {
    try {
      if (!(await this.isHeld())) this.losing.abort();
      // Written, not touched: the time of change is then the disk's, and this handle can harm nobody
      // who has put another file in its place.
      else await writeHolder(this.file, this.holder);
    } catch {
      // A disk that does not answer now may answer the next time.
    }
  }
}

/** Who holds the lock of a folder at the moment, in words; null if nobody. */
export async function lockHolder(
  folder: string,
  times: LockTimes = LOCK_TIMES,
): Promise<string | null> {
  const path = join(folder, FILE);
  const holder = await readHolder(path);
  if (!holder || (await isStale(path, folder, holder, times))) return null;
  return `process ${holder.pid} on ${holder.place.split(" ")[0]}`;
}

/** O_EXCL is atomic on local disks and on NFS since version 3. */
async function createExclusively(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
    throw error;
  }
}

async function writeHolder(file: FileHandle, holder: Holder): Promise<void> {
  await file.write(JSON.stringify(holder), 0);
  await file.datasync();
}

/** Null if there is none; the empty token if it was created this moment and not yet written. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    const text = await readFile(path, "utf8");
    return text ? (JSON.parse(text) as Holder) : { token: "", place: "", pid: 0, since: "" };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    if (error instanceof SyntaxError) return { token: "", place: "", pid: 0, since: "" };
    throw error;
  }
}

async function isStale(
  path: string,
  folder: string,
  { token, place, pid }: Holder,
  { staleMs }: LockTimes,
): Promise<boolean> {
  if (place === placeOfProcesses()) {
    if (pid === process.pid) return !ownTokens.has(token);
    if (!isAlive(pid)) return true;
  }
  const touched = await stat(path).catch(() => null);
  return touched === null || (await clockOf(folder)) - touched.mtimeMs > staleMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive, too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The disk's own time: machines that share it need not agree on theirs. */
async function clockOf(folder: string): Promise<number> {
  const path = join(folder, `.clock-${randomUUID()}`);
  await writeFile(path, "");
  const { mtimeMs } = await stat(path);
  await rm(path, { force: true });
  return mtimeMs;
}

/** @returns whether there is no lock any more. */
async function removeIfStale(path: string, folder: string, times: LockTimes): Promise<boolean> {
  const holder = await readHolder(path);
  if (!holder) return true;
  if (!(await isStale(path, folder, holder, times))) return false;
  // Renamed first: of two that find it stale only one moves it away.
  const aside = `${path}-${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
  const moved = await readHolder(aside);
  if (moved && moved.token !== holder.token) {
    // A third one had taken the stale lock over in between: this is its lock, which goes back.
    await rename(aside, path);
    return false;
  }
  await rm(aside, { force: true });
  return true;
}
