/** How the network learns: optimiser, rate, batch; loss, penalties, initial weights, when to stop. */

import { h } from "./render";
import { OPTIMIZERS as DEFAULT_OPTIMIZERS } from "../core/optimizers";
import type { InitName, OrderName } from "../core/types";
import { LOSSES as TASK_LOSSES } from "../state/defaults";
import type { LossName } from "../state/types";
import { count, short } from "../text/format";
import { LABELS } from "../text/labels";
import { INITS, LOSSES, OPTIMIZERS, ORDERS, initSummary, lossSummary, stopSummary } from "../text/names";
import { SPEEDS } from "./Dock";
import { Check, Choice, Fold, Range, Steps, Whole } from "./controls";
import { useApp, useSession } from "./stage";

const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 2, 3, 10];
const BATCHES: (number | "full")[] = [1, 2, 5, 10, 20, 32, 50, 64, 100, 128, 200, 256, 500, "full"];
const PENALTIES = [0, 0.00001, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const MAX_SEED = 2 ** 32 - 1;

export function LearningPanel() {
  const { session } = useApp();
  const training = useSession(({ doc }) => doc.training);
  const { optimizer } = training;
  return (
    <section>
      <h2>{LABELS.learning}</h2>
      <Choice label={LABELS.optimizer} names={OPTIMIZERS} value={optimizer.name} onChange={(name) => session.setTraining({ optimizer: DEFAULT_OPTIMIZERS[name] })} />
      {optimizer.name === "sgd" && <Range label={LABELS.momentum} min={0} max={0.99} step={0.01} value={optimizer.momentum} text={short} onChange={(momentum) => session.setTraining({ optimizer: { ...optimizer, momentum } })} />}
      <Steps label={LABELS.rate} values={RATES} value={training.rate} text={short} onChange={(rate) => session.setTraining({ rate })} />
      <Steps label={LABELS.batch} values={BATCHES} value={training.batch} text={(batch) => (batch === "full" ? LABELS.fullBatch : count(Number(batch)))} onChange={(batch) => session.setTraining({ batch })} />
      <OnPhones />
    </section>
  );
}

/** Controls of the dock that a phone has no room for there. */
function OnPhones() {
  const { session } = useApp();
  const speed = useSession(({ doc }) => doc.view.speed);
  return (
    <div class="onphones">
      <Steps label={LABELS.speed} values={SPEEDS} value={speed} text={(value) => LABELS.perFrame(short(value))} onChange={(value) => session.setView({ speed: value })} />
      <div class="drawbar"><button onClick={() => session.restart()}>{LABELS.again}</button><button onClick={() => session.step("batch")}>{LABELS.batchOn}</button></div>
    </div>
  );
}

export function SettingsPanel() {
  const { session } = useApp();
  const doc = useSession((now) => now.doc);
  const task = useSession((now) => now.dataset.task);
  const { training, network } = doc;
  const names = TASK_LOSSES[task];
  const losses: Partial<Record<LossName, string>> = Object.fromEntries(names.map((name) => [name, LOSSES[name]]));
  const loss = names.includes(network.loss) ? network.loss : names[0]!;
  return (
    <section>
      <Fold title={LABELS.lossLine} summary={lossSummary(doc, loss)}>
        <Choice label={LABELS.loss} names={losses} value={loss} onChange={(name) => session.setNetwork({ loss: name })} />
        <Steps label={LABELS.l2} values={PENALTIES} value={training.l2} text={short} onChange={(l2) => session.setTraining({ l2 })} />
        <Steps label={LABELS.l1} values={PENALTIES} value={training.l1} text={short} onChange={(l1) => session.setTraining({ l1 })} />
        {network.hidden.map((layer, k) => (
          <Range key={k} label={LABELS.layerDropout(k + 1)} min={0} max={0.8} step={0.05} value={layer.dropout} text={short} onChange={(dropout) => session.setLayer(k, { dropout })} />
        ))}
        <Choice<OrderName> label={LABELS.order} names={ORDERS} value={training.order} onChange={(order) => session.setTraining({ order })} />
      </Fold>
      <Fold title={LABELS.initLine} summary={initSummary(doc)}>
        <Choice<InitName> label={LABELS.init} names={INITS} value={network.init} onChange={(init) => session.setNetwork({ init, given: null })} />
        <Whole label={LABELS.seed} value={network.seed} min={0} max={MAX_SEED} onChange={(seed) => session.setNetwork({ seed: seed ?? 0, given: null })} />
        <Check label={LABELS.useBias} checked={network.bias} onChange={(bias) => session.setNetwork({ bias, given: null })} />
      </Fold>
      <Fold title={LABELS.stopLine} summary={stopSummary(doc)}>
        <Whole label={LABELS.stopEpochs} value={training.stop.epochs} min={1} max={1e7} empty={LABELS.never} onChange={(epochs) => session.setTraining({ stop: { ...training.stop, epochs } })} />
        <Whole label={LABELS.stopPatience} value={training.stop.patience} min={1} max={1e6} empty={LABELS.never} onChange={(patience) => session.setTraining({ stop: { ...training.stop, patience } })} />
      </Fold>
    </section>
  );
}
