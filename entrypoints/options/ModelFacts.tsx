/** Which model is at work and how well it did where it was measured, read from its own card. */
import { useEffect, useState } from "preact/hooks";
import { counted } from "../../components/words";
import { parseCard, type StudentCard } from "../../model/package/card";
import { falseAlarms, longDate, measuredModel, rankingRows } from "./model-words";

type Loaded = StudentCard | { problem: string } | null;

export function ModelFacts() {
  const [card, setCard] = useState<Loaded>(null);
  useEffect(() => {
    const unmounted = new AbortController();
    void loadCard(unmounted.signal).then((loaded) => {
      if (!unmounted.signal.aborted) setCard(loaded);
    });
    return () => unmounted.abort();
  }, []);
  return (
    <section aria-labelledby="model">
      <h2 id="model">The model</h2>
      {card === null ? null : "problem" in card ? (
        <p role="alert">The description of the model could not be read: {card.problem}.</p>
      ) : (
        <Facts card={card} />
      )}
    </section>
  );
}

async function loadCard(signal: AbortSignal): Promise<Loaded> {
  try {
    const response = await fetch("/student/card.json", { signal });
    return parseCard(await response.text());
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function Facts({ card }: { card: StudentCard }) {
  const measured = measuredModel(card);
  const alarms = falseAlarms(card);
  const rows = rankingRows(card);
  const { sources } = card.training;
  const real = sources.filter(({ label }) => label === "real");
  const fake = sources.filter(({ label }) => label === "fake");
  return (
    <>
      <p>
        {card.name} {card.version} of {longDate(card.date)}, part of this extension.
      </p>
      {card.status === "untrained" && (
        <p class="warning">
          This model has not been trained. It is there to try the extension out, and its results
          mean nothing.
        </p>
      )}
      {measured && <p>{measured}</p>}
      {alarms && <p>{alarms}</p>}
      {rows.length > 0 && (
        <>
          <p>
            Shown one real and one manipulated face, {measured ? "that model" : "it"} finds stronger
            signs in the manipulated one this often. Half of the pairs would be mere guessing.
          </p>
          <div class="table" tabIndex={0} role="region" aria-label="Measured figures">
            <table>
              <thead>
                <tr>
                  <th scope="col">Faces from</th>
                  <th scope="col">Right, of 100</th>
                  <th scope="col">Likely range</th>
                  <th scope="col">Faces</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ source, right, interval, faces }) => (
                  <tr key={source}>
                    <th scope="row">{source}</th>
                    <td>{right}</td>
                    <td>{interval}</td>
                    <td>{faces}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
      {sources.length > 0 && (
        <p class="soft">
          {measured ? "This model" : "It"} learned from {total(real, "real face")} and{" "}
          {total(fake, "manipulated face")}.
        </p>
      )}
      <p class="soft">
        Faces smaller than {card.gates.minFacePx} pixels, and blurred ones, are not judged.
        {rows.length > 0 &&
          " Other pictures, and ways of manipulation that it has not learned from, can go worse than these figures say."}
      </p>
      <p class="soft">Terms of the model: {card.licence.terms}</p>
    </>
  );
}

function total(sources: StudentCard["training"]["sources"], one: string): string {
  return counted(
    sources.reduce((sum, { pictures }) => sum + pictures, 0),
    one,
  );
}
