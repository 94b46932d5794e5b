// The arms of the paper's experiments, each named once: what a student learns from, one thing added
// or taken away at a time.

export interface Arm {
  name: string;
  /** What the row of the table says. */
  says: string;
  /** Which network the arm ends in. Teachers are the ceiling, not something to ship. */
  network: "student" | "teacher";
  /** Whether momentum contrast comes before the labels; otherwise they begin at published weights. */
  pretrained: boolean;
  /** Students: whether they learn from a teacher, and whether it shows them unlabelled faces too. */
  distilled: false | "on all faces" | "on labelled faces";
}

export const ARMS: readonly Arm[] = [
  {
    name: "student-alone",
    says: "student, labels only",
    network: "student",
    pretrained: false,
    distilled: false,
  },
  {
    name: "+pretraining",
    says: "momentum contrast on the student itself, then labels",
    network: "student",
    pretrained: true,
    distilled: false,
  },
  {
    name: "+distillation",
    says: "teacher without pretraining, distilled",
    network: "student",
    pretrained: false,
    distilled: "on all faces",
  },
  {
    name: "full",
    says: "pretrained teacher, distilled",
    network: "student",
    pretrained: true,
    distilled: "on all faces",
  },
  {
    name: "without-unlabelled",
    says: "as full, distilled on labelled faces only",
    network: "student",
    pretrained: true,
    distilled: "on labelled faces",
  },
  {
    name: "teacher",
    says: "the pretrained teacher itself",
    network: "teacher",
    pretrained: true,
    distilled: false,
  },
  {
    name: "teacher-alone",
    says: "the teacher without pretraining itself",
    network: "teacher",
    pretrained: false,
    distilled: false,
  },
];

/** Ablations that leave what another arm already is. */
export const ALIASES: Readonly<Record<string, string>> = {
  "without-pretraining": "+distillation",
  "without-distillation": "+pretraining",
};

/** Whose difference, over the same seeds, the table gives: the first minus the second. */
export const CONTRASTS: readonly (readonly [arm: string, against: string])[] = [
  ["+pretraining", "student-alone"],
  ["+distillation", "student-alone"],
  ["full", "student-alone"],
  ["full", "+distillation"],
  ["full", "+pretraining"],
  ["full", "without-unlabelled"],
  ["full", "teacher"],
  ["teacher", "teacher-alone"],
];

/**
 * Arms by name or alias, each once, in the table's order.
 *
 * @throws RangeError naming an unknown arm and the known ones.
 */
export function armsNamed(names: readonly string[]): Arm[] {
  const wanted = new Set(
    names.map((name) => {
      const own = ALIASES[name] ?? name;
      if (ARMS.some((arm) => arm.name === own)) return own;
      const known = [...ARMS.map((arm) => arm.name), ...Object.keys(ALIASES)].join(", ");
      throw new RangeError(`no arm is called "${name}"; there are ${known}`);
    }),
  );
  return ARMS.filter(({ name }) => wanted.has(name));
}
