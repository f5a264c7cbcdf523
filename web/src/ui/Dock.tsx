/** The dock: start again, step, play, speed; the loss curve that rewinds; the numbers. */

import { h, useEffect, useRef } from "./render";
import { count, loss } from "../text/format";
import { Label, PHRASES } from "../text/labels";
import { speedText } from "../text/names";
import { timelineView, type TimelineView } from "../views/timeline";
import { Icon } from "./icons";
import type { IconName } from "./icons";
import { isBetween, useApp, usePainter, useSession, useVersion } from "./stage";

export const SPEEDS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200];

export function Dock() {
  const { session } = useApp();
  const isPlaying = useSession(({ status }) => status === "playing");
  const invites = useSession(({ status }) => status === "untrained");
  const kept = useSession((now) => now.kept);
  const hasHeldOut = useSession(({ dataset }) => dataset.heldOut !== null);
  return (
    <footer class="dock" aria-label={Label.Training}>
      <div class="bt">
        <Round name="again" label={Label.Again} optional onClick={() => session.restart()} />
        <Round name="back" label={Label.StepBack} onClick={() => session.seek(Math.max(0, session.position.epoch - (session.position.batch ? 0 : 1)))} />
        <button class={`tb play${invites ? " invite" : ""}`} aria-label={isPlaying ? Label.Pause : Label.Play} onClick={() => (session.status === "playing" ? session.pause() : session.play())}>
          <Icon name={isPlaying ? "pause" : "play"} />
        </button>
        <Round name="on" label={Label.StepOn} onClick={() => session.step("epoch")} />
        <Round name="batch" label={Label.BatchOn} optional onClick={() => session.step("batch")} />
        <Speed />
      </div>
      <Timeline hasHeldOut={hasHeldOut} hasKept={kept !== null} />
      <Numbers hasHeldOut={hasHeldOut} />
    </footer>
  );
}

function Round({ name, label, optional, onClick }: { name: IconName; label: string; optional?: boolean; onClick: () => void }) {
  return <button class={`tb${optional ? " opt" : ""}`} aria-label={label} title={label} onClick={onClick}><Icon name={name} /></button>;
}

function Speed() {
  const { session } = useApp();
  const speed = useSession(({ doc }) => doc.view.speed);
  const at = SPEEDS.reduce((best, value, k) => (Math.abs(Math.log(value / speed)) < Math.abs(Math.log(SPEEDS[best]! / speed)) ? k : best), 0);
  return (
    <label class="speed">
      <span>{speedText(speed)}</span>
      <input type="range" min={0} max={SPEEDS.length - 1} step={1} value={at} aria-label={Label.Speed} aria-valuetext={speedText(speed)}
        onInput={(event) => session.setView({ speed: SPEEDS[Number(event.currentTarget.value)]! })} />
    </label>
  );
}

function Timeline({ hasHeldOut, hasKept }: { hasHeldOut: boolean; hasKept: boolean }) {
  const { session, stage } = useApp();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<TimelineView | null>(null);
  useEffect(() => { view.current = timelineView(host.current!, session, PHRASES.epochText); }, [session, stage]);
  usePainter(({ palette, frame }) => {
    if (isBetween(session, frame)) return;
    view.current?.update(palette);
    // A screen reader would read every change of a focused slider: the words wait for a pause.
    if (frame % 32 === 0 || session.status !== "playing") {
      const text = PHRASES.timelineText(session.position.epoch, session.curves.loss[session.position.epoch]);
      if (host.current && host.current.getAttribute("aria-valuetext") !== text) host.current.setAttribute("aria-valuetext", text);
    }
  });
  return (
    <div class="tlw" ref={host} role="slider" tabIndex={0} aria-label={Label.Timeline} aria-valuemin={0} aria-valuemax={0} aria-valuenow={0}>
      <div class="tlkey" aria-hidden="true">
        <span><i />{Label.LossTraining}</span>
        {hasHeldOut && <span><i class="k2" />{Label.LossHeldOut}</span>}
        {hasKept && <span><i class="k3" />{Label.Kept}</span>}
      </div>
    </div>
  );
}

function Numbers({ hasHeldOut }: { hasHeldOut: boolean }) {
  const { session } = useApp(), { position: { epoch, batch }, status } = session;
  useVersion();
  // Of the weights as they are: the curve has the mean over each epoch, while they changed. Just before a run diverges it alone is finite.
  const shown = (rows: "training" | "heldOut", curve: readonly number[]) => {
    const now = session.evaluate(rows)!.loss;
    return loss(Number.isFinite(now) ? now : curve[epoch]!);
  };
  return (
    <div class="nums">
      <div><small>{Label.Epoch}{batch > 0 && status !== "playing" && `, batch ${batch}`}</small><b>{count(epoch)}</b></div>
      <div><small>training</small><b>{shown("training", session.curves.loss)}</b></div>
      {hasHeldOut && <div class="v"><small>{Label.LossHeldOut}</small><b>{shown("heldOut", session.curves.heldOutLoss)}</b></div>}
    </div>
  );
}

/** Write text only if it differs, as writing costs a layout. */
export function write(element: HTMLElement | null, text: string): void {
  if (element && element.textContent !== text) element.textContent = text;
}
