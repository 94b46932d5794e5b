// The configuration file: every knob of every stage, with the paper's symbol and the source of its
// default. What all stages share stands at the top, once; the numbers themselves are those of
// `trainer/stages/*-settings.ts`.
import * as v from "valibot";
import { LAYOUTS } from "../datasets/layouts/layouts";
import { DEFAULT_RESAMPLES } from "../evaluation/bootstrap";
import type { AdamWSettings } from "../optimiser/adamw";
import { SPLIT_RULES } from "../prepare/plan";
import { PREPARE_DEFAULTS } from "../prepare/prepare-defaults";
import { CAUTIOUS_LICENCE, LEVEL_RATES } from "../stages/calibrate";
import {
  COMMON_DEFAULTS,
  FITTED_SPLITS,
  INPUT_SIZE,
  LABEL_FRACTION,
} from "../stages/common-settings";
import { DISTIL_DEFAULTS } from "../stages/distil-settings";
import { PRETRAIN_DEFAULTS } from "../stages/pretrain-settings";
import { MAX_QUANTISATION_LOSS } from "../stages/quantise";
import { SUPERVISE_DEFAULTS, type SuperviseSettings } from "../stages/settings";
import { TEACH_DEFAULTS } from "../stages/teach-settings";
import type { RedrawnShares } from "../synthesis/redraw";
import {
  count,
  flag,
  knob,
  momentum,
  names,
  oneOf,
  openKnob,
  positive,
  section,
  share,
  shareOrAuto,
  shareOrNone,
  text,
  weight,
  weightOrAuto,
  whole,
  wholeOrAuto,
} from "./knobs";

const size = v.union(
  [oneOf("tiny", "small", "medium", "large"), v.strictObject({ blocks: count })],
  "tiny, small, medium, large, or {blocks: N}",
);

const freezing = v.union(
  [oneOf("none"), v.strictObject({ blocks: whole })],
  "none, or {blocks: N}",
);
const frozen =
  "none, or {blocks: N}: batch norm keeps its first statistics, stem and N blocks their weights.";

/** What a network starts from that no stage of this run has trained. */
const initial = oneOf("imagenet", "random");

const adamW = (standard: AdamWSettings) => ({
  beta1: knob(momentum, standard.beta1, "Decay of the first moment (Loshchilov & Hutter 2019)."),
  beta2: knob(momentum, standard.beta2, "Decay of the second moment (same)."),
  epsilon: knob(positive, standard.epsilon, "Keeps the step finite (same)."),
  weightDecay: knob(weight, standard.weightDecay, "λ, on kernels only."),
});

const optimiser = (standard: AdamWSettings) =>
  section("AdamW, and the moving average of the weights.", {
    ...adamW(standard),
    emaDecay: knob(momentum, standard.emaDecay, "Decay of the averaged weights, which are kept."),
  });

const rate = (peak: number, why: string) => ({
  peakRate: knob(positive, peak, `Peak of the learning rate; ${why}`),
  warmupSteps: knob(wholeOrAuto, "auto", "Steps of linear rise before the cosine; auto: 5 %."),
});

const cadence = (every: number, look: string) => ({
  checkpointEvery: knob(count, every, `Steps between checkpoints, each with ${look}.`),
});

const statisticsRate = (standard: number) =>
  knob(share, standard, "Share of a batch in the running statistics of batch norm.");

const video = "Share of photos that go through video-like compression; of video frames, half do.";

const smoothed =
  "Share of faces, real and fake alike, that lose fine texture: smoothness alone is no sign.";

const redrawn =
  "Share of pseudo-fakes that are redrawn from edge to edge: texture gone, edges there.";

const upscaled = "Share of those that an upscaling network redrew; `redraw` makes them beforehand.";

const inside =
  "Share of those that are put into the original, as restored swaps are; the others take its place.";

const redrawing = ({ redrawnShare = 0, upscaledShare = 0, insideShare = 0 }: RedrawnShares) => ({
  redrawnShare: knob(shareOrNone, redrawnShare, redrawn),
  upscaledShare: knob(shareOrNone, upscaledShare, upscaled),
  insideShare: knob(shareOrNone, insideShare, inside),
});

const supervised = (standard: SuperviseSettings, whyRate: string) => ({
  steps: knob(count, standard.steps, "Optimiser steps of fine-tuning."),
  ...rate(standard.peakRate, whyRate),
  maskWeight: knob(weight, standard.maskWeight, "Of the coarse map's loss beside the logit's."),
  statisticsRate: statisticsRate(standard.statisticsRate),
  freeze: knob(freezing, standard.freeze ?? "none", frozen),
  batch: section("A batch: each real face with a fake under one and the same augmentation.", {
    pairs: knob(whole, standard.batch.pairs, "Real faces, each with a pseudo-fake of itself."),
    labelled: knob(whole, standard.batch.labelled, "Labelled fakes, each with a real partner."),
    swapShare: knob(
      shareOrNone,
      standard.batch.swapShare,
      "Share of pseudo-fakes that swap two people; the others are self-blended (Shiohara & Yamasaki 2022).",
    ),
    generatedShare: knob(
      shareOrNone,
      standard.batch.generatedShare,
      "Share of those swaps that put in a labelled fake's face: a generator's texture, one source.",
    ),
    ...redrawing(standard.batch),
    videoFakes: knob(
      shareOrAuto,
      standard.batch.videoFakes ?? "auto",
      "Share of labelled fakes that are frames of a video; auto: by their number.",
    ),
    surroundings: knob(
      shareOrNone,
      standard.batch.surroundings ?? 0,
      "Share of pairs before what stands around a third face: a backdrop must not be a sign.",
    ),
    videoLike: knob(shareOrNone, standard.batch.videoLike, video),
    smoothed: knob(shareOrNone, standard.batch.smoothed ?? 0, smoothed),
  }),
  optimiser: optimiser(standard.optimiser),
  ...cadence(standard.checkpointEvery, "AUCs of the held-out groups"),
});

const { settings: crops } = PREPARE_DEFAULTS;
const { batch: lesson, logits: lessonLoss } = DISTIL_DEFAULTS;

export const ConfigSchema = v.strictObject(
  {
    run: openKnob(text, "Folder of the run, with a folder for each stage; or --run."),
    data: section("Shared by all stages: what is looked at, and what is kept apart.", {
      folder: openKnob(text, "Face crops with manifest.jsonl, or what `prepare` wrote; or --data."),
      cropMargin: knob(
        positive,
        COMMON_DEFAULTS.cropMargin,
        "Side of the crop over the detector's box: 1.3 brings in the blending boundary.",
      ),
      heldOutShare: knob(
        shareOrNone,
        COMMON_DEFAULTS.heldOutShare,
        "Share of each source's groups that no stage fits: for choices and thresholds.",
      ),
      labelFraction: knob(
        share,
        LABEL_FRACTION,
        "Share of the labels that teach, distil and supervise may use, by group (the paper: 0.01, 0.05, 0.1, 1).",
      ),
      splits: knob(
        v.pipe(names, v.minLength(1, "a name or more")),
        [...FITTED_SPLITS],
        "Splits that are fitted. [train, val] refits a finished recipe: then nothing measures it.",
      ),
      leaveOut: section("Rows that no stage fits, to be measured on afterwards.", {
        generators: knob(names, [], "Values of the manifest's generator."),
        sources: knob(names, [], "Values of the manifest's source."),
      }),
    }),
    seed: knob(
      whole,
      COMMON_DEFAULTS.seed,
      "Of splits, batches, order and random weights: the same seed gives the same run.",
    ),
    workers: knob(
      count,
      COMMON_DEFAULTS.workers,
      "Threads that make batches; changes nothing but the speed.",
    ),
    network: section("Shared by all stages: the two networks.", {
      inputSize: knob(count, INPUT_SIZE, "Side of the input of both, in pixels."),
      teacher: knob(size, "large", "large is the whole EfficientNet-Lite0."),
      student: knob(
        size,
        "medium",
        "small, medium, large: 8, 11, 16 blocks of EfficientNet-Lite0; tiny: for trying a set-up.",
      ),
    }),
    prepare: section("Where a run begins with a data set as published; not read otherwise.", {
      in: openKnob(text, "Folder of the data set; its crops go to data.folder, or into the run's."),
      layout: knob(
        oneOf("auto", ...LAYOUTS.map(({ id }) => id)),
        PREPARE_DEFAULTS.layout,
        "How it is laid out; auto tells that from its names.",
      ),
      frames: knob(count, crops.frames, "Frames of a video (DeepfakeBench: 32)."),
      faces: knob(oneOf("largest", "all"), crops.faces, "Of several people in a video."),
      margin: knob(positive, crops.margin, "Side of a crop over the box: room for jitter."),
      maxPx: knob(count, crops.maxPx, "Longest side of a crop; larger ones are reduced."),
      minFacePx: knob(count, crops.minFacePx, "Smaller faces are left out."),
      quality: knob(count, crops.quality, "Of the crops' JPEG."),
      compression: openKnob(oneOf("raw", "c23", "c40"), "Of FaceForensics++; all if left out."),
      studio: knob(
        oneOf("unlabelled", "real", "none"),
        PREPARE_DEFAULTS.studio,
        "What DeeperForensics' studio footage counts as.",
      ),
      split: knob(
        oneOf(...SPLIT_RULES),
        PREPARE_DEFAULTS.split,
        "groups: the official split with nobody on two sides; official: as published; people: drawn anew.",
      ),
      val: knob(shareOrNone, PREPARE_DEFAULTS.shares.val, "Of groups without an official split."),
      test: knob(shareOrNone, PREPARE_DEFAULTS.shares.test, "Same."),
      workers: knob(wholeOrAuto, "auto", "Threads; auto: one a core."),
    }),
    pretrain: section("Stage 1: momentum contrast (MoCo v2) on faces whose labels nobody reads.", {
      initial: knob(initial, "imagenet", "What the encoder starts from."),
      K: knob(
        count,
        PRETRAIN_DEFAULTS.K,
        "Keys in the queue: about an epoch of a small set (MoCo: 65,536 for 1.3 million).",
      ),
      m: knob(
        momentum,
        PRETRAIN_DEFAULTS.m,
        "Momentum of the key encoder: falls with K (MoCo: 0.999; its CIFAR notebook: 0.99).",
      ),
      T: knob(positive, PRETRAIN_DEFAULTS.T, "Temperature of InfoNCE (MoCo v2)."),
      dimensions: knob(count, PRETRAIN_DEFAULTS.dimensions, "Length of queries and keys (MoCo)."),
      n: knob(count, PRETRAIN_DEFAULTS.n, "Pictures in a batch; groups² divides it."),
      groups: knob(
        count,
        PRETRAIN_DEFAULTS.groups,
        "Parts of a batch that batch norm sees apart; stands for MoCo's shuffling over GPUs. 1 lets it leak.",
      ),
      excludeOwn: knob(
        flag,
        PRETRAIN_DEFAULTS.excludeOwn,
        "Keep keys of a query's own group out of its negatives: a small set meets them each epoch.",
      ),
      leastArea: knob(
        share,
        PRETRAIN_DEFAULTS.leastArea,
        "Least share of the crop in a view (MoCo: 0.2, but the traces are small).",
      ),
      blended: knob(
        flag,
        PRETRAIN_DEFAULTS.blended,
        "A picture's own pseudo-fake is one more negative.",
      ),
      steps: knob(count, PRETRAIN_DEFAULTS.steps, "Optimiser steps."),
      ...rate(PRETRAIN_DEFAULTS.peakRate, "low, not to tear the ImageNet weights."),
      statisticsRate: statisticsRate(PRETRAIN_DEFAULTS.statisticsRate),
      neighbours: knob(count, PRETRAIN_DEFAULTS.neighbours, "k of the k-NN monitor."),
      bankSize: knob(count, PRETRAIN_DEFAULTS.bankSize, "Labelled pictures in its bank, at most."),
      optimiser: section("AdamW, as everywhere here; MoCo's SGD is for training from nothing.", {
        ...adamW(PRETRAIN_DEFAULTS.optimiser),
      }),
      ...cadence(PRETRAIN_DEFAULTS.checkpointEvery, "a look at the k-NN monitor"),
    }),
    teach: section("Stage 2: a classifier on the encoder, alone first, then all together.", {
      initial: knob(
        oneOf("pretrained", "imagenet", "random"),
        "pretrained",
        "The encoder: stage 1's, or another for the comparison without pretraining.",
      ),
      probe: section("Linear probe: the classifier on the frozen encoder.", {
        steps: knob(whole, TEACH_DEFAULTS.probe.steps, "Steps of it; 0 leaves it out."),
        peakRate: knob(positive, TEACH_DEFAULTS.probe.peakRate, "High: few numbers, from zero."),
      }),
      ...supervised(
        TEACH_DEFAULTS,
        "below the supervised rate: the encoder knows something worth keeping.",
      ),
    }),
    distil: section("Stage 3: the student learns the teacher's logits and features on all faces.", {
      initial: knob(
        oneOf("imagenet", "random", "teacher"),
        "imagenet",
        "What the student starts from; teacher: its first blocks, where the student is a cut of it.",
      ),
      useUnlabelled: knob(
        flag,
        DISTIL_DEFAULTS.useUnlabelled,
        "Look at faces without a label too; false is the comparison without them.",
      ),
      steps: knob(count, DISTIL_DEFAULTS.steps, "Optimiser steps."),
      ...rate(DISTIL_DEFAULTS.peakRate, "as in supervised training."),
      logits: section("How logits are compared.", {
        loss: knob(
          oneOf("mse", "kl"),
          lessonLoss.loss,
          "mse matched or beat kl (Kim et al. 2021).",
        ),
        tau: knob(positive, 2, "τ of kl (Hinton et al. 2015); mse has none."),
      }),
      logitWeight: knob(weight, DISTIL_DEFAULTS.logitWeight, "Of that loss."),
      features: section("The feature maps as a warm-up (FitNets, Romero et al. 2015).", {
        weight: knob(weight, DISTIL_DEFAULTS.features.weight, "At the start; falls to nothing."),
        steps: knob(wholeOrAuto, "auto", "The step by which it has; auto: a third of the run."),
      }),
      mapWeight: knob(weight, DISTIL_DEFAULTS.mapWeight, "Of the teacher's coarse map."),
      labelWeight: knob(
        weightOrAuto,
        "auto",
        "Of the labels; auto: the label fraction, 0.5 at most. Few are soon learnt by heart.",
      ),
      teacherGlances: knob(
        oneOf("once", "mirrored", "halved"),
        DISTIL_DEFAULTS.teacherGlances ?? "once",
        "How often a teacher looks at a face, its answers averaged; mirrored: at its mirror image too; halved: at both at half size too, four times in all.",
      ),
      statisticsRate: statisticsRate(DISTIL_DEFAULTS.statisticsRate),
      freeze: knob(freezing, DISTIL_DEFAULTS.freeze ?? "none", frozen),
      batch: section("A batch: faces, some of them once more as pseudo-fakes.", {
        faces: knob(count, lesson.faces, "Faces."),
        blends: knob(whole, lesson.blends, "How many of them come a second time, manipulated."),
        swapShare: knob(shareOrNone, lesson.swapShare, "Share of those that swap two people."),
        ...redrawing(lesson),
        surroundings: knob(
          shareOrNone,
          lesson.surroundings ?? 0,
          "Share of faces before what stands around another one: a backdrop must not be a sign.",
        ),
        videoLike: knob(shareOrNone, lesson.videoLike, video),
        smoothed: knob(shareOrNone, lesson.smoothed ?? 0, smoothed),
        mixed: knob(
          shareOrNone,
          lesson.mixed ?? 0,
          "Share of crops that another one is laid over, for student and teacher alike (mixup): pictures that nobody can learn by heart.",
        ),
        teacherView: knob(
          oneOf("same", "undegraded", "untouched"),
          lesson.teacherView ?? "same",
          "undegraded: it sees the crop, at its own size, before smoothing, compression, reduction, blur and noise, which must change nothing; untouched: and before its own surroundings.",
        ),
      }),
      optimiser: optimiser(DISTIL_DEFAULTS.optimiser),
      ...cadence(DISTIL_DEFAULTS.checkpointEvery, "AUCs of the held-out groups"),
    }),
    supervise: section("The comparison without distillation: the student taught directly.", {
      initial: knob(
        oneOf("imagenet", "random", "pretrained"),
        "imagenet",
        "What the student starts from; pretrained: the first blocks of stage 1's encoder.",
      ),
      ...supervised(SUPERVISE_DEFAULTS, "the head is new and the trunk is small."),
    }),
    quantise: section("Float weights to the package's bytes.", {
      maxAucLoss: knob(weight, MAX_QUANTISATION_LOSS, "It is refused if it costs more AUC."),
    }),
    calibrate: section("Thresholds from held-out real faces, and the package's card.", {
      name: knob(text, "unmask-student", "In the card: letters, digits, dot, dash."),
      version: knob(text, "0.1.0", "In the card: letters, digits, dot, plus, dash."),
      licence: section(
        "In the card, and shown to whoever uses the student: name your data's terms.",
        {
          weights: knob(text, CAUTIOUS_LICENCE.weights, "What the weights may be used for."),
          terms: knob(text, CAUTIOUS_LICENCE.terms, "What the training data ask for."),
        },
      ),
      rates: section("False-positive rates at which the verdict's levels start.", {
        unsure: knob(
          share,
          LEVEL_RATES.unsure,
          "Of held-out real pictures, after any degradation.",
        ),
        suspicious: knob(share, LEVEL_RATES.suspicious, "Same."),
        strong: knob(share, LEVEL_RATES.strong, "Same."),
      }),
    }),
    evaluate: section("Measuring the package at the end of a run.", {
      split: knob(text, "val", "Of the manifest; no stage looks at it before."),
      resamples: knob(count, DEFAULT_RESAMPLES, "Of the bootstrap over groups."),
      robustness: knob(flag, true, "The grid of degradations too: ten times the time."),
    }),
  },
  "sections of keys and values",
);

export type TrainerConfig = v.InferOutput<typeof ConfigSchema>;
