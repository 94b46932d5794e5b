import { describe, expect, test } from "vitest";
import { parseScanOptions, UsageError } from "../../cli/scan-options";

describe("parseScanOptions", () => {
  test("takes paths and leaves the rest to be chosen", () => {
    expect(parseScanOptions(["a.jpg", "dir"])).toEqual({
      paths: ["a.jpg", "dir"],
      json: false,
      report: undefined,
      resume: false,
      urls: undefined,
      allowPrivate: false,
      verify: undefined,
      backend: undefined,
      jobs: undefined,
      help: false,
    });
  });

  test("takes options before and after paths", () => {
    const options = parseScanOptions(["a.jpg", "--json", "--backend", "wasm", "--jobs=3"]);
    expect(options).toMatchObject({ paths: ["a.jpg"], json: true, backend: "wasm", jobs: 3 });
  });

  test("takes auto for the backend as no choice", () => {
    expect(parseScanOptions(["--backend=auto", "a"]).backend).toBeUndefined();
  });

  test("takes what follows -- as paths", () => {
    expect(parseScanOptions(["--", "--json"])).toMatchObject({ paths: ["--json"], json: false });
  });

  test("takes a list of addresses in place of paths", () => {
    const options = parseScanOptions(["--urls", "list.txt", "--allow-private", "--report=out"]);
    expect(options).toMatchObject({
      paths: [],
      urls: "list.txt",
      allowPrivate: true,
      report: "out",
      resume: false,
    });
  });

  test("asks for no path with --help", () => {
    expect(parseScanOptions(["--help"]).help).toBe(true);
  });

  test.each([
    [[]],
    [["--json"]],
    [["--bogus", "a"]],
    [["--backend", "gpu", "a"]],
    [["--backend"]],
    [["--jobs", "0", "a"]],
    [["--jobs", "1.5", "a"]],
    [["--jobs", "many", "a"]],
    [["--jobs", "65", "a"]],
    [["--resume", "a"]],
    [["--allow-private", "a"]],
    [["--verify", "report.json"]],
    [["--verify", "report.json", "--report", "out", "a"]],
    [["--verify", "report.json", "--urls", "list", "a"]],
  ])("refuses %j", (argv) => {
    expect(() => parseScanOptions(argv)).toThrow(UsageError);
  });
});
