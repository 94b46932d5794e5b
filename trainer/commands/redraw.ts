// `trainer redraw`: real faces as upscaling networks redraw them, for batches with an `upscaledShare`.
import { Command, InvalidArgumentError, Option } from "commander";
import { startBackend } from "../backend";
import { readManifest } from "../datasets/manifest";
import { PREPARE_DEFAULTS } from "../prepare/prepare-defaults";
import {
  openUpscalingNetwork,
  UPSCALING_NETWORKS,
  type UpscalingNetwork,
} from "../redrawing/real-esrgan";
import { redrawFaces } from "../redrawing/redraw-faces";
import { FITTED_SPLITS } from "../stages/common-settings";
import { shardNumber, wholeNumber } from "./arguments";
import { INTERRUPTED, interruptSignal } from "./interrupt";
import { unitProgress } from "./unit-progress";

type Name = UpscalingNetwork["name"];
type Shares = Record<Name, number>;
type Reductions = Record<Name, UpscalingNetwork["reduced"]>;

/** Of the faces that each network redraws. */
const SHARES: Shares = { "real-esrgan-light": 1, "real-esrgan": 0.25 };

const REDUCTIONS = Object.fromEntries(
  UPSCALING_NETWORKS.map(({ name, reduced }) => [name, reduced]),
) as Reductions;

/** A face this small has hardly a pixel left. */
const MOST_REDUCED = 16;

export function redrawCommand(): Command {
  return new Command("redraw")
    .description(
      "Redraw a data folder's real faces with the networks of Real-ESRGAN, into a folder of it.",
    )
    .requiredOption("--data <folder>", "what `prepare` wrote, or manifest.jsonl with its pictures")
    .option("--splits <names...>", "splits whose real faces are redrawn", [...FITTED_SPLITS])
    .addOption(
      new Option("--share <network=x...>", "of the faces that a network redraws")
        .argParser(withShare)
        .default(SHARES, told(SHARES)),
    )
    .addOption(
      new Option(
        "--reduced <network=least-most...>",
        "times that a network's faces are reduced before it draws them four times as large; 1 to 2 draws them larger than they were, to be reduced again",
      )
        .argParser(withReduction)
        .default(REDUCTIONS, told(REDUCTIONS)),
    )
    .addOption(
      new Option("--shard <i/n>", "part of this machine, counted from 0")
        .argParser(shardNumber)
        .default({ index: 0, count: 1 }, "0/1"),
    )
    .option("--seed <n>", "of which faces, and how far each is reduced", wholeNumber, 1)
    .action(async ({ data, splits, share, reduced, shard, seed }) => {
      const asked = UPSCALING_NETWORKS.filter(({ name }) => share[name] > 0);
      if (asked.length === 0) throw new Error("no network has a share above 0");
      const rows = await readManifest(data);
      await startBackend();
      const networks = await Promise.all(
        asked.map(async (network) => ({
          network: { ...network, reduced: reduced[network.name] },
          opened: await openUpscalingNetwork(network),
          share: share[network.name],
        })),
      );
      const progress = unitProgress();
      const { complete, faces, drawings, broken } = await redrawFaces({
        data,
        rows,
        splits,
        networks,
        seed,
        shard,
        shards: PREPARE_DEFAULTS.shards,
        quality: PREPARE_DEFAULTS.settings.quality,
        signal: interruptSignal(),
        onUnit: progress.unit,
      }).finally(progress.stop);
      for (const { file, reason } of broken) console.error(`broken: ${file}: ${reason}`);
      console.error(`${faces} faces: ${drawings} drawings, ${broken.length} pictures left out`);
      if (complete) return;
      console.error("interrupted and saved; the same command goes on");
      process.exitCode = INTERRUPTED;
    });
}

function withShare(text: string, shares: Shares): Shares {
  const [, name = "", value = ""] = /^([a-z-]+)=([\d.]+)$/.exec(text) ?? [];
  if (Object.hasOwn(SHARES, name) && Number(value) <= 1)
    return { ...shares, [name]: Number(value) };
  throw new InvalidArgumentError(
    `a network and a share from 0 to 1 are wanted, as in ${told(SHARES)}`,
  );
}

function withReduction(text: string, reductions: Reductions): Reductions {
  const [, name = "", least = "", most = ""] = /^([a-z-]+)=([\d.]+)-([\d.]+)$/.exec(text) ?? [];
  const reduced = [Number(least), Number(most)] as const;
  if (
    Object.hasOwn(REDUCTIONS, name) &&
    1 <= reduced[0] &&
    reduced[0] <= reduced[1] &&
    reduced[1] <= MOST_REDUCED
  )
    return { ...reductions, [name]: reduced };
  throw new InvalidArgumentError(
    `a network and two factors from 1 to ${MOST_REDUCED} are wanted, as in ${told(REDUCTIONS)}`,
  );
}

function told(byNetwork: Shares | Reductions): string {
  return Object.entries(byNetwork)
    .map(([name, value]) => `${name}=${[value].flat().join("-")}`)
    .join(" ");
}
