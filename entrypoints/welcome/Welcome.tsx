/** What Unmask does, how a flag looks, how to keep it in sight, switch it off, and its limits. */
import { browser } from "wxt/browser";
import { LevelMark } from "../../components/LevelMark";
import { title } from "../../components/words";
import { type Level, levels } from "../../model/verdict/verdict";
import { FlagDrawing } from "./FlagDrawing";

const meanings: Record<Level, string> = {
  strong: "Marked with a flag. Look for where it comes from before you trust or share it.",
  suspicious: "Marked with a flag. Look closer.",
  unsure: "Not marked. The traces point neither way.",
  "no-sign": "Not marked. That does not prove it genuine.",
};

export function Welcome() {
  return (
    <main class="page">
      <header class="hero">
        <img src="/icon/unmask.svg" width={72} height={72} alt="" />
        <h1>Unmask is ready</h1>
        <p>
          Unmask looks at the faces in the pictures and videos of the pages you read. Where a face
          shows signs of having been edited or generated, it puts a small flag on it and tells you
          what it saw. All of this happens on this device: nothing you look at leaves it.
        </p>
      </header>

      <section aria-labelledby="flag">
        <h2 id="flag">How a flag looks</h2>
        <FlagDrawing />
        <dl class="levels">
          {levels.toReversed().map((level) => (
            <div key={level}>
              <dt>
                <LevelMark level={level} size={18} />
                {title({ level, reason: null })}
              </dt>
              <dd class="soft">{meanings[level]}</dd>
            </div>
          ))}
        </dl>
      </section>

      <div class="pair">
        <section aria-labelledby="pin">
          <h2 id="pin">Keep it in sight</h2>
          <ol class="steps">
            <li>
              Click <PuzzleSign /> beside the address bar.
            </li>
            <li>
              Click <PinSign /> in the line of Unmask.
            </li>
            <li>Its icon then counts the flags of the page you are on.</li>
          </ol>
        </section>
        <section aria-labelledby="off">
          <h2 id="off">Switch it off</h2>
          <p>
            Click the Unmask icon: one switch is for the site you are on, another for everything.
            Each card can switch its site off, too.
          </p>
          <p>
            <button
              type="button"
              class="button"
              onClick={() => void browser.runtime.openOptionsPage()}
            >
              Open settings
            </button>
          </p>
        </section>
      </div>

      <section aria-labelledby="limits">
        <h2 id="limits">What it cannot know</h2>
        <ul class="limits">
          <li>
            It can be wrong both ways: it misses manipulations, and now and then it flags an
            ordinary picture.
          </li>
          <li>
            Small, blurred or heavily compressed faces hide the traces; then it says so, or misses
            them.
          </li>
          <li>It looks at faces only: not at voices, words, the scene or the context.</li>
          <li>
            It cannot tell who changed something, or why. Filters and retouching leave traces too.
          </li>
        </ul>
      </section>
    </main>
  );
}

/** As in the browser's toolbar, with its name for those who do not see it. */
function PuzzleSign() {
  return (
    <span class="sign">
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
        <path
          d="M10 5.5a2 2 0 1 1 4 0V7h4v4h1.5a2 2 0 1 1 0 4H18v5h-4.5v-1.5a2 2 0 1 0-4 0V20H5v-4.5h1.5a2 2 0 1 0 0-4H5V7h5z"
          fill="none"
          stroke="currentColor"
          stroke-width="1.8"
          stroke-linejoin="round"
        />
      </svg>{" "}
      Extensions
    </span>
  );
}

function PinSign() {
  return (
    <span class="sign">
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
        <path
          d="M8.5 4h7M9.5 4v6L7 13.5h10L14.5 10V4M12 13.5V20"
          fill="none"
          stroke="currentColor"
          stroke-width="1.8"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      </svg>{" "}
      Pin
    </span>
  );
}
