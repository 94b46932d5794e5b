/** The verdict on the same picture after what the web does to pictures: a result should bear it. */
import { LevelMark } from "../LevelMark";
import { strengthWords, title } from "../words";
import { type ShownEvidence, scoreWords } from "./evidence-words";
import { strengthOf, strengthSteps, type Thresholds } from "./strength";

/** As many as the engine tries; their room is kept while they come. */
const expectedTreatments = 7;

export function StabilityTable({
  evidence,
  waiting,
}: {
  evidence: ShownEvidence;
  waiting: boolean;
}) {
  const { stability = [], verdict, detector } = evidence;
  const rows = [
    ...(verdict?.level
      ? [
          {
            treatment: "As it is",
            logit: verdict.logit,
            score: verdict.score,
            level: verdict.level,
          },
        ]
      : []),
    ...stability,
  ];
  const missing = waiting ? Math.max(0, expectedTreatments - stability.length) : 0;
  const empty = stability.length === 0 && !waiting;
  return (
    <section class="evidence-part">
      <h3>Does the result hold?</h3>
      <p class="soft">
        {empty
          ? "Not tested: that takes a still picture of ordinary size with a face that was scored."
          : "The same picture after what sites do to pictures. If the signs come and go, they are weak evidence."}
      </p>
      {!empty && (
        <table class="stability">
          <thead>
            <tr>
              <th scope="col">Treatment</th>
              <th scope="col">Signs</th>
              <th scope="col">Score</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ treatment, logit, score, level }) => (
              <tr key={treatment} class={`level-${level ?? "none"}`}>
                <th scope="row">{treatment}</th>
                <td>
                  <span class="stability-signs">
                    <LevelMark level={level} size={12} />
                    {level ? strengthWords[level] : title({ level: null, reason: "not-scanned" })}
                  </span>
                  {logit !== null && detector && (
                    <StrengthDot logit={logit} thresholds={detector.thresholds} />
                  )}
                </td>
                <td class="number">{score === null ? "–" : scoreWords(score)}</td>
              </tr>
            ))}
            {Array.from({ length: missing }, (_, i) => (
              <tr key={`missing-${i}`} class="missing">
                <th scope="row">
                  <span class="visually-hidden">Still to come</span>
                </th>
                <td>
                  <span class="stability-signs">&nbsp;</span>
                </td>
                <td class="number" />
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function StrengthDot({ logit, thresholds }: { logit: number; thresholds: Thresholds }) {
  return (
    <svg class="strength-dot" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      {Array.from({ length: strengthSteps }, (_, step) => (
        <rect
          key={step}
          class={`band band-${step}`}
          x={(step * 100) / strengthSteps}
          y={3}
          width={100 / strengthSteps - 1}
          height={4}
        />
      ))}
      <rect
        class="dot"
        x={Math.min(97, (strengthOf(logit, thresholds) / strengthSteps) * 100 - 1.5)}
        y={0}
        width={3}
        height={10}
      />
    </svg>
  );
}
