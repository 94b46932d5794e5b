/** How fast the scanner and the badges are on this machine. */
import { spawnSync } from "node:child_process";
import { cpus } from "node:os";
import { join } from "node:path";
import { ensureExtension, projectRoot } from "../../cli/build-extension";
import { table } from "../../cli/scan-table";
import { measureBadgeDelays } from "./badge-delay";
import { measureScanSpeed } from "./scan-speed";

const media = join(projectRoot, "test", "fixtures", "media");
const pictures = [
  "astronaut.jpg",
  "portrait.jpg",
  "speech.jpg",
  "blue-room-left.jpg",
  "blue-room-right.jpg",
].map((name) => join(media, name));
const badgeRepeats = 10;

/** Prints scan speed and badge delays. */
export async function benchScanner(): Promise<void> {
  const ensure = join(projectRoot, "cli", "ensure.mjs");
  const { status } = spawnSync(process.execPath, [ensure, "browser"], { stdio: "inherit" });
  if (status !== 0) throw new Error("there is no browser to scan with");
  const extensionDir = await ensureExtension(console.log);
  console.log(`${cpus().length} × ${cpus()[0]?.model}\n`);

  console.log("Scanning pictures with one face (half a minute each):");
  const speeds = await measureScanSpeed(extensionDir, pictures);
  const wasm = speeds.find(({ backend }) => backend === "wasm")?.picturesPerSecond;
  const rows = speeds.map(({ backend, workers, picturesPerSecond, failure }) =>
    picturesPerSecond === null
      ? [backend, `${workers}`, "–", "–", failure ?? ""]
      : [
          backend,
          `${workers}`,
          picturesPerSecond.toFixed(2),
          wasm ? `${(picturesPerSecond / wasm).toFixed(2)} × wasm` : "",
          "",
        ],
  );
  console.log(table([["Backend", "Workers", "Pictures/s", "Ratio", ""], ...rows]));

  console.log("From a picture becoming visible to its badge:");
  const { coldMs, warmMs } = await measureBadgeDelays(
    extensionDir,
    join(media, "portrait.jpg"),
    badgeRepeats,
  );
  const sorted = warmMs.toSorted((a, b) => a - b);
  const at = (share: number) =>
    `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)}`;
  console.log(
    table([
      ["First, detector starting (ms)", "Later: median (ms)", "fastest", "slowest"],
      [`${Math.round(coldMs)}`, at(0.5), at(0), at(1)],
    ]),
  );
}
