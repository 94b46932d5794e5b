// Prints a configuration as a YAML file that explains itself: every knob under its description, so
// that the file is the reference of what can be set.
import type * as v from "valibot";
import { getDescription } from "valibot";
import { stringify } from "yaml";
import { ConfigSchema, type TrainerConfig } from "./schema";

const WIDTH = 100;

interface Section extends v.GenericSchema {
  wrapped?: { entries?: v.ObjectEntries };
}

/** @returns a file that reads back as `config`. */
export function annotatedYaml(config: TrainerConfig): string {
  return `# Configuration of the trainer. A key left out is at its default.\n${entries(ConfigSchema.entries, config, "")}`;
}

function entries(schemas: v.ObjectEntries, values: object, indent: string): string {
  return Object.entries(schemas)
    .map(([key, schema]) => {
      const value = (values as Record<string, unknown>)[key];
      const inner = (schema as Section).wrapped?.entries;
      const gap = indent === "" && inner ? "\n" : "";
      const lead = gap + comment(getDescription(schema) ?? "", indent);
      if (inner)
        return `${lead}${indent}${key}:\n${entries(inner, value as object, `${indent}  `)}`;
      // No default: shown, but not set.
      if (value === undefined) return `${lead}${indent}# ${key}:\n`;
      return `${lead}${indent}${key}: ${stringify(value, { collectionStyle: "flow", lineWidth: 0 })}`;
    })
    .join("");
}

function comment(text: string, indent: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || `${indent}# ${last} ${word}`.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => `${indent}# ${line}\n`).join("");
}
