/**
 * `npm run bench`: how fast the scanner and the badges are on this machine; `npm run bench -- trainer`:
 * how fast training is, and what it takes; `npm run bench -- student`: one face against MobileNetV2. It asserts nothing: the numbers depend on the machine and on
 * what else it does.
 */
const [name = "scanner", ...parts] = process.argv.slice(2);
if (name === "scanner") {
  const { benchScanner } = await import("./scanner");
  await benchScanner();
} else if (name === "trainer") {
  const { benchTrainer } = await import("./trainer");
  await benchTrainer(parts);
} else if (name === "student") {
  const { benchStudent } = await import("./student");
  await benchStudent();
} else {
  console.error(`unknown bench "${name}"; there are: scanner, trainer, student`);
  process.exitCode = 2;
}
